"""Somebody who trades on purpose: fills an order, or moves the book across its price."""

from __future__ import annotations

from datetime import datetime, timedelta

from kalshi_alpha.core.types import E2_PER_CONTRACT, E4_PER_DOLLAR, Contracts, Money, Price
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.orders import (
    BookSide,
    NewOrder,
    OrderStatus,
    SelfTradePrevention,
    SimOrder,
    TimeInForce,
)
from kalshi_alpha.sim.refusals import Rejected

ACCOUNT = "counterparty"
_CASH = Money(10**15)
_STAYS = timedelta(seconds=5)


class Counterparty:
    """An account of the exchange's own that is on the other side of what faults need.

    Parameters
    ----------
    engine
        Where it trades; its account is opened here.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.add_account(ACCOUNT, _CASH, silent=True)

    def fill(self, order_id: str, at: datetime, contracts: Contracts | None = None) -> bool:
        """Fill a resting order, in full or by a count, with all that trades before it.

        Returns
        -------
        bool
            Whether it was filled; not if it does not rest, or its market does not trade.
        """
        order = self._engine.order(order_id)
        if order.status is not OrderStatus.RESTING:
            return False
        wanted = order.remaining if contracts is None else min(contracts, order.remaining)
        size = Contracts(self._ahead_e2(order) + wanted.e2)
        return self._send(order.ticker, _other(order.side), order.yes_price, size, at, rests=False)

    def cross(self, ticker: str, side: BookSide, price: Price, at: datetime) -> bool:
        """Trade through to a price and rest there a while, so that an order at it would cross.

        Parameters
        ----------
        side, price
            Of the order that is on its way.

        Returns
        -------
        bool
            Whether such an order would cross now.
        """
        own_e4 = price.e4 if side is BookSide.BID else E4_PER_DOLLAR - price.e4
        book = self._engine.book(ticker)
        levels = book.yes if side is BookSide.BID else book.no
        through_e2 = sum(size for level_e4, size in levels if level_e4 >= own_e4)
        size = Contracts(through_e2 + E2_PER_CONTRACT)
        return self._send(ticker, _other(side), price, size, at, rests=True)

    def _ahead_e2(self, order: SimOrder) -> int:
        bid = order.side is BookSide.BID
        own_e4 = order.yes_price_e4 if bid else E4_PER_DOLLAR - order.yes_price_e4
        book = self._engine.book(order.ticker)
        better = sum(size for price, size in (book.yes if bid else book.no) if price > own_e4)
        return better + self._engine.queue_position(order.order_id).e2

    def _send(
        self,
        ticker: str,
        side: BookSide,
        price: Price,
        size: Contracts,
        at: datetime,
        *,
        rests: bool,
    ) -> bool:
        order = NewOrder(
            ticker=ticker,
            side=side,
            price=price,
            contracts=size,
            time_in_force=(
                TimeInForce.GOOD_TILL_CANCELED if rests else TimeInForce.IMMEDIATE_OR_CANCEL
            ),
            self_trade_prevention=SelfTradePrevention.MAKER,
            expires_at=at + _STAYS if rests else None,
        )
        try:
            made = self._engine.create(ACCOUNT, order, at)
        except Rejected:
            return False
        return made.status is OrderStatus.RESTING if rests else made.filled.e2 > 0


def _other(side: BookSide) -> BookSide:
    return BookSide.ASK if side is BookSide.BID else BookSide.BID
