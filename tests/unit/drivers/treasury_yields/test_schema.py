from __future__ import annotations

from datetime import UTC, date, datetime

from kalshi_alpha.drivers.treasury_yields import DRIVER
from kalshi_alpha.drivers.treasury_yields.schema import ParYield

ROW = ParYield(date(2025, 6, 12), "10Y", "BC_10YEAR", 436, "treasury")


def test_a_curve_cannot_exist_before_its_quotes_are_taken() -> None:
    assert DRIVER.dated_on(ROW) == date(2025, 6, 12)
    assert DRIVER.earliest_at(ROW) == datetime(2025, 6, 12, 19, 30, tzinfo=UTC)


def test_the_newest_value_is_the_ten_year_of_the_newest_curve() -> None:
    others = [
        ParYield(date(2025, 6, 12), "30Y", "BC_30YEAR", 484, "treasury"),
        ParYield(date(2025, 6, 12), "10Y", "DGS10", 436, "fred"),
        ParYield(date(2025, 6, 11), "10Y", "BC_10YEAR", 441, "treasury"),
    ]
    newest = DRIVER.newest([*others, ROW])
    assert (newest.text, newest.on) == ("BC_10YEAR 2025-06-12 4.36", date(2025, 6, 12))


def test_two_publishers_keep_a_row_each() -> None:
    assert DRIVER.table.key == ("curve_on", "series_id")
    assert set(DRIVER.table.names) == set(ParYield.__slots__)
