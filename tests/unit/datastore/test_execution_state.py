from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from desk import AT, REPOSITORY, ledger_row
from kalshi_alpha.core.errors import (
    BadParameter,
    ConfigError,
    FutureData,
    MissingData,
    NewerSchema,
    TornFile,
    UsageError,
)
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.execution.ledger_fit import fitted_curve, tuned_alpha
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry
from kalshi_alpha.datastore.execution_state import (
    FittedOn,
    fit_slippage,
    read_alpha,
    read_curve,
    save_alpha,
    save_curve,
    tune_alpha,
)
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths

ON = FittedOn(AT, 14.0, {"paper": 3})
DOORS: list[Callable[..., Any]] = [tune_alpha, fit_slippage]


def filled(number: int, family: str = "CPI", **changes: Any) -> LedgerEntry:
    """Build an order that filled wholly, a tick above the touch for each multiple of the depth."""
    touch = {"touch_e4": 6000, "touch_depth_e2": 1000, "tick_e4": 100}
    sizes = 1 + number % 3
    own = {"price_e4": 6000 + 100 * sizes, "posted_e2": 1000 * sizes, "filled_e2": 1000 * sizes}
    return ledger_row(family=family, run_scope=f"run {number}", **(own | touch | changes))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    shutil.copytree(REPOSITORY / "configs", tmp_path / "configs")
    return Paths(tmp_path)


def environ(paths: Paths, **more: str) -> dict[str, str]:
    return {"KALSHI_ALPHA_HOME": str(paths.root), **more}


def test_a_tuned_ratio_is_stored_with_what_it_rests_on_and_returned(paths: Paths) -> None:
    LedgerStore(paths).upsert([filled(i) for i in range(4)], AT)

    found = tune_alpha("KXCPI", 14, environ(paths))

    document = json.loads(paths.fill_alpha.read_bytes())
    entry = document["series"]["CPI"]
    assert (document["schema"], document["generated_at"]) == (1, "2024-12-11T11:30:00Z")
    assert entry["alpha"] == found.alpha > COLD_START_ALPHA.alpha
    assert (entry["lo10"], entry["hi90"]) == (found.lo10, found.hi90)
    assert (entry["a"], entry["b"], entry["n_eff"]) == (7.0, 3.0, 4.0)
    assert (entry["n_orders"], entry["lookback_days"]) == (4, 14)
    assert (entry["fitted_at"], entry["modes"]) == ("2024-12-11T11:30:00Z", {"offline": 4})
    assert entry["cold_start"] is False
    assert read_alpha(paths.fill_alpha, "CPI", AT) == found


def test_a_fitted_curve_comes_back_as_it_was_fitted(paths: Paths) -> None:
    LedgerStore(paths).upsert([filled(i) for i in range(12)], AT)

    found = fit_slippage("CPI", 14, environ(paths))

    again = read_curve(paths.slippage, "CPI", AT)
    assert again is not None
    assert [again.ticks(size) for size in (0.5, 1.0, 2.0, 3.0, 9.0)] == [
        found.ticks(size) for size in (0.5, 1.0, 2.0, 3.0, 9.0)
    ]
    assert again.ticks(2.0) == pytest.approx(2.0)
    entry = json.loads(paths.slippage.read_bytes())["series"]["CPI"]
    assert (entry["n_orders"], entry["n_sizes"], entry["cold_start"]) == (12, 3, False)
    assert (entry["fitted_at"], entry["lookback_days"]) == ("2024-12-11T11:30:00Z", 14)


def test_a_refresh_replaces_its_own_family_and_keeps_the_others(paths: Paths) -> None:
    entries = [filled(i) for i in range(12)]
    for family in ("CPI", "TNEY", "CPI"):
        save_alpha(paths.fill_alpha, family, tuned_alpha(entries, "CPI", AT), ON)
        save_curve(paths.slippage, family, fitted_curve(entries, "CPI", AT), ON)
    for path in (paths.fill_alpha, paths.slippage):
        assert set(json.loads(path.read_bytes())["series"]) == {"CPI", "TNEY"}
    assert read_alpha(paths.fill_alpha, "CLAIMS", AT) is None
    assert read_curve(paths.slippage, "CLAIMS", AT) is None


