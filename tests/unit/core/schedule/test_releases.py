from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.schedule.releases import Release, ReleaseCalendar

MAY = Release(datetime(2025, 5, 13, 12, 30, tzinfo=UTC), "cpi", "2025-04")
JUNE = Release(datetime(2025, 6, 11, 12, 30, tzinfo=UTC), "cpi", "2025-05")
CLAIMS = Release(datetime(2025, 6, 12, 12, 30, tzinfo=UTC), "claims", "2025-06-07")
CALENDAR = ReleaseCalendar.of([CLAIMS, JUNE, MAY, JUNE])


def test_rows_are_sorted_and_repeats_count_once() -> None:
    assert CALENDAR.rows == (MAY, JUNE, CLAIMS)


def test_events_do_not_see_each_other() -> None:
    after_cpi = JUNE.release_at + timedelta(seconds=1)
    assert CALENDAR.upcoming("cpi", after_cpi) == ()
    assert CALENDAR.upcoming("claims", after_cpi) == (CLAIMS,)


def test_a_release_is_coming_during_its_own_second() -> None:
    within = JUNE.release_at + timedelta(milliseconds=900)
    assert CALENDAR.upcoming("cpi", within) == (JUNE,)
    assert CALENDAR.latest("cpi", within) == MAY


def test_a_release_is_past_one_second_later() -> None:
    after = JUNE.release_at + timedelta(seconds=1)
    assert CALENDAR.latest("cpi", after) == JUNE
    assert CALENDAR.latest("cpi", MAY.release_at) is None


def test_release_instants_are_kept_in_utc_whole_seconds() -> None:
    shifted = Release(JUNE.release_at.replace(microsecond=5), "cpi", "2025-05")
    assert shifted == JUNE


def test_a_release_is_found_by_what_it_reports() -> None:
    assert CALENDAR.of_reference("cpi", "2025-05") == JUNE
    assert CALENDAR.of_reference("cpi", "2025-10") is None
