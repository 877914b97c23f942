from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.drivers.aaa_gas.schema import TABLE, GasPrice, dated_on, earliest_at, newest

DAY = date(2025, 6, 11)


def test_the_table_holds_what_a_row_holds() -> None:
    assert TABLE.names == tuple(field.name for field in fields(GasPrice))


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("current", DAY),
        ("yesterday", date(2025, 6, 10)),
        ("week_ago", date(2025, 6, 4)),
        ("month_ago", None),
        ("year_ago", None),
    ],
)
def test_each_row_of_the_page_belongs_to_a_day(period: str, expected: date | None) -> None:
    assert GasPrice(DAY, period, "regular", 31240).priced_on == expected


def test_a_page_is_usable_from_the_start_of_its_day_in_new_york() -> None:
    row = GasPrice(DAY, "current", "regular", 31240)
    assert dated_on(row) == DAY
    assert earliest_at(row) == datetime(2025, 6, 11, 4, 0, tzinfo=UTC)


def test_the_newest_page_is_shown_with_its_regular_price() -> None:
    rows = [
        GasPrice(date(2025, 6, 10), "current", "regular", 31210),
        GasPrice(DAY, "current", "regular", 31240),
        GasPrice(DAY, "current", "premium", 39000),
    ]
    assert (newest(rows).text, newest(rows).on) == ("regular 2025-06-11 $3.1240", DAY)
