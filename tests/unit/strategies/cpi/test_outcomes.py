from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.outcomes import outcomes
from kalshi_alpha.strategies.strategy import Row

CLOCK = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
OCTOBER = date(2024, 10, 1)
OCTOBER_RELEASE = datetime(2024, 11, 13, 13, 45, tzinfo=UTC)


def level(series: str, month: date, index_e3: int, seen: datetime = OCTOBER_RELEASE) -> Row:
    return {"series_id": series, "month": month, "index_e3": index_e3, "available_at": seen}


def printed(rows: list[Row], as_of: datetime = CLOCK) -> dict[tuple[str, date], int]:
    return {key: found.index for key, found in outcomes(lambda _: rows, as_of).items()}


def test_the_print_of_october_2024_is_recomputed_from_its_levels(
    tables: dict[str, list[Row]],
) -> None:
    """As released on 13 November 2024: 0.2 % on the month, core 0.3 %, 2.6 % on the year."""
    found = outcomes(tables.__getitem__, CLOCK)
    assert found["cpi_mom", OCTOBER].index == 2
    assert found["cpi_core_mom", OCTOBER].index == 3
    assert found["cpi_yoy", OCTOBER].index == 26
    assert found["cpi_mom", OCTOBER].known_at == OCTOBER_RELEASE
    assert max(month for _, month in found) == OCTOBER


def test_yearly_prints_agree_with_those_first_published(
    tables: dict[str, list[Row]], history: list[Row]
) -> None:
    found = outcomes(tables.__getitem__, CLOCK)
    for row in history:
        month = date.fromisoformat(f"{row['month']}-01")
        assert found["cpi_yoy", month].index == round(float(str(row["yoy_first_print_pct"])) * 10)


def test_a_monthly_change_read_from_revised_levels_is_no_first_print(
    tables: dict[str, list[Row]],
) -> None:
    months = {
        month for quantity, month in outcomes(tables.__getitem__, CLOCK) if quantity != "cpi_yoy"
    }
    assert months == {OCTOBER}


def test_a_level_revised_later_withdraws_the_change_it_was_part_of() -> None:
    rows = [level("CUSR0000SA0", date(2024, 9, 1), 319_615), level("CUSR0000SA0", OCTOBER, 320_321)]
    assert printed(rows) == {("cpi_mom", OCTOBER): 2}
    revised = {**rows[0], "available_at": datetime(2024, 12, 1, 5, 0, tzinfo=UTC)}
    assert printed([revised, rows[1]]) == {}


def test_nothing_is_known_a_second_before_it_is() -> None:
    rows = [level("CUSR0000SA0", date(2024, 9, 1), 319_615), level("CUSR0000SA0", OCTOBER, 320_321)]
    assert printed(rows, OCTOBER_RELEASE - timedelta(seconds=1)) == {}
    assert outcomes(lambda _: rows, OCTOBER_RELEASE)["cpi_mom", OCTOBER].known_at == OCTOBER_RELEASE


def test_no_change_touches_october_2025_even_if_a_level_is_invented() -> None:
    seen = datetime(2025, 12, 18, 13, 45, tzinfo=UTC)
    rows = [
        level(series, months_before(date(2026, 10, 1), age), 320_000 - age, seen)
        for series in ("CUSR0000SA0", "CUUR0000SA0", "CUSR0000SA0L1E")
        for age in range(26)
    ]
    found = printed(rows, datetime(2026, 12, 1, tzinfo=UTC))
    touched = {
        *(("cpi_mom", date(2025, month, 1)) for month in (10, 11)),
        *(("cpi_core_mom", date(2025, month, 1)) for month in (10, 11)),
        *(("cpi_yoy", date(year, 10, 1)) for year in (2025, 2026)),
    }
    assert not touched & found.keys()
    assert ("cpi_yoy", date(2026, 9, 1)) in found


@pytest.mark.parametrize(
    ("later", "tenths"),
    [(100_050, 1), (100_049, 0), (99_950, 0), (99_949, -1), (100_150, 2), (99_850, -1)],
)
def test_half_a_tenth_is_rounded_up(later: int, tenths: int) -> None:
    rows = [level("CUSR0000SA0", date(2024, 9, 1), 100_000), level("CUSR0000SA0", OCTOBER, later)]
    assert printed(rows) == {("cpi_mom", OCTOBER): tenths}


@given(st.integers(200_000, 400_000), st.integers(200_000, 400_000))
def test_the_rounded_change_lies_within_half_a_tenth(earlier: int, later: int) -> None:
    rows = [level("CUUR0000SA0", months_before(OCTOBER, 12), earlier)]
    rows.append(level("CUUR0000SA0", OCTOBER, later))
    gap = printed(rows)["cpi_yoy", OCTOBER] / 10 - 100 * (later / earlier - 1)
    assert -0.05 - 1e-9 < gap <= 0.05 + 1e-9
