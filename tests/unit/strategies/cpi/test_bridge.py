from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.bridge import (
    GAS_DAYS_LEAST,
    Bridge,
    bridge_for,
    bridge_pct,
    combined_pct,
)
from kalshi_alpha.strategies.cpi.levels import (
    ADJUSTED,
    ADJUSTED_CORE,
    UNADJUSTED,
    UNADJUSTED_CORE,
)
from kalshi_alpha.strategies.cpi.rows import GasRow, LevelRow

SEEN = datetime(2025, 6, 11, 10, tzinfo=UTC)
MAY = date(2025, 5, 1)
# Of all items, May of 2024 rose by 0.2 % unadjusted and not at all adjusted; the core did neither.
LEVELS = [
    LevelRow(series_id=series, month=month, index_e3=index_e3, available_at=SEEN)
    for series, index_e3 in (
        (UNADJUSTED, 300_600), (ADJUSTED, 300_000), (UNADJUSTED_CORE, 300_000),
        (ADJUSTED_CORE, 300_000),
    )
    for month, index_e3 in ((date(2024, 4, 1), 300_000), (date(2024, 5, 1), index_e3))
]  # fmt: skip


def pages(first: date, days: int, price_e4: int) -> list[GasRow]:
    return [
        GasRow(
            as_of_on=first + timedelta(days=n),
            period="current",
            grade="regular",
            price_e4=price_e4,
            available_at=SEEN,
        )
        for n in range(days)
    ]


def bridge(levels: list[LevelRow], prices: list[GasRow]) -> Bridge:
    return bridge_for(levels, prices, MAY, 0.2, 0.035, date(2025, 6, 11))


def test_without_gasoline_and_season_all_items_follow_the_core() -> None:
    assert bridge_pct(0.3, 0.0, 0.0, 0.0, 0.035) == pytest.approx(0.965 * 0.3)


def test_gasoline_passes_through_less_what_the_season_does_to_it() -> None:
    # Worked by hand: .965 * .3 + .035 * 10 - (.25 - .79 * .05).
    assert bridge_pct(0.3, 10.0, 0.25, 0.05, 0.035) == pytest.approx(0.429)


def test_nowcast_and_bridge_weigh_the_same() -> None:
    assert combined_pct(0.2, 0.3) == pytest.approx(0.25)


def test_without_a_bridge_the_nowcast_stands_alone() -> None:
    assert combined_pct(0.2, None) == 0.2


def test_the_bridge_of_a_month_comes_from_levels_and_prices() -> None:
    found = bridge(LEVELS, pages(date(2025, 4, 1), 30, 30_000) + pages(MAY, 31, 33_000))
    # By hand: .965 * .2 + .035 * 10 - .2.
    assert found.pct == pytest.approx(0.343)
    assert found.used.value == pytest.approx(10.0)
    assert found.used.available_at == SEEN


@pytest.mark.parametrize("days", [0, GAS_DAYS_LEAST - 1])
def test_a_month_before_with_few_prices_is_not_compared_with(days: int) -> None:
    prices = pages(date(2025, 4, 1), days, 30_000) + pages(MAY, 31, 33_000)
    with pytest.raises(MissingData):
        bridge(LEVELS, prices)


def test_without_prices_or_levels_there_is_no_bridge() -> None:
    with pytest.raises(MissingData, match="no gasoline price"):
        bridge(LEVELS, [])
    with pytest.raises(MissingData, match="no levels of May"):
        bridge(LEVELS[:-1], pages(date(2025, 4, 1), 61, 30_000))
