"""Hypothesis strategies for the core's values, shared by every test."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from kalshi_alpha.core.types import (
    E4_PER_DOLLAR,
    Contracts,
    Money,
    Price,
    SettlementGrid,
    Side,
    Strike,
    StrikeType,
    TickBand,
    TickGrid,
)

prices = st.builds(Price, st.integers(0, E4_PER_DOLLAR))
order_prices = st.builds(Price, st.integers(1, E4_PER_DOLLAR - 1))
contracts = st.builds(Contracts, st.integers(0, 10_000_000))
some_contracts = st.builds(Contracts, st.integers(1, 10_000_000))
money = st.builds(Money, st.integers(-(10**15), 10**15))
sides = st.sampled_from(Side)

grids = st.sampled_from(
    [
        SettlementGrid(Decimal("0.1"), "pp"),
        SettlementGrid(Decimal("0.01"), "pp"),
        SettlementGrid(Decimal(1000), "claims"),
        SettlementGrid(Decimal(1), "degF"),
    ]
)

TAPERED = TickGrid((TickBand(0, 1000, 10), TickBand(1000, 9000, 100), TickBand(9000, 10_000, 10)))
tick_grids = st.sampled_from([TickGrid.linear_cent(), TAPERED])


@st.composite
def strikes(draw: st.DrawFn, grid: SettlementGrid) -> Strike:
    """Build a strike whose bounds lie on or between the points of a grid."""
    kind = draw(st.sampled_from(StrikeType))
    half = grid.step / 2
    low = draw(st.integers(-40, 40)) * half
    high = low + draw(st.integers(2, 12)) * half
    if kind is StrikeType.BETWEEN:
        return Strike(kind, floor=low, cap=high)
    if kind in {StrikeType.GREATER, StrikeType.GREATER_OR_EQUAL}:
        return Strike(kind, floor=low)
    return Strike(kind, cap=high)
