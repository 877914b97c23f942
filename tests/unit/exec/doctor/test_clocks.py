from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from doctor_desk import monitor_file
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.exec.doctor.clocks import clock, time_zone, venue_clock, zone_database
from kalshi_alpha.exec.doctor.finding import Status

WINTER, SUMMER = (datetime(2024, month, 11, 11, 30, tzinfo=UTC) for month in (12, 6))


def test_the_zone_is_judged_at_the_clock_in_summer_and_winter() -> None:
    assert time_zone(timedelta(hours=-5), WINTER).status is Status.OK
    assert time_zone(timedelta(hours=-4), SUMMER).status is Status.OK
    wrong = time_zone(timedelta(hours=-5), SUMMER)
    assert wrong.status is Status.FAIL
    assert wrong.found == "this process is at UTC-5 h, and New York is not"
    assert wrong.remedy == "export TZ=America/New_York"


def test_a_database_without_summer_time_is_refused() -> None:
    assert zone_database(ZoneInfo).status is Status.OK

    def fixed(_: str) -> tzinfo:
        return timezone(timedelta(hours=-5))

    assert zone_database(fixed).status is Status.FAIL


def test_the_clock_may_not_be_before_what_was_written(tmp_path: Path) -> None:
    assert clock(WINTER, None).found == "2024-12-11T11:30:00Z"
    assert clock(WINTER, (tmp_path, WINTER + timedelta(seconds=5))).status is Status.OK
    assert clock(WINTER, (tmp_path, WINTER + timedelta(seconds=6))).status is Status.FAIL


def test_the_venues_clock_is_told_from_what_a_session_measured() -> None:
    assert venue_clock(None).status is Status.NOT_APPLICABLE
    assert venue_clock(monitor_file()).found.startswith("0.25 seconds at 20")
    skewed = venue_clock(monitor_file(MonitorStatus.ALERT))
    assert skewed.status is Status.FAIL
    assert skewed.remedy == "synchronise the clock with NTP"
