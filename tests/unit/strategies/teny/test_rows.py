from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.teny.rows import QuoteRow, ReleaseRow, YieldRow, known_rows

AT = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)
Tables = dict[str, list[Row]]


def test_rows_of_every_feed_are_read(tables: Tables) -> None:
    assert len(known_rows(tables.__getitem__, "treasury_yields", YieldRow, AT)) == 54
    assert len(known_rows(tables.__getitem__, "ten_year_quote", QuoteRow, AT)) == 1
    assert known_rows(tables.__getitem__, "macro_calendar", ReleaseRow, AT)


def test_a_row_available_a_second_later_is_passed_over(tables: Tables) -> None:
    late = [{**row, "available_at": AT + timedelta(seconds=1)} for row in tables["treasury_yields"]]
    assert known_rows({"x": late}.__getitem__, "x", YieldRow, AT) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"yield_bp": 2001},
        {"yield_bp": -1},
        {"yield_bp": 4.41},
        {"curve_on": None},
        {"available_at": datetime(2025, 6, 11)},  # noqa: DTZ001  (no zone is the fault)
    ],
)
def test_an_impossible_row_is_refused(tables: Tables, change: Row) -> None:
    row = {**tables["treasury_yields"][0], **change}
    with pytest.raises(ParseRefused, match="x table"):
        known_rows(lambda _: [row], "x", YieldRow, AT)
