from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desk import Morning
from kalshi_alpha.brokers.kalshi.fixture_feed import FixtureFeed
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.gates import Reading, ReadingName, Reason
from kalshi_alpha.core.proposals.proposal import LadderCheck
from kalshi_alpha.core.schedule import Release, ReleaseCalendar, SeriesState
from kalshi_alpha.datastore.state import set_kill_switch
from kalshi_alpha.exec.gate_readings import live_quote, phase_of, quality, surroundings
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.cpi import STRATEGY


def named(readings: tuple[Reading, ...]) -> dict[ReadingName, Reading]:
    return {reading.name: reading for reading in readings}


def test_all_that_can_be_read_without_a_price_is_read(morning: Morning) -> None:
    found = named(morning.known.readings)
    assert set(found) == {
        ReadingName.CONFIG,
        ReadingName.KILL_SWITCH,
        ReadingName.TIME_ZONE,
        ReadingName.FEEDS,
        ReadingName.SCHEDULE,
        ReadingName.HEARTBEAT,
        ReadingName.EXCHANGE,
        ReadingName.PANIC,
        ReadingName.DRAWDOWN,
    }
    at = morning.run.clock.at
    # No session ever beat here, and the monitors never ran.
    never_there = {ReadingName.HEARTBEAT, ReadingName.PANIC, ReadingName.DRAWDOWN}
    assert {n for n, r in found.items() if not r.ok(at)} == never_there


def test_the_kill_switch_that_is_read_is_the_roots(run: Run, morning: Morning) -> None:
    set_kill_switch(run.paths.kill_switch, datetime(2024, 12, 11, tzinfo=UTC))
    found = named(surroundings(run, morning.known.phase, morning.known.feeds, window_only=True))
    assert not found[ReadingName.KILL_SWITCH].ok(run.clock.at)
    assert str(run.paths.kill_switch) in found[ReadingName.KILL_SWITCH].findings[0].detail


def test_the_phase_is_that_of_the_release(morning: Morning) -> None:
    phase = phase_of(morning.run, morning.known.calendar)
    assert phase.state is SeriesState.WINDOW
    assert phase.rests_until == datetime(2024, 12, 11, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("family", "at", "state"),
    [
        ("CLAIMS", datetime(2024, 12, 12, 11, 30, tzinfo=UTC), SeriesState.FROZEN),
        ("TNEY", datetime(2024, 12, 12, 19, 45, tzinfo=UTC), SeriesState.WINDOW),
        ("TNEY", datetime(2024, 12, 24, 19, 45, tzinfo=UTC), SeriesState.FROZEN),
        ("TNEY", datetime(2024, 12, 25, 19, 45, tzinfo=UTC), SeriesState.OPEN),
        ("WEATHER", datetime(2024, 12, 12, 12, 45, tzinfo=UTC), SeriesState.WINDOW),
        ("WEATHER", datetime(2024, 12, 12, 12, 45, 1, tzinfo=UTC), SeriesState.FROZEN),
    ],
    ids=["no calendar", "afternoon", "early close", "Christmas", "cycle", "cycle over"],
)
def test_each_family_keeps_its_own_hours(
    morning: Morning, family: str, at: datetime, state: SeriesState
) -> None:
    clock = replace(morning.run.clock, at=at)
    ahead = datetime(2025, 1, 15, 13, 30, tzinfo=UTC)
    calendar = ReleaseCalendar.of([Release(ahead, each, "-") for each in ("cpi", "fomc", "jobs")])
    phase = phase_of(replace(morning.run, family=family, clock=clock), calendar)
    assert phase.state is state
    assert phase.calendar_missing is (family == "CLAIMS")


def test_without_the_news_ahead_the_ten_year_has_no_calendar(morning: Morning) -> None:
    clock = replace(morning.run.clock, at=datetime(2024, 12, 12, 19, 45, tzinfo=UTC))
    phase = phase_of(replace(morning.run, family="TNEY", clock=clock), ReleaseCalendar.of([]))
    assert (phase.state, phase.calendar_missing) == (SeriesState.FROZEN, True)


def test_only_the_quoted_family_asks_for_a_quote(morning: Morning) -> None:
    at = morning.run.clock.at
    assert live_quote(morning.run, []) == ()
    [found] = live_quote(replace(morning.run, family="TNEY"), [])
    assert [finding.reason for finding in found.findings] == [Reason.NO_LIVE_QUOTE]
    assert not found.ok(at)


def test_an_exchange_that_does_not_answer_is_a_fault(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(self: FixtureFeed) -> bool:
        raise MissingData("no status")

    monkeypatch.setattr(FixtureFeed, "trading_active", silent)
    known = morning.known
    found = named(surroundings(morning.run, known.phase, known.feeds, window_only=True))
    assert not found[ReadingName.EXCHANGE].ok(morning.run.clock.at)


def reasons(reading: Reading) -> list[str]:
    return [finding.reason.value for finding in reading.findings]


def test_quality_counts_faulty_models_and_inconsistent_ladders(morning: Morning) -> None:
    result, judged = morning.scanned.result, STRATEGY.quality(morning.calibration)
    assert reasons(quality(morning.run, result, 0, judged)) == []
    assert reasons(quality(morning.run, result, 1, judged)) == ["non_monotone_ladders"]
    odd = LadderCheck(
        event_ticker="KXCPI-24NOV",
        model_monotone=True,
        market_mid_violations=0,
        market_exec_violations=1,
        market_exec_violations_after_fees=1,
        repair_l1=0.0,
    )
    inconsistent = replace(result, checks=(odd,))
    assert reasons(quality(morning.run, inconsistent, 0, judged)) == ["market_inconsistent"]
    assert reasons(quality(morning.run, result, 0, replace(judged, drifted=True))) == [
        "model_drift"
    ]
    poor = replace(judged, crps_advantage=0.01, brier_advantage=0.0)
    assert reasons(quality(morning.run, result, 0, poor)) == [
        "low_crps_advantage",
        "low_brier_advantage",
    ]
