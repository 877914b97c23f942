from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import FutureData, TornFile, UsageError
from kalshi_alpha.core.execution.expected_fill import SlippageMode
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.execution.ledger_fit import fitted_curve
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.datastore.execution_state import FittedOn, save_curve
from kalshi_alpha.exec.fill_odds import expected_fill_ratio, given_ratio, stored_curve

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
Build = Callable[..., LedgerEntry]


def test_a_number_is_taken_as_certain(tmp_path: Path) -> None:
    alpha = expected_fill_ratio("0.3", tmp_path / "a.json", [], "CPI", AT)
    assert (alpha.alpha, alpha.lo10, alpha.hi90) == (0.3, 0.3, 0.3)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("option", [None, "auto"])
def test_an_option_that_gives_no_number(option: str | None) -> None:
    assert given_ratio(option) is None


@pytest.mark.parametrize("option", ["half", "-0.1", "1.01", "nan"])
def test_anything_else_is_a_usage_error(option: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--fill-alpha"):
        expected_fill_ratio(option, tmp_path / "a.json", [], "CPI", AT)


def test_without_state_it_is_a_coins_chance(tmp_path: Path) -> None:
    assert expected_fill_ratio(None, tmp_path / "a.json", [], "CPI", AT) == COLD_START_ALPHA


def test_auto_tunes_on_the_familys_own_fills_and_keeps_the_others(
    tmp_path: Path, entry: Build
) -> None:
    path = tmp_path / "state/fill_alpha.json"
    full = [entry(market_ticker=f"KXCPI-24NOV-T0.{i}", filled_e2=500) for i in range(1, 5)]
    strangers = [
        entry(family="TNEY", filled_e2=0),
        entry(kind=EntryKind.EXPECTED, filled_e2=0),
        entry(placed_at=AT + timedelta(seconds=1), filled_e2=0),
    ]

    tuned = expected_fill_ratio("auto", path, [*full, *strangers], "CPI", AT)

    assert tuned.n_orders == 4
    assert tuned.alpha > 0.5
    assert expected_fill_ratio(None, path, [], "CPI", AT) == tuned
    expected_fill_ratio("auto", path, strangers, "TNEY", AT)
    assert set(json.loads(path.read_bytes())["series"]) == {"CPI", "TNEY"}
    assert expected_fill_ratio(None, path, [], "CLAIMS", AT) == COLD_START_ALPHA


def test_state_that_cannot_be_trusted_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "fill_alpha.json"
    path.write_text("{")
    with pytest.raises(TornFile):
        expected_fill_ratio(None, path, [], "CPI", AT)
    path.unlink()
    expected_fill_ratio("auto", path, [], "CPI", AT)
    with pytest.raises(FutureData):
        expected_fill_ratio(None, path, [], "CPI", AT - timedelta(days=1))


def test_depth_mode_alone_reads_the_curve_and_no_curve_is_none(
    tmp_path: Path, entry: Build
) -> None:
    path = tmp_path / "slippage.json"
    path.write_text("{")
    assert stored_curve(SlippageMode.TOP, path, "CPI", AT) is None
    with pytest.raises(TornFile):
        stored_curve(SlippageMode.DEPTH, path, "CPI", AT)
    path.unlink()
    assert stored_curve(SlippageMode.DEPTH, path, "CPI", AT) is None

    touch = {"touch_e4": 6700, "touch_depth_e2": 500, "tick_e4": 100}
    rows = [entry(run_scope=f"run {i}", filled_e2=500, **touch) for i in range(10)]
    fit = fitted_curve(rows, "CPI", AT)
    save_curve(path, "CPI", fit, FittedOn(AT, 14.0, {}))
    curve = stored_curve(SlippageMode.DEPTH, path, "CPI", AT)
    assert curve is not None
    assert curve.ticks(1.0) == fit.curve.ticks(1.0) == 1.0
