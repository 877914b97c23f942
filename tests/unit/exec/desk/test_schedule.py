"""What each series waits for."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from kalshi_alpha.config.loading import load
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.core.schedule import Release, ReleaseCalendar
from kalshi_alpha.exec.desk.schedule import next_releases
from runs import REPO

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
CPI = Release(datetime(2024, 12, 11, 13, 30, tzinfo=UTC), "cpi", "2024-11")


def test_the_nearest_release_comes_first_and_daily_series_last() -> None:
    enabled = load(REPO / "configs/series.yaml", SeriesBook).value.enabled
    found = next_releases(enabled, ReleaseCalendar.of([CPI]), AT)
    assert [each.series for each in found][:3] == ["KXCPI", "KXCPICORE", "KXCPIYOY"]
    assert found[0].seconds == 2 * 3600
    assert (found[0].what, found[0].state) == ("cpi 2024-11", "window")
    daily = [each for each in found if each.family == "WEATHER"]
    assert daily
    assert all(each.release_at is None and each.what == "daily" for each in daily)


def test_a_release_that_is_not_in_the_calendar_is_said_to_be_missing() -> None:
    enabled = load(REPO / "configs/series.yaml", SeriesBook).value.enabled
    found = next_releases(enabled, ReleaseCalendar.of([]), AT)
    cpi = next(each for each in found if each.series == "KXCPI")
    assert (cpi.what, cpi.seconds) == ("cpi: not in the calendar", None)
    assert cpi.state == "frozen"


def test_a_family_whose_package_is_not_installed_is_frozen_and_says_so() -> None:
    own = load(REPO / "configs/series.yaml", SeriesBook).value.enabled[0]
    stranger = msgspec.structs.replace(own, family="LUNAR", event=None)
    (found,) = next_releases([stranger], ReleaseCalendar.of([CPI]), AT)
    assert (found.state, found.what) == ("frozen", "daily")
    assert "LUNAR" in found.note
