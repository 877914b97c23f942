from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from desk import Morning
from kalshi_alpha.core.errors import InvalidPmf
from kalshi_alpha.core.gates import ReadingName
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.schedule import SeriesState
from kalshi_alpha.datastore.state import set_kill_switch
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.inputs import Inputs, sources_needed
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import (
    Scanned,
    ingest_payloads,
    look_around,
    needed_drivers,
    scan_family,
)
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.cpi import STRATEGY
from kalshi_alpha.strategies.strategy import ForecastSet, Strategy


def scanned_again(
    morning: Morning,
    *,
    strategy: Strategy = STRATEGY,
    inputs: Inputs | None = None,
    **options: Any,
) -> Scanned:
    return scan_family(
        morning.run,
        look_around(morning.run, morning.known.ingested, window_only=True),
        strategy,
        morning.calibration,
        inputs or morning.inputs,
        ScanOptions(**options),
        run_scope="pre_cpi",
    )


def _staked(scanned: Scanned) -> float:
    return sum(p.staked_fraction for p in scanned.proposals)


def test_what_is_known_before_any_price_is_looked_at(morning: Morning) -> None:
    known = morning.known
    assert known.phase.state is SeriesState.WINDOW
    assert {feed.feed for feed in known.feeds if feed.ok} == set(
        morning.run.settings.series.required_feeds
    )
    assert {summary.source for summary in known.ingested} == sources_needed(morning.run)
    assert known.calendar.of_reference("cpi", "2024-11") is not None


def test_a_pipeline_stays_out_where_a_scan_may_quote(morning: Morning) -> None:
    after = replace(
        morning.run, clock=RunClock(datetime(2024, 12, 11, 14, tzinfo=UTC), ClockSource.SET)
    )

    def schedule(*, window_only: bool) -> list[str]:
        known = look_around(after, (), window_only=window_only)
        [reading] = [r for r in known.readings if r.name is ReadingName.SCHEDULE]
        return [finding.reason.value for finding in reading.findings]

    assert schedule(window_only=True) == ["outside_window"]
    assert schedule(window_only=False) == []


def test_only_the_drivers_of_needed_feeds_are_loaded(run: Run) -> None:
    assert [driver.source for driver in needed_drivers(run)] == sorted(sources_needed(run))


def test_without_any_feed_the_calendar_is_missing(run: Run) -> None:
    known = look_around(run, ingest_payloads(run, ()), window_only=False)
    assert known.phase.calendar_missing
    assert known.feeds
    assert not any(feed.ok for feed in known.feeds)


def test_a_scan_is_the_same_twice(morning: Morning) -> None:
    again = scanned_again(morning)
    assert again.proposals == morning.scanned.proposals
    assert again.passed == morning.scanned.passed
    assert again.verdict == morning.scanned.verdict


def test_options_reach_the_proposals(morning: Morning) -> None:
    picky = scanned_again(morning, min_ev=0.0112)
    assert picky.proposals
    assert all(p.ev_honest >= 0.0112 for p in picky.proposals)
    frugal = scanned_again(morning, max_var_usd=100.0)
    assert frugal.result.var <= 100.0 < morning.scanned.result.var
    small = scanned_again(morning, kelly_cap=0.0005)
    assert all(p.staked_fraction <= 0.0005 + 1e-9 for p in small.proposals)
    assert _staked(small) < 0.2 * _staked(morning.scanned)
    humble = scanned_again(morning, ev_honesty_shrink=0.5)
    assert all(p.ev_shrink.s == 0.5 for p in humble.proposals)
    sure = scanned_again(morning, fill_alpha="0.2")
    assert {p.fill_ratio for p in sure.proposals} == {0.2}


def test_a_closed_gate_withholds_what_was_worth_it(morning: Morning, run: Run) -> None:
    set_kill_switch(run.paths.kill_switch, run.clock.at)
    blocked = replace(morning, run=replace(morning.run, paths=run.paths))

    found = scanned_again(blocked)

    assert "kill_switch" in found.verdict.words
    assert found.proposals == ()
    assert found.withheld == found.result.proposals
    gated = [p for p in found.passed if p.reason is NotProposed.GATE_CLOSED]
    assert [p.market_ticker for p in gated] == [p.market_ticker for p in found.withheld]


def test_a_market_without_a_forecast_tells_why_there_is_none(morning: Morning) -> None:
    made = morning.scanned.forecasts
    without = ForecastSet(made.forecasts[1:], {"cpi_mom": "no nowcast for November"})
    found = scanned_again(morning, strategy=replace(STRATEGY, forecast=lambda *_: without))
    told = {p.detail for p in found.passed if p.reason is NotProposed.NO_FORECAST}
    assert told == {"no nowcast for November"}


def test_a_forecast_without_skill_is_shown_and_not_traded_on(morning: Morning) -> None:
    passed = [p for p in morning.scanned.passed if p.reason is NotProposed.NO_SKILL]
    assert {p.event_ticker for p in passed} == {"KXCPICORE-24NOV"}
    assert {p.detail for p in passed} == {
        "the core's forecast is its own twelve-month mean, which is the baseline to beat"
    }
    assert not [p for p in morning.scanned.proposals if p.series_ticker == "KXCPICORE"]


def test_a_faulty_model_closes_the_gate(morning: Morning) -> None:
    def broken(*_: Any) -> ForecastSet:
        raise InvalidPmf("sum off")

    found = scanned_again(morning, strategy=replace(STRATEGY, forecast=broken))
    assert found.verdict.words == ("non_monotone_ladders",)
    assert (found.proposals, found.withheld) == ((), ())


def test_events_that_cannot_be_read_are_passed_by_name(morning: Morning) -> None:
    [event] = morning.inputs.events["KXCPI"]
    odd = replace(event, event_ticker="KXCPI-SOON")
    inputs = replace(morning.inputs, events={**morning.inputs.events, "KXCPI": (odd,)})
    found = scanned_again(morning, inputs=inputs)
    bad = {p.market_ticker for p in found.passed if p.reason is NotProposed.BAD_MARKET}
    assert bad == {market.ticker for market in event.markets}
