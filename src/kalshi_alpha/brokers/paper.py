"""The paper gateway: orders rest behind the queue that was shown, and only prints fill them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.execution.paper_queue import PaperFill, PaperOrder, paper_fills
from kalshi_alpha.core.ports import Acknowledgement, PostOnlyOrder
from kalshi_alpha.core.types import Contracts, Trade


@dataclass(frozen=True, slots=True)
class PaperResult:
    """What became of one paper order: its fills, in time order."""

    order: PostOnlyOrder
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
        self._resting: dict[str, PostOnlyOrder] = {}

    def place(self, order: PostOnlyOrder) -> Acknowledgement:
        """Rest an order behind everything shown at its price or better; a repeat changes nothing.

        Raises
        ------
        VenueError
            If there is no book for the market, or the order would cross.
        """
        book = self._books.get(order.ticker)
        if book is None:
            raise VenueError(f"{order.ticker}: no book to rest in")
        ask = book.best_ask(order.side)
        if ask is not None and order.price >= ask:
            raise VenueError(f"{order.ticker}: post only, and {order.price} meets the ask {ask}")
        kept = self._resting.setdefault(order.client_order_id, order)
        return Acknowledgement(order.client_order_id, None, kept.contracts)

    def cancel(self, client_order_id: str) -> None:
        """Take an order off; one that does not rest is no error."""
        self._resting.pop(client_order_id, None)

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

    def _queued(self, order: PostOnlyOrder) -> PaperOrder:
        # At equal price earlier orders come first; better bids are not counted, because prints
        # at our price can only follow once they are gone.
        shown = self._books[order.ticker].bids(order.side)
        ahead = sum(level.size_e2 for level in shown if level.price_e4 == order.price.e4)
        return PaperOrder(order.side, order.price, order.contracts, Contracts(ahead), self._at)


def _prints(
    tape: Mapping[str, Iterable[Trade]], order: PostOnlyOrder, until: datetime
) -> Iterable[Trade]:
    for trade in tape.get(order.ticker, ()):
        if trade.at > until:
            return
        if not trade.is_block:
            yield trade
