from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.teny.closes import (
    SeriesMismatch,
    canonical_series,
    ten_year_closes,
)
from kalshi_alpha.strategies.teny.rows import YieldRow

AT = datetime(2025, 6, 11, 22, 10, tzinfo=UTC)


def row(day: int, bp: int, series: str = "BC_10YEAR", later: int = 0) -> YieldRow:
    return YieldRow(
        curve_on=date(2025, 6, day),
        series_id=series,
        yield_bp=bp,
        available_at=AT + timedelta(days=later),
    )


def test_the_first_publisher_of_a_day_counts_and_other_tenors_do_not() -> None:
    rows = [row(11, 441, "DGS10", later=1), row(11, 441), row(10, 447), row(11, 394, "BC_2YEAR")]
    closes = ten_year_closes(rows)
    assert {day.day: each.yield_bp for day, each in closes.items()} == {10: 447, 11: 441}
    assert list(closes) == sorted(closes)
    assert closes[date(2025, 6, 11)].series_id == "BC_10YEAR"


@pytest.mark.parametrize("series", ["DGS10", "RIFLGFCY10_N.B"])
def test_a_publisher_that_differs_by_a_basis_point_is_a_mismatch(series: str) -> None:
    with pytest.raises(SeriesMismatch, match="TENY_SERIES_MISMATCH: on 2025-06-11") as caught:
        ten_year_closes([row(11, 441), row(11, 442, series)])
    assert isinstance(caught.value, ParseRefused)


def test_yields_without_the_ten_year_s_are_a_mismatch() -> None:
    with pytest.raises(SeriesMismatch, match="DFII10"):
        ten_year_closes([row(11, 212, "DFII10")])
    assert ten_year_closes([]) == {}


def test_three_names_are_one_series() -> None:
    names = ("BC_10YEAR", "DGS10", "RIFLGFCY10_N.B")
    assert {canonical_series(name) for name in names} == {"DGS10"}
    assert canonical_series("DGS2") == "DGS2"
