"""A small exchange for tests: one or two markets, two or more traders, one instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.types import (
    Contracts,
    Market,
    MarketStatus,
    Money,
    Price,
    Strike,
    StrikeType,
    TickGrid,
)
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.market import SimMarket
from kalshi_alpha.sim.orders import BookSide, NewOrder, SimOrder
from kalshi_alpha.sim.refusals import Rejected

# A Wednesday morning in New York; the weekly pause is 20 hours away.
START = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
CLOSE = START + timedelta(hours=6)
TICKER = "KXHIGHNY-26JUN10-T82"
OTHER = "KXHIGHNY-26JUN10-T84"
MAKER_FREE = FeeTerms(FeeType.QUADRATIC, Decimal(1))
MAKER_PAYS = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))
FREE = FeeTerms(FeeType.QUADRATIC, Decimal(0))
BID, ASK = BookSide.BID, BookSide.ASK


def seconds(count: float) -> datetime:
    """Return the instant that many seconds after the start."""
    return START + timedelta(seconds=count)


def listed(
    ticker: str = TICKER,
    *,
    fees: FeeTerms = MAKER_FREE,
    status: MarketStatus = MarketStatus.ACTIVE,
    grid: TickGrid | None = None,
    close_at: datetime = CLOSE,
    open_at: datetime | None = None,
    determined_at: datetime | None = None,
    value: Price | None = None,
    exclusive: bool = False,
) -> SimMarket:
    """Return a market to list."""
    event = ticker.rpartition("-")[0]
    strike = Strike(StrikeType.GREATER, Decimal(82))
    market = Market(ticker, event, strike, grid or TickGrid.linear_cent(), status, close_at)
    return SimMarket(
        market=market,
        fees=fees,
        open_at=open_at,
        determined_at=determined_at,
        settlement_value=value,
        settlement_timer=timedelta(hours=1),
        mutually_exclusive=exclusive,
    )


def exchange(
    *markets: SimMarket,
    traders: tuple[str, ...] = ("ann", "bob", "cal"),
    dollars: str = "1000",
    options: EngineOptions | None = None,
) -> Engine:
    """Return an exchange whose traders each own the same cash."""
    engine = Engine(markets or (listed(),), options=options or EngineOptions(seed=7))
    for trader in traders:
        engine.add_account(trader, Money.parse(dollars))
    return engine


def order(
    side: BookSide = BID, cents: float = 40, count: float = 10, ticker: str = TICKER
) -> NewOrder:
    """Return a plain order at a YES price in cents."""
    return NewOrder(
        ticker=ticker,
        side=side,
        price=Price(round(100 * cents)),
        contracts=Contracts(round(100 * count)),
    )


def send(
    engine: Engine,
    trader: str,
    side: BookSide,
    cents: float,
    count: float = 10,
    *,
    ticker: str = TICKER,
    at: datetime = START,
) -> SimOrder:
    """Send a plain order."""
    return engine.create(trader, order(side, cents, count, ticker), at)


def refused(raised: pytest.ExceptionInfo[Rejected]) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return raised.value.status, raised.value.code


def held(engine: Engine, trader: str, ticker: str = TICKER) -> int:
    """Return a position in hundredths of contracts; a negative one is NO."""
    return sum(row.position_e2 for row in engine.positions(trader) if row.ticker == ticker)


def cash(engine: Engine, trader: str) -> str:
    """Return a trader's cash in dollars."""
    return str(engine.balance(trader).cash)


def free(engine: Engine, trader: str) -> str:
    """Return what of a trader's cash is not locked."""
    return str(engine.balance(trader).available)
