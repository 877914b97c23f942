from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.levels import (
    ADJUSTED,
    UNADJUSTED,
    YearlyBase,
    require_level,
    seasonal_difference,
    yearly_base,
)
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.rows import LevelRow, known_rows
from kalshi_alpha.strategies.strategy import Row

SEEN = datetime(2024, 11, 13, 13, 45, tzinfo=UTC)
OCTOBER = date(2025, 10, 1)
MAY_2025 = date(2025, 5, 1)
WORKED = YearlyBase(
    previous_e3=323_048, year_ago_e3=314_796, seasonal_pct=-0.095, seasonal_error_sd=0.02
)


def level(series: str, month: date, index_e3: int) -> LevelRow:
    return LevelRow(series_id=series, month=month, index_e3=index_e3, available_at=SEEN)


def path(until: date, *, without: date | None = None) -> list[LevelRow]:
    """Build three years of levels: adjusted grow by 0.2 % a month, unadjusted swing around them."""
    rows = []
    for age in range(37):
        month = months_before(until, age)
        if month == without:
            continue
        adjusted = round(320_000 * 1.002**-age)
        rows.append(level(ADJUSTED, month, adjusted))
        rows.append(level(UNADJUSTED, month, adjusted + 100 * month.month))
    return rows


@pytest.mark.parametrize(
    ("monthly", "yearly"), [(0.2, 2.729), (0.3, 2.832), (0.382, 2.916), (0.4, 2.934)]
)
def test_worked_example_of_the_yearly_change(monthly: float, yearly: float) -> None:
    assert WORKED.yearly_pct(monthly) == pytest.approx(yearly, abs=5e-4)
    assert WORKED.adjusted_pct(np.array([WORKED.yearly_pct(monthly)])) == pytest.approx(monthly)


@pytest.mark.parametrize(
    ("monthly", "printed"), [(0.317, 2.8), (0.3185, 2.9), (0.414, 2.9), (0.4155, 3.0)]
)
def test_worked_example_prints_2_9_exactly_from_0_318_up_to_0_415(
    monthly: float, printed: float
) -> None:
    assert np.floor(WORKED.yearly_pct(monthly) * 10 + 0.5) / 10 == pytest.approx(printed)
    np.testing.assert_allclose(
        WORKED.adjusted_pct(np.array([2.85, 2.95])), [0.318, 0.415], atol=5e-4
    )


@given(
    st.integers(250_000, 400_000),
    st.floats(0.9, 1.1),
    st.floats(-1, 1),
    st.lists(st.floats(-3, 3), min_size=2, max_size=5, unique=True),
)
def test_there_and_back_is_where_it_was_and_the_order_is_kept(
    year_ago_e3: int, growth: float, seasonal: float, changes: list[float]
) -> None:
    base = YearlyBase(round(year_ago_e3 * growth), year_ago_e3, seasonal, 0.0)
    yearly = np.array([base.yearly_pct(change) for change in sorted(changes)])
    np.testing.assert_allclose(base.adjusted_pct(yearly), sorted(changes), atol=1e-10)
    assert (np.diff(yearly) >= 0).all()


def test_the_published_levels_of_october_2024_give_the_base_of_november(
    tables: dict[str, list[Row]],
) -> None:
    """NSA 2024-10 315.664 and 2023-11 307.051; seasonal of November 2023 from its two changes."""
    rows = known_rows(tables.__getitem__, "bls_cpi", LevelRow, datetime(2024, 12, 11, tzinfo=UTC))
    base = yearly_base(rows, date(2024, 11, 1))
    assert (base.previous_e3, base.year_ago_e3) == (315_664, 307_051)
    unadjusted, adjusted = 307.051 / 307.671 - 1, 308.024 / 307.531 - 1
    assert base.seasonal_pct == pytest.approx(100 * (unadjusted - adjusted))
    assert [used.value for used in base.used] == [315.664, 307.051]
    assert base.notes == ()


