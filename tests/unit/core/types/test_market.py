from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types import Market, MarketStatus, Strike, StrikeType, TickGrid

CLOSE = datetime(2025, 6, 11, 12, 25, tzinfo=UTC)
MARKET = Market(
    ticker="KXCPI-25MAY-T0.2",
    event_ticker="KXCPI-25MAY",
    strike=Strike(StrikeType.GREATER, Decimal("0.2")),
    tick_grid=TickGrid.linear_cent(),
    status=MarketStatus.ACTIVE,
    close_at=CLOSE,
)


def test_a_market_is_open_while_active_and_before_its_close() -> None:
    assert MARKET.is_open(CLOSE - timedelta(seconds=1))
    assert not MARKET.is_open(CLOSE)


@pytest.mark.parametrize("status", [s for s in MarketStatus if s is not MarketStatus.ACTIVE])
def test_no_other_status_takes_orders(status: MarketStatus) -> None:
    assert not replace(MARKET, status=status).is_open(CLOSE - timedelta(hours=1))


def test_a_ticker_of_another_event_is_refused() -> None:
    with pytest.raises(BadMarket, match="not of event"):
        replace(MARKET, event_ticker="KXCPI-25JUN")


def test_a_close_time_without_a_zone_is_refused() -> None:
    with pytest.raises(BadMarket, match="zone"):
        replace(MARKET, close_at=CLOSE.replace(tzinfo=None))
