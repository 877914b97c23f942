from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk_root import AT, decided_at_go, edit_json
from kalshi_alpha.core.errors import FutureData, MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.types import Side
from kalshi_alpha.exec.ramp.readiness import read_readiness

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pilot_ready.json"
    path.write_bytes(decided_at_go())
    return path


def test_a_decision_is_read_as_it_was_written(file: Path) -> None:
    found = read_readiness(file, AT)
    assert found.generated_at == AT
    cpi = found.of("CPI")
    assert cpi is not None
    assert cpi.go
    terms = cpi.terms()
    key = BinKey("CPI", Side.YES, ".3-.7", "0-2h")
    assert 0.0 < terms[key].weight <= 1.0
    assert found.of("WHEAT") is None


@pytest.mark.parametrize(
    ("change", "late_h", "error"),
    [
        (lambda tree: tree.update(schema=99), 0, NewerSchema),
        (lambda tree: tree.update(generated_at="2024-12-11T12:30:00Z"), 0, FutureData),
        (lambda _: None, 2.1, StaleData),
        (lambda tree: tree.pop("overall"), 0, TornFile),
        (lambda tree: tree["series"][0].update(size_multiplier=1.5), 0, TornFile),
        (lambda tree: tree["series"][0].update(go=False), 0, TornFile),
        (lambda tree: tree["series"][0]["ev_honesty_bins"][0].update(weight=2), 0, TornFile),
    ],
)
def test_what_cannot_be_relied_on_is_refused_by_name(
    file: Path, change: Change, late_h: float, error: type[Exception]
) -> None:
    edit_json(file, change)
    with pytest.raises(error):
        read_readiness(file, AT + timedelta(hours=late_h))


def test_a_missing_and_a_torn_file_are_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(TornFile):
        read_readiness(file, AT)
    file.unlink()
    with pytest.raises(MissingData):
        read_readiness(file, AT)