def test_the_cold_start_is_stored_and_said_as_such(
    paths: Paths, caplog: pytest.LogCaptureFixture
) -> None:
    LedgerStore(paths).upsert([filled(0, family="TNEY")], AT)
    with caplog.at_level(logging.WARNING):
        assert tune_alpha("CPI", 14, environ(paths)).n_orders == 0
        assert fit_slippage("TENY", 14, environ(paths)).ticks(2.0) == 2.0
    ratio, curve = caplog.messages
    assert ratio.startswith("CPI: cold start, fill ratio 0.50: ")
    assert "has no order of its last 14 days" in ratio
    assert "TNEY: cold start, one tick per depth shown" in curve
    assert curve.endswith(
        "filled orders with a known touch in its last 14 days: 1 of the 10 needed"
    )
    assert json.loads(paths.fill_alpha.read_bytes())["series"]["CPI"]["cold_start"] is True
    assert json.loads(paths.slippage.read_bytes())["series"]["TNEY"]["cold_start"] is True
    assert read_curve(paths.slippage, "TNEY", AT) is None


@pytest.mark.parametrize("door", DOORS)
def test_a_ledger_that_cannot_be_trusted_is_an_error_and_nothing_is_written(
    paths: Paths, door: Callable[..., Any]
) -> None:
    with pytest.raises(MissingData, match=r"ledger_all\.parquet is not there: run a scan with"):
        door("CPI", 14, environ(paths))
    LedgerStore(paths).upsert([filled(0)], AT)
    whole = paths.ledger_all.read_bytes()
    paths.ledger_all.write_bytes(whole[:-9])
    with pytest.raises(TornFile, match="ledger_all"):
        door("CPI", 14, environ(paths))
    paths.ledger_all.write_bytes(whole)
    later = {"schema": "9", "generated_at": AT.isoformat()}
    pl.read_parquet(paths.ledger_all).write_parquet(paths.ledger_all, metadata=later)
    with pytest.raises(NewerSchema, match="schema 9"):
        door("CPI", 14, environ(paths))
    assert not paths.state.exists()


@pytest.mark.parametrize("door", DOORS)
def test_what_is_asked_wrongly_is_refused(paths: Paths, door: Callable[..., Any]) -> None:
    LedgerStore(paths).upsert([filled(0)], AT)
    with pytest.raises(UsageError, match="did you mean CPI"):
        door("CPY", 14, environ(paths))
    with pytest.raises(BadParameter, match="look-back"):
        door("CPI", 0, environ(paths))
    shutil.rmtree(paths.configs)
    with pytest.raises(ConfigError, match=r"series\.yaml"):
        door("CPI", 14, environ(paths))
    assert not paths.state.exists()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", TornFile),
        ('{"schema": 9, "generated_at": "2024-12-11T11:30:00Z"}', NewerSchema),
        ('{"schema": 1, "generated_at": "2024-12-12T11:30:00Z", "series": {}}', FutureData),
        ('{"schema": 1, "generated_at": "2024-12-11T11:30:00Z"}', TornFile),
        ('{"schema": 1, "generated_at": "2024-12-11T11:30:00Z", "series": {"CPI": 1}}', TornFile),
    ],
)
def test_a_state_file_that_cannot_be_trusted_is_named_and_left(
    paths: Paths, text: str, error: type[Exception]
) -> None:
    LedgerStore(paths).upsert([filled(i) for i in range(12)], AT)
    paths.state.mkdir()
    for path, read, door in (
        (paths.fill_alpha, read_alpha, tune_alpha),
        (paths.slippage, read_curve, fit_slippage),
    ):
        path.write_text(text)
        with pytest.raises(error, match=path.name):
            read(path, "CPI", AT)
        if '"CPI": 1' not in text:  # a bad entry of one's own is what a refresh replaces
            with pytest.raises(error, match=path.name):
                door("CPI", 14, environ(paths))
            assert path.read_text() == text


