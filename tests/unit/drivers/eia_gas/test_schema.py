from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

from kalshi_alpha.drivers.eia_gas.schema import (
    TABLE,
    WeeklyPrice,
    dated_on,
    earliest_at,
    newest,
)

ROW = WeeklyPrice(date(2026, 3, 2), 31480)


def test_the_table_holds_what_a_row_holds() -> None:
    assert TABLE.names == tuple(field.name for field in fields(WeeklyPrice))


def test_a_price_cannot_be_public_before_the_afternoon_of_its_survey() -> None:
    assert dated_on(ROW) == date(2026, 3, 2)
    assert earliest_at(ROW) == datetime(2026, 3, 2, 21, 0, tzinfo=UTC)


def test_the_newest_week_is_shown() -> None:
    shown = newest([ROW, WeeklyPrice(date(2026, 2, 23), 30720)])
    assert (shown.text, shown.on) == ("regular week of 2026-03-02 $3.1480", date(2026, 3, 2))
