"""The paper gateway: orders rest behind the queue that was shown, and only prints fill them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.execution.paper_queue import PaperFill, PaperOrder, paper_fills
from kalshi_alpha.core.orders.errors import OrderRejected, OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.ports import Acknowledgement
from kalshi_alpha.core.types import Contracts, Trade


@dataclass(frozen=True, slots=True)
class PaperResult:
    """What became of one paper order: its fills, in time order."""

    order: OrderIntent
    fills: tuple[PaperFill, ...]

    @property
    def filled(self) -> Contracts:
        """Contracts filled."""
        return Contracts(sum(fill.contracts.e2 for fill in self.fills))


class PaperGateway:
    """Rests orders in books as they stood, and lets a tape pass.

    Parameters
    ----------
    books
        By market ticker, as seen when the orders are placed.
    at
        The instant of placement.
    """

    def __init__(self, books: Mapping[str, OrderBook], at: datetime) -> None:
        self._books = books
        self._at = at
        self._resting: dict[str, OrderIntent] = {}
        self._ended: set[str] = set()

    async def place(self, intent: OrderIntent) -> Acknowledgement:
        """Rest an order behind everything shown at its price or better; a repeat changes nothing.

        Raises
        ------
        OrderWithheld
            If there is no book for the market.
        OrderRejected
            If the order would cross.
        """
        return self.rest(intent)

    def rest(self, intent: OrderIntent) -> Acknowledgement:
        """Do what `place` does, for callers without an event loop."""
        order_id = intent.client_order_id
        if order_id in self._ended:
            return Acknowledgement(order_id, None, Contracts(0))
        book = self._books.get(intent.ticker)
        if book is None:
            raise OrderWithheld("no_book", f"{intent.ticker} has no book to rest in")
        ask = book.best_ask(intent.side)
        if ask is not None and intent.price >= ask:
            said = f"{intent.ticker}: post only, and {intent.price} meets the ask {ask}"
            raise OrderRejected("invalid_order", said)
        kept = self._resting.setdefault(order_id, intent)
        return Acknowledgement(order_id, None, kept.contracts)

    async def cancel(self, client_order_id: str) -> None:
        """Take an order off; one that does not rest is no error."""
        if self._resting.pop(client_order_id, None) is not None:
            self._ended.add(client_order_id)

    async def cancel_all(self) -> None:
        """Take every order off."""
        self._ended.update(self._resting)
        self._resting.clear()

    def let_pass(
        self, tape: Mapping[str, Iterable[Trade]], until: datetime
    ) -> tuple[PaperResult, ...]:
        """Let the prints of each market pass until the orders expire, and return what filled.

        Parameters
        ----------
        tape
            Prints by market ticker, oldest first. Block trades fill nobody.
        until
            Expiry of the orders; a print at that instant still counts.
        """
        return tuple(
            PaperResult(order, paper_fills(self._queued(order), _prints(tape, order, until))[0])
            for order in self._resting.values()
        )

    def _queued(self, order: OrderIntent) -> PaperOrder:
        # At equal price earlier orders come first; better bids are not counted, because prints
        # at our price can only follow once they are gone.
        shown = self._books[order.ticker].bids(order.side)
        ahead = sum(level.size_e2 for level in shown if level.price_e4 == order.price.e4)
        return PaperOrder(order.side, order.price, order.contracts, Contracts(ahead), self._at)


def _prints(
    tape: Mapping[str, Iterable[Trade]], order: OrderIntent, until: datetime
) -> Iterable[Trade]:
    for trade in tape.get(order.ticker, ()):
        if trade.at > until:
            return
        if not trade.is_block:
            yield trade
