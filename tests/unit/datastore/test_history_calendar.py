from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_calendar import CALENDAR_HISTORY, release_days
from kalshi_alpha.datastore.tables import Observation
from kalshi_alpha.drivers.macro_calendar.schema import PUBLISHERS


def row(release: str, day: date) -> Observation:
    [[event]] = CALENDAR_HISTORY.layers(
        [{"release": release, "reference_month": None, "release_date": day}], {}
    )
    return event


@pytest.mark.parametrize(
    ("release", "event", "day", "known_from"),
    [
        ("CPI", "cpi", date(2025, 6, 11), datetime(2025, 6, 5, 4, tzinfo=UTC)),
        ("JOBLESS_CLAIMS", "claims", date(2025, 6, 12), datetime(2025, 6, 12, 4, tzinfo=UTC)),
        # A Wednesday that a holiday moved the release to.
        ("JOBLESS_CLAIMS", "claims", date(2025, 6, 18), datetime(2025, 6, 18, 12, 30, tzinfo=UTC)),
        # Sunday 15 March 2020: called at short notice.
        ("FOMC_DECISION", "fomc", date(2020, 3, 15), datetime(2020, 3, 16, 4, tzinfo=UTC)),
    ],
)
def test_a_day_counts_from_when_it_was_surely_announced(
    release: str, event: str, day: date, known_from: datetime
) -> None:
    found = row(release, day)
    assert found.available_at == known_from
    assert (found.values["event"], found.values["release_on"]) == (event, day)
    assert found.values["publisher"] == PUBLISHERS[event]


def test_only_statistics_have_an_hour() -> None:
    assert row("CPI", date(2025, 6, 11)).values["release_at"] == datetime(
        2025, 6, 11, 12, 30, tzinfo=UTC
    )
    assert row("FOMC_DECISION", date(2025, 6, 18)).values["release_at"] is None


def test_other_releases_are_passed_over() -> None:
    other = {"release": "GDP", "reference_month": None, "release_date": date(2025, 6, 26)}
    assert list(CALENDAR_HISTORY.layers([other], {})) == [()]


def test_release_days_are_those_of_the_cpi(tmp_path: Path) -> None:
    assert release_days(History([tmp_path])) == {}
    (tmp_path / "release_calendar.csv").write_text(
        "release,reference_month,release_date\nCPI,2025-05,2025-06-11\nFOMC_DECISION,,2025-06-18\n"
    )
    assert release_days(History([tmp_path])) == {date(2025, 5, 1): date(2025, 6, 11)}
