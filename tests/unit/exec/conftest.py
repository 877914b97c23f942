"""An offline run at the reference scenario, in a root of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk import Desk, Morning, ledger_row, open_desk, wired
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.exec.forecasting import calibrate
from kalshi_alpha.exec.inputs import read_inputs
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import ingest_payloads, look_around, scan_family
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.cpi import STRATEGY


@pytest.fixture(autouse=True)
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return wired(tmp_path / "root")


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        run = wired(tmp_path_factory.mktemp("morning"))
        inputs = read_inputs(run, STRATEGY, "CPI")
        known = look_around(run, ingest_payloads(run, inputs.payloads), window_only=True)
        calibration = calibrate(run, STRATEGY, inputs.history)
        scanned = scan_family(
            run, known, STRATEGY, calibration, inputs, ScanOptions(), run_scope="pre_cpi"
        )
    time.tzset()
    return Morning(run, inputs, known, calibration, scanned)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    return open_desk(tmp_path, monkeypatch, capsys)


@pytest.fixture
def entry() -> Callable[..., LedgerEntry]:
    return ledger_row
