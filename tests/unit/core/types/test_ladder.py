from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.types import (
    Ladder,
    Market,
    MarketStatus,
    SettlementGrid,
    Strike,
    StrikeType,
    TickGrid,
)


def rung(floor: str, event: str = "KXCPI-25MAY") -> Market:
    return Market(
        ticker=f"{event}-T{floor}",
        event_ticker=event,
        strike=Strike(StrikeType.GREATER, Decimal(floor)),
        tick_grid=TickGrid.linear_cent(),
        status=MarketStatus.ACTIVE,
        close_at=datetime(2025, 6, 11, 12, 25, tzinfo=UTC),
    )


LADDER = Ladder(
    event_ticker="KXCPI-25MAY",
    series_ticker="KXCPI",
    quantity="cpi_mom",
    risk_unit="CPI:2025-06-11",
    grid=SettlementGrid(Decimal("0.1"), "pp"),
    markets=(rung("0.1"), rung("0.2")),
)


def test_a_ladder_keeps_its_markets_in_order() -> None:
    assert [market.ticker[-3:] for market in LADDER.markets] == ["0.1", "0.2"]


@pytest.mark.parametrize(
    ("markets", "why"),
    [
        ((), "no markets"),
        ((rung("0.1"), rung("0.1")), "twice"),
        ((rung("0.1"), rung("0.2", event="KXCPI-25JUN")), "not of event"),
    ],
)
def test_markets_that_are_no_ladder_are_refused(markets: tuple[Market, ...], why: str) -> None:
    with pytest.raises(BadLadder, match=why):
        replace(LADDER, markets=markets)
