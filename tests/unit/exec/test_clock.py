from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec.clock import RunClock, run_clock

FLAG, VARIABLE = "2025-06-11T06:30:00-04:00", {"KALSHI_ALPHA_AS_OF": "2025-06-11T11:00:00Z"}
SCENARIO = datetime(2025, 6, 11, 12, tzinfo=UTC)


def test_the_flag_beats_the_environment_and_that_beats_the_scenario() -> None:
    assert run_clock(FLAG, VARIABLE, SCENARIO).at == datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
    assert run_clock(None, VARIABLE, SCENARIO).at == datetime(2025, 6, 11, 11, tzinfo=UTC)
    assert run_clock(None, {}, SCENARIO).at == SCENARIO
    assert run_clock(None, {}, SCENARIO).source is ClockSource.SET


def test_without_any_of_them_the_system_decides() -> None:
    before = datetime.now(UTC)
    clock = run_clock(None, {})
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.source is ClockSource.SYSTEM


@pytest.mark.parametrize("venue", ["prod", "demo"])
def test_a_real_venue_takes_no_set_clock_but_the_systems(venue: str) -> None:
    with pytest.raises(UsageError, match=venue):
        run_clock(FLAG, {"KALSHI_ENV": venue})
    with pytest.raises(UsageError, match=f"{venue}: offline fixtures set it, unset KALSHI_ENV"):
        run_clock(None, {"KALSHI_ENV": venue}, SCENARIO)
    assert run_clock(None, {"KALSHI_ENV": venue}).source is ClockSource.SYSTEM


@pytest.mark.parametrize(("zone", "hours"), [("America/New_York", -4), ("UTC", 0)])
def test_the_offset_is_the_processes_own_at_that_instant(
    monkeypatch: pytest.MonkeyPatch, zone: str, hours: int
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    assert RunClock(SCENARIO, ClockSource.SET).process_offset == timedelta(hours=hours)
