from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

from kalshi_alpha.drivers.bls_cpi.schema import (
    TABLE,
    CpiLevel,
    dated_on,
    earliest_at,
    month_over,
    newest,
    vintage_on,
)


def level(month: date, series: str = "CUSR0000SA0") -> CpiLevel:
    return CpiLevel(series, month, 320321, "")


def test_the_table_holds_what_a_row_holds() -> None:
    assert TABLE.names == tuple(field.name for field in fields(CpiLevel))


def test_a_level_cannot_exist_before_its_month_is_over() -> None:
    assert dated_on(level(date(2025, 4, 1))) == date(2025, 5, 1)
    assert dated_on(level(date(2025, 12, 1))) == date(2026, 1, 1)
    assert earliest_at(level(date(2025, 4, 1))) == datetime(2025, 5, 1, 12, 30, tzinfo=UTC)
    assert earliest_at(level(date(2025, 12, 1))) == datetime(2026, 1, 1, 13, 30, tzinfo=UTC)


def test_the_newest_month_is_shown_with_its_headline_level() -> None:
    rows = [
        level(date(2025, 4, 1), "CUUR0000SA0"),
        level(date(2025, 4, 1)),
        level(date(2025, 3, 1)),
    ]
    found = newest(rows)
    assert (found.text, found.on) == ("CUSR0000SA0 2025-04 320.321", date(2025, 4, 1))


def test_a_vintage_cannot_exist_before_its_first_day() -> None:
    vintage = level(date(2025, 9, 1), vintage_on(date(2025, 10, 24)))
    assert vintage.series_id == "CPIAUCSL_20251024"
    assert dated_on(vintage) == date(2025, 10, 24)
    assert earliest_at(vintage) == datetime(2025, 10, 24, 12, 30, tzinfo=UTC)
    assert month_over(date(2025, 12, 1)) == date(2026, 1, 1)


def test_a_vintage_is_the_newest_only_where_there_is_no_level() -> None:
    vintage = level(date(2025, 5, 1), "CPIAUCSL_20250611")
    assert newest([vintage, level(date(2025, 4, 1))]).on == date(2025, 4, 1)
    assert newest([vintage]).on == date(2025, 5, 1)
