from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from kalshi_alpha.config.monitors import MonitorSettings
from kalshi_alpha.core.gates import Action, Finding, Reading, ReadingName, Reason
from kalshi_alpha.core.replay.gate import GateHistory
from kalshi_alpha.core.replay.outcome import DatedFill, DayOutcome
from kalshi_alpha.exec.backtest.gating import gated_days
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.plan import DayDone
from kalshi_alpha.exec.backtest.standing import Stops, Watch, standing_stops
from kalshi_alpha.exec.backtest.variant import Variant

LARGE = Variant(contracts="200", gate="paper")


def tightened(read: Materials, day: str, week: str) -> Materials:
    """Return the materials with other limits of losses."""
    thresholds = type(read.monitors.thresholds)(
        drawdown_day_usd=Decimal(day), drawdown_week_usd=Decimal(week)
    )
    old = read.monitors
    monitors = MonitorSettings(
        schema=1,
        thresholds=thresholds,
        guard=old.guard,
        no_data_blocks=old.no_data_blocks,
        stale_blocks=old.stale_blocks,
        scheduled=old.scheduled,
        notify=old.notify,
    )
    return replace(read, monitors=monitors)


def days_of(read: Materials, variant: Variant) -> list[DayDone]:
    return gated_days(read, read.plan(variant), variant, None, lambda _: None).days


def outcomes(days: list[DayDone]) -> list[DayOutcome | None]:
    return [each.outcome for each in days]


def stops_of(read: Materials, watch: Watch) -> Stops:
    found = standing_stops(outcomes(days_of(read, replace(LARGE, gate="off"))), watch)
    return {at: readings for each in found for at, readings in each.items()}


def words(readings: tuple[Reading, ...]) -> set[str]:
    return {str(each.reason) for reading in readings for each in reading.findings}


def test_nothing_stands_before_anything_was_lost(read: Materials) -> None:
    assert stops_of(read, read.watch(read.plan(LARGE))) == {}


def test_a_limit_that_is_reached_stops_the_next_decisions_and_not_those_before(
    read: Materials,
) -> None:
    tight = tightened(read, "1", "5")
    stops = stops_of(tight, tight.watch(read.plan(LARGE)))
    assert stops
    assert all("drawdown" in words(each) for each in stops.values())
    lost_at = min(
        row.settled_at or row.as_of
        for each in outcomes(days_of(read, replace(LARGE, gate="off")))
        if each is not None
        for row in each.rows
        if row.realised is not None and row.realised.e6 < 0
    )
    assert min(stops) > lost_at - timedelta(days=2)


def test_a_look_sees_what_had_filled_by_then_and_nothing_that_filled_later(
    read: Materials,
) -> None:
    """Two contracts that lost a dollar each at once, one of them filled after the look."""
    day = next(
        each
        for each in outcomes(days_of(read, replace(LARGE, gate="off")))
        if each is not None and any(each.row_fills)
    )
    row = next(row for row in day.rows if row.filled_e2)
    placed, look = row.as_of, row.as_of + timedelta(minutes=10)
    row = replace(
        row,
        price_e4=9_999,
        posted_e2=200,
        filled_e2=200,
        fee_e6=70_000,
        m_at_fill=0.0,
        settled_at=None,
        outcome=None,
        payout_e6=None,
    )
    for after, stopped in ((timedelta(0), True), (timedelta(seconds=1), False)):
        fills = (DatedFill(placed, 100, 20_000), DatedFill(look + after, 100, 50_000))
        one = replace(
            day, rows=(row,), row_fills=(fills,), clocks=(placed, look), proposed=(placed, look)
        )
        tight = tightened(read, "2.06", "9")
        (stops,) = standing_stops([one], tight.watch(tight.plan(LARGE)))
        assert (look in stops) is stopped
        if stopped:
            assert "drawdown" in words(stops[look])


def test_days_that_are_stopped_are_replayed_again_until_nothing_changes(read: Materials) -> None:
    tight = tightened(read, "1", "5")
    free, gated = days_of(tight, replace(LARGE, gate="off")), days_of(tight, LARGE)
    n_free, n_gated = (
        sum(len(each.rows) for each in outcomes(days) if each is not None) for days in (free, gated)
    )
    assert 0 < n_gated < n_free
    watch = tight.watch(tight.plan(LARGE))
    for stops, day in zip(standing_stops(outcomes(gated), watch), gated, strict=True):
        if day.outcome is None:
            continue
        placed = {row.as_of for row in day.outcome.rows}
        assert not placed & stops.keys(), "no order of a stopped decision is left"
        assert day.outcome.withheld.get("drawdown", 0) >= bool(stops)


def test_three_monitors_that_alert_together_are_a_panic(read: Materials) -> None:
    tight = tightened(read, "1", "5")
    stale = Reading(ReadingName.FEEDS, (Finding(Reason.STALE_FEEDS, "stale"),))
    watch = tight.watch(read.plan(LARGE))
    assert watch.feeds is not None
    never = GateHistory(watch.feeds.instants[:1], (stale,), (None,))
    always = replace(watch, feeds=never, seen={})
    thresholds = tight.monitors.thresholds
    found = stops_of(tight, always)
    both = {at for at, each in found.items() if {"drawdown", "monitor_alert"} <= words(each)}
    assert thresholds.ev_gap_t == -2.0
    assert {at for at, each in found.items() if "panic_backoff" in words(each)} >= both


@pytest.mark.parametrize("action", [Action.PAPER, Action.LIVE])
def test_an_alert_of_the_edge_stops_money_and_no_paper(read: Materials, action: Action) -> None:
    watch = replace(read.watch(read.plan(LARGE)), action=action)
    losing = [
        None
        if each is None
        else replace(
            each,
            rows=tuple(
                row if not row.count_e2 else replace(row, payout_e6=0, outcome=False)
                for row in each.rows
            ),
        )
        for each in outcomes(days_of(read, Variant(contracts="1", gate="off")))
    ]
    stops = standing_stops(losing, watch)
    said = {word for each in stops for readings in each.values() for word in words(readings)}
    assert ("monitor_alert" in said or "sequential_alert" in said) is (action is Action.LIVE)
