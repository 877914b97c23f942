from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.gates import Action, Reason, verdict
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.ramp.figures import figures
from kalshi_alpha.core.ramp.plan import Missing
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp.monitors import read_monitor_set
from kalshi_alpha.exec.ramp.readiness import SeriesReadiness
from kalshi_alpha.exec.ramp.rows import Decided, series_row
from kalshi_alpha.sim.demo_rows import practice_rows

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
DECLARED = Declaration(Statistic.CLOSING_LINE, datetime(2022, 1, 1, tzinfo=UTC))


def row(tmp_path: Path, *missing: Missing, empty: bool = False) -> SeriesReadiness:
    rows = [] if empty else practice_rows("CPI", AT, 0)
    decided = Decided(
        verdict=verdict(Action.RAMP, [], AT),
        figures=figures("CPI", rows, DECLARED, AT, shrink=0.9),
        declared=DECLARED,
        size_multiplier=0.0,
        missing=missing,
    )
    monitors = read_monitor_set(Paths(tmp_path), RunClock(AT, ClockSource.SET))
    return series_row(decided, monitors, AT)


def lacking(days: float | None) -> Missing:
    return Missing(Reason.INSUFFICIENT_FILLS, 1.0, 300.0, 299, days)


def test_an_entry_holds_both_statistics_and_which_counts(tmp_path: Path) -> None:
    found = row(tmp_path)
    assert (found.go, found.decision) == (False, "NO-GO")
    assert found.reasons
    assert (found.fills, found.units, found.open_fills) == (345, 23, 0)
    assert found.delta_bps != found.delta_bps_cv
    assert (found.statistic.used, found.statistic.calibrated) == ("closing_line", True)
    assert (found.drawdown.status, found.fill_realism_gap) == ("NO_DATA", None)
    assert {each.bin.split()[0] for each in found.ev_honesty_bins} == {"yes", "no"}


def test_an_entry_of_nothing_has_no_figures(tmp_path: Path) -> None:
    found = row(tmp_path, empty=True)
    assert (found.delta_bps, found.t_stat, found.delta_bps_cv, found.t_stat_cv) == (None,) * 4
    assert (found.statistic.slope, found.ev_honesty_bins) == (None, ())


@pytest.mark.parametrize(
    ("days", "total", "ready_on"),
    [
        ((), 0.0, "2024-12-11"),
        ((3.0, 10.0), 10.0, "2024-12-21"),
        ((3.0, None), None, None),
        ((1e9,), 1e9, None),
    ],
)
def test_the_plan_takes_as_long_as_the_slowest(
    tmp_path: Path, days: tuple[float | None, ...], total: float | None, ready_on: str | None
) -> None:
    plan = row(tmp_path, *map(lacking, days), empty=True).plan
    assert (plan.days, plan.ready_on) == (total, ready_on)