@pytest.mark.parametrize(
    ("key", "value"), [("alpha", 1.5), ("lo10", 0.99), ("n_orders", -1), ("hi90", "high")]
)
def test_a_ratio_outside_its_interval_is_a_torn_file(
    tmp_path: Path, key: str, value: object
) -> None:
    path = tmp_path / "fill_alpha.json"
    save_alpha(path, "CPI", COLD_START_ALPHA, ON)
    spoil(path, key, value)
    with pytest.raises(TornFile, match="CPI"):
        read_alpha(path, "CPI", AT)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("upper_ticks", [2.0, 1.0, 0.5]),
        ("upper_ticks", [1.0]),
        ("relative_size", [3.0, 2.0, 1.0]),
        ("upper_ticks", [-1.0, 0.0, 1.0]),
        ("impact_cap", 0.0),
        ("form", "cubic"),
    ],
)
def test_a_curve_that_is_none_is_a_torn_file(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "slippage.json"
    save_curve(path, "CPI", fitted_curve([filled(i) for i in range(12)], "CPI", AT), ON)
    spoil(path, key, value)
    with pytest.raises(TornFile, match="CPI"):
        read_curve(path, "CPI", AT)


def spoil(path: Path, key: str, value: object) -> None:
    document = json.loads(path.read_bytes())
    assert key in document["series"]["CPI"]
    document["series"]["CPI"][key] = value
    path.write_text(json.dumps(document))


def test_ages_are_counted_from_the_ledgers_own_clock_where_every_run_was_told_the_time(
    paths: Paths,
) -> None:
    LedgerStore(paths).upsert([filled(0)], AT + timedelta(days=7))
    assert tune_alpha("CPI", 14, environ(paths)).n_eff == 0.5


def test_a_set_clock_comes_first(paths: Paths) -> None:
    LedgerStore(paths).upsert([filled(0)], AT)
    later = environ(paths, KALSHI_ALPHA_AS_OF="2024-12-18T11:30:00Z")
    assert tune_alpha("CPI", 14, later).n_eff == 0.5


def test_rows_under_the_systems_clock_and_real_venues_are_read_at_the_present(
    paths: Paths,
) -> None:
    LedgerStore(paths).upsert([filled(0)], AT)
    assert tune_alpha("CPI", 14, environ(paths, KALSHI_ENV="demo")).n_orders == 0
    real = filled(1, clock_source=ClockSource.SYSTEM)
    paths.fill_alpha.unlink()
    LedgerStore(paths).upsert([real], AT)
    assert tune_alpha("CPI", 14, environ(paths)).n_orders == 0
    made_at = datetime.fromisoformat(json.loads(paths.fill_alpha.read_bytes())["generated_at"])
    assert abs(datetime.now(UTC) - made_at) < timedelta(minutes=5)


def test_the_modes_count_only_what_was_fitted_on() -> None:
    rows = [filled(0), filled(1, kind=EntryKind.EXPECTED, filled_e2=0), filled(2, family="TNEY")]
    assert FittedOn.of(rows, "CPI", AT, 14.0).modes == {"offline": 1}


@pytest.mark.parametrize(
    ("door", "page"), [(tune_alpha, "fill-alpha.md"), (fit_slippage, "slippage.md")]
)
def test_the_reference_page_has_exactly_the_keys_of_an_entry(
    paths: Paths, door: Callable[..., Any], page: str
) -> None:
    LedgerStore(paths).upsert([filled(0)], AT)
    door("CPI", 14, environ(paths))
    [path] = paths.state.iterdir()
    entry = json.loads(path.read_bytes())["series"]["CPI"]
    rows = re.findall(
        r"^\| (`.*?) \|", (REPOSITORY / "docs/reference/files" / page).read_text(), re.MULTILINE
    )
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == set(entry)
