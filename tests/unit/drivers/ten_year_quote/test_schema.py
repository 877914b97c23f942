from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from kalshi_alpha.drivers.ten_year_quote import DRIVER
from kalshi_alpha.drivers.ten_year_quote.schema import TenYearQuote

AT = datetime(2025, 6, 13, 0, 30, tzinfo=UTC)
ROW = TenYearQuote(AT, 43640, "desk")


def test_a_quote_belongs_to_its_new_york_day_and_was_not_public_before_it_was_made() -> None:
    assert DRIVER.dated_on(ROW) == date(2025, 6, 12)
    assert DRIVER.earliest_at(ROW) == AT


def test_the_newest_is_the_last_quoted() -> None:
    newest = DRIVER.newest([ROW, TenYearQuote(AT - timedelta(seconds=1), 43650, "desk")])
    assert newest.text == "4.3640 at 2025-06-13T00:30:00Z (desk)"
    assert newest.on == date(2025, 6, 12)
