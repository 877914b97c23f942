from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.drivers.macro_calendar.errors import WrongBody
from kalshi_alpha.drivers.macro_calendar.fred_dates import RECORD_SEPARATOR, release_dates
from kalshi_alpha.drivers.macro_calendar.schema import MacroEvent


def answer(release: int, *days: str) -> bytes:
    rows = ",".join(f'{{"release_id": {release}, "date": "{day}"}}' for day in days)
    return RECORD_SEPARATOR + f'{{"count": 2, "release_dates": [{rows}]}}\n'.encode()


def test_days_of_both_releases_get_their_standing_hour() -> None:
    body = answer(10, "2026-12-10", "2026-07-14") + answer(50, "2026-12-04")
    assert release_dates(body, Counter()) == [
        MacroEvent("cpi", date(2026, 12, 10), datetime(2026, 12, 10, 13, 30, tzinfo=UTC)),
        MacroEvent("cpi", date(2026, 7, 14), datetime(2026, 7, 14, 12, 30, tzinfo=UTC)),
        MacroEvent("jobs", date(2026, 12, 4), datetime(2026, 12, 4, 13, 30, tzinfo=UTC)),
    ]


def test_other_releases_and_old_dates_are_counted() -> None:
    skipped: Counter[str] = Counter()
    body = (
        answer(10, "2026-12-10", "1949-01-01") + answer(50, "2026-12-04") + answer(18, "2026-01-02")
    )
    assert len(release_dates(body, skipped)) == 2
    assert skipped == {"other release": 2}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (answer(10, "2026-12-10"), "no dates of jobs"),
        (answer(10) + answer(50), "no dates of cpi and jobs"),
        (b'\x1e{"error_code": 400, "error_message": "Bad Request. The key."}', "The key"),
        (b"\x1e{}", "no release dates"),
        (b"\x1e<html>", "web page"),
        (b"\x1e", "not the expected JSON"),
        (answer(10, "soon"), "not the expected JSON"),
    ],
)
def test_half_a_calendar_or_none_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(WrongBody, match=words):
        release_dates(body, Counter())