@pytest.mark.parametrize("month", [date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)])
def test_the_months_around_new_year_find_their_levels(month: date) -> None:
    rows = path(months_before(month, 1))
    base = yearly_base(rows, month)
    found = {(row.series_id, row.month): row.index_e3 for row in rows}
    assert base.previous_e3 == found[UNADJUSTED, months_before(month, 1)]
    assert base.year_ago_e3 == found[UNADJUSTED, months_before(month, 12)]
    # January's release brings new seasonal factors with it.
    assert base.seasonal_error_sd == (0.04 if month.month == 1 else 0.03)


@pytest.mark.parametrize("month", [date(2025, 11, 1), date(2026, 10, 1)])
def test_a_yearly_change_over_october_2025_is_refused_by_name(month: date) -> None:
    """November 2025 starts from it, October 2026 ends on it; an invented level changes nothing."""
    for rows in (path(month, without=OCTOBER), path(month)):
        with pytest.raises(MissingData, match="CPI of 2025-10 was never published"):
            yearly_base(rows, month)


def test_november_2026_reads_its_seasonal_from_two_years_ago_and_says_so() -> None:
    month = date(2026, 11, 1)
    base = yearly_base(path(date(2026, 10, 1), without=OCTOBER), month)
    earlier = yearly_base(path(date(2024, 10, 1)), date(2024, 11, 1))
    assert base.notes == ("seasonal difference of 2024-11: last year's was never published",)
    assert base.seasonal_error_sd > earlier.seasonal_error_sd
    swing = {row.month: row for row in path(date(2026, 10, 1)) if row.series_id == UNADJUSTED}
    smooth = {row.month: row for row in path(date(2026, 10, 1)) if row.series_id == ADJUSTED}
    november, october = date(2024, 11, 1), date(2024, 10, 1)
    expected = swing[november].index_e3 / swing[october].index_e3
    expected -= smooth[november].index_e3 / smooth[october].index_e3
    assert base.seasonal_pct == pytest.approx(100 * expected)


@pytest.mark.parametrize(
    ("series", "ago"),
    [(UNADJUSTED, 1), (UNADJUSTED, 12), (UNADJUSTED, 13), (ADJUSTED, 12), (ADJUSTED, 13)],
)
def test_each_level_that_is_not_at_hand_is_named(series: str, ago: int) -> None:
    month = date(2024, 11, 1)
    lost = months_before(month, ago)
    rows = [row for row in path(date(2024, 10, 1)) if (row.series_id, row.month) != (series, lost)]
    with pytest.raises(MissingData, match=f"the index {series} of {lost:%Y-%m} is not at hand"):
        yearly_base(rows, month)


def test_a_level_is_required_by_series_and_month() -> None:
    rows = [level(ADJUSTED, date(2024, 10, 1), 320_321)]
    require_level(rows, ADJUSTED, date(2024, 10, 1))
    with pytest.raises(MissingData, match="CUUR0000SA0 of 2024-10 is not at hand"):
        require_level(rows, UNADJUSTED, date(2024, 10, 1))


@pytest.mark.parametrize(("without", "years"), [(None, 1), (date(2024, 5, 1), 2)])
def test_the_seasonal_difference_is_that_of_the_newest_year_that_has_it(
    without: date | None, years: int
) -> None:
    rows = path(date(2024, 10, 1), without=without)
    same = date(2025 - years, 5, 1)
    levels = {(row.series_id, row.month): row.index_e3 for row in rows}
    raw, smooth = (
        100 * (levels[series, same] / levels[series, months_before(same, 1)] - 1)
        for series in (UNADJUSTED, ADJUSTED)
    )
    assert seasonal_difference(rows, MAY_2025, core=False) == pytest.approx(raw - smooth)


def test_a_core_without_levels_has_no_seasonal_difference() -> None:
    with pytest.raises(MissingData, match="no levels of May"):
        seasonal_difference(path(date(2024, 10, 1)), MAY_2025, core=True)
