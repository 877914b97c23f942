from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kalshi_alpha.config.pal_policy import PalPolicy, SeriesCaps, strike_value
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import (
    Ladder,
    Market,
    MarketStatus,
    Money,
    SettlementGrid,
    Strike,
    StrikeType,
    TickGrid,
)

CAPS = SeriesCaps(ladder_cap_usd=3000, strike_cap_usd=2900, strike_overrides={"0.30": 2500})
POLICY = PalPolicy(
    schema=1,
    default=SeriesCaps(ladder_cap_usd=1000, strike_cap_usd=500),
    series={"KXCPI": CAPS},
)


def ladder(series: str) -> Ladder:
    event = f"{series}-25MAY"
    markets = tuple(
        Market(
            f"{event}-T{strike}",
            event,
            Strike(StrikeType.GREATER, floor=Decimal(strike)),
            TickGrid.linear_cent(),
            MarketStatus.ACTIVE,
            datetime(2025, 6, 11, 12, 25, tzinfo=UTC),
        )
        for strike in ("0.2", "0.3")
    )
    grid = SettlementGrid(Decimal("0.1"), "pp")
    return Ladder(event, series, "cpi_mom", "CPI:2025-06-11", grid, markets)


def test_strikes_are_matched_by_value_not_by_spelling() -> None:
    assert CAPS.strike_cap(Decimal("0.3")) == 2500
    assert CAPS.strike_cap(Decimal("0.2")) == 2900


def test_a_strike_cap_never_exceeds_the_ladders() -> None:
    caps = SeriesCaps(ladder_cap_usd=100, strike_cap_usd=900, strike_overrides={"1": 800})
    assert caps.strike_cap(Decimal(1)) == caps.strike_cap(Decimal(2)) == 100


def test_limits_of_a_ladder_are_keyed_by_market() -> None:
    limits = POLICY.limits(ladder("KXCPI"))
    assert limits.ladder_cap == Money.parse("3000")
    assert limits.strike_overrides == (("KXCPI-25MAY-T0.3", Money.parse("2500")),)
    assert limits.cap_of("KXCPI-25MAY-T0.3") == Money.parse("2500")
    assert limits.cap_of("KXCPI-25MAY-T0.2") == Money.parse("2900")


def test_a_series_that_is_not_named_has_the_defaults() -> None:
    limits = POLICY.limits(ladder("KXOTHER"))
    assert limits.ladder_cap == Money.parse("1000")
    assert limits.cap_of("KXOTHER-25MAY-T0.3") == Money.parse("500")


@pytest.mark.parametrize("overrides", [{"0.3": 1, "0.30": 2}, {"high": 1}, {"NaN": 1}, {"0.3": -1}])
def test_impossible_overrides_are_refused(overrides: dict[str, int]) -> None:
    with pytest.raises(BadParameter):
        SeriesCaps(ladder_cap_usd=1, strike_cap_usd=1, strike_overrides=overrides)


def test_a_strike_is_read_exactly() -> None:
    assert strike_value("-0.4") == Decimal("-0.4")
