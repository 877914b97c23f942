"""Each family fitted once a process, for tests that run whole commands and ask nothing of a fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from kalshi_alpha.exec.pipelines import pipeline
from kalshi_alpha.exec.runners import scan
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Row, Strategy

EARLIEST = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
"""The first clock of the reference days: no fit knows more than any run may."""

_fitted: dict[str, Any] = {}


def fit_each_family_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pipeline and scanner use the fit of the first test that asked for it."""

    def once(run: Run, strategy: Strategy, history: Sequence[Row]) -> Any:
        if strategy.family not in _fitted:
            path = run.paths.calibration(strategy.family.lower())
            _fitted[strategy.family] = strategy.calibrate(history, EARLIEST, path)
        return _fitted[strategy.family]

    monkeypatch.setattr(pipeline, "calibrate", once)
    monkeypatch.setattr(scan, "stored_calibration", once)
