"""Second orders: what the venue holds under one id of ours beyond the order that the id is of.

The venue says that it takes an id once, so there should be none. If one is found all the same, it
may be filled like any other: it counts against the caps, it locks its market, and it is cancelled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.types import Contracts, Money


@dataclass(frozen=True, slots=True)
class Surplus:
    """A second order.

    Attributes
    ----------
    found
        As it was first shown.
    over
        How it ended; None while it may trade.
    """

    found: ev.SurplusFound
    over: ev.SurplusOver | None = None

    @property
    def order_id(self) -> str:
        """The venue's id of it."""
        return self.found.order_id

    @property
    def ticker(self) -> str:
        """The market that it rests in."""
        return self.found.ticker

    @property
    def may_trade(self) -> bool:
        """Whether nothing says yet that it is over."""
        return self.over is None

    @property
    def at_risk(self) -> Money:
        """What it costs if all of it is filled that may be, with the most its fees can be."""
        size_e2, counted_e2 = self.found.contracts.e2, self.counted.e2
        fee_e6 = -(-self.found.fee_max.e6 * counted_e2 // max(1, size_e2))
        return Money(self.found.price.e4 * counted_e2 + fee_e6)

    @property
    def counted(self) -> Contracts:
        """All of it while it may trade, then what was filled."""
        return self.found.contracts if self.over is None else self.over.filled


class SurplusOrders:
    """Every second order by the venue's id: a part of the blotter's fold."""

    def __init__(self) -> None:
        self._known: dict[str, Surplus] = {}
        self._risk_e6: Counter[str] = Counter()
        self._counted_e2: Counter[str] = Counter()

    def copy(self) -> SurplusOrders:
        """Return another that stands where this one stands."""
        twin = SurplusOrders()
        twin._known, twin._risk_e6 = self._known.copy(), self._risk_e6.copy()
        twin._counted_e2 = self._counted_e2.copy()
        return twin

    def get(self, order_id: str) -> Surplus | None:
        """Return the second order of a venue's id, or None."""
        return self._known.get(order_id)

    def open(self) -> tuple[Surplus, ...]:
        """Return those that may still trade, oldest first."""
        return tuple(each for each in self._known.values() if each.may_trade)

    def risk_e6(self, ticker: str) -> int:
        """Return what those of a market have at risk, in millionths of a dollar."""
        return self._risk_e6[ticker]

    def counted_e2(self) -> dict[str, int]:
        """Return hundredths of contracts by market: open, or filled and not stated; no zeros."""
        return {ticker: count for ticker, count in self._counted_e2.items() if count}

    def check(self, event: ev.SurplusFound | ev.SurplusOver, own_id: str | None) -> None:
        """Return if an event may follow.

        Parameters
        ----------
        event
            Of an id of ours.
        own_id
            The venue's id of the order that the id is of.

        Raises
        ------
        IllegalEvent
            If it may not.
        """
        known = self._known.get(event.order_id)
        if isinstance(event, ev.SurplusFound):
            if known is not None or own_id in {None, event.order_id}:
                raise IllegalEvent(f"{event.order_id}: is no new second order")
        elif known is None or known.found.client_order_id != event.client_order_id:
            raise IllegalEvent(f"{event.order_id}: was never found to be a second order")

    def apply(self, event: ev.SurplusFound | ev.SurplusOver) -> str:
        """Take in an event that was checked, and return the market that it is of."""
        if isinstance(event, ev.SurplusFound):
            now = Surplus(event)
        else:
            now = Surplus(self._known[event.order_id].found, event)
        before = self._known.get(event.order_id)
        self._known[event.order_id] = now
        self._risk_e6[now.ticker] += now.at_risk.e6
        self._counted_e2[now.ticker] += now.counted.e2
        if before is not None:
            self._risk_e6[now.ticker] -= before.at_risk.e6
            self._counted_e2[now.ticker] -= before.counted.e2
        return now.ticker

    def stated(self) -> None:
        """Take in that the venue's positions count from here: what was filled is among them."""
        self._risk_e6, self._counted_e2 = Counter(), Counter()
        for each in self.open():
            self._risk_e6[each.ticker] += each.at_risk.e6
            self._counted_e2[each.ticker] += each.counted.e2
