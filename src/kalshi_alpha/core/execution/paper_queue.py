"""The paper fill rule: a resting order fills only when trades have used up the queue before it.

A touch of our price fills nothing. What would have been filled on the venue must have shown up
as a printed trade, so paper results never rest on fills that nobody traded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Price, Side, Trade

_NONE = Contracts(0)


@dataclass(frozen=True, slots=True)
class PaperFill:
    """Contracts of ours that a print filled, at our own price."""

    at: datetime
    contracts: Contracts


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """A resting paper order and its place in the queue.

    Parameters
    ----------
    side
        The side we bid for.
    price
        Our price for that side.
    unfilled
        Contracts still to fill.
    ahead
        Contracts still before us at our price.
    seen_at
        When the order was placed, later the last print seen; nothing before it can fill.

    Raises
    ------
    BadParameter
        If the price is zero or one dollar, or the instant carries no zone.
    """

    side: Side
    price: Price
    unfilled: Contracts
    ahead: Contracts
    seen_at: datetime

    def __post_init__(self) -> None:
        if not 0 < self.price.e4 < E4_PER_DOLLAR:
            raise BadParameter(f"no order rests at {self.price}")
        if self.seen_at.tzinfo is None:
            raise BadParameter(f"paper order at {self.price} carries no zone")

    def after(self, trade: Trade) -> tuple[PaperOrder, PaperFill | None]:
        """Let one print pass, and return the order after it with the fill, if any.

        A taker who buys the other side hits bids for ours. At our price its contracts first
        use up the queue. Beyond our price nothing can be left before us, since better bids
        trade first; yet no more fills than was printed.

        Raises
        ------
        BadParameter
            If the print is earlier than the one before.
        """
        if trade.at < self.seen_at:
            raise BadParameter(f"print at {trade.at} is earlier than {self.seen_at}")
        yes_e4, ours_e4 = trade.yes_price.e4, self.price.e4
        traded_e4 = yes_e4 if self.side is Side.YES else E4_PER_DOLLAR - yes_e4
        if trade.taker_side is self.side or traded_e4 > ours_e4:
            return PaperOrder(self.side, self.price, self.unfilled, self.ahead, trade.at), None
        queue_e2 = self.ahead.e2 if traded_e4 == ours_e4 else 0
        used_e2 = min(queue_e2, trade.contracts.e2)
        filled_e2 = min(trade.contracts.e2 - used_e2, self.unfilled.e2)
        rest = PaperOrder(
            self.side,
            self.price,
            Contracts(self.unfilled.e2 - filled_e2),
            Contracts(queue_e2 - used_e2),
            trade.at,
        )
        return rest, PaperFill(trade.at, Contracts(filled_e2)) if filled_e2 else None


def paper_fills(
    order: PaperOrder, trades: Iterable[Trade]
) -> tuple[tuple[PaperFill, ...], PaperOrder]:
    """Pass prints in time order; return the fills and what is left of the order.

    Prints at or before the instant of placement are skipped: they cannot have met the order.

    Raises
    ------
    BadParameter
        If the prints are not in time order.
    """
    fills: list[PaperFill] = []
    placed_at = order.seen_at
    last_at: datetime | None = None
    for trade in trades:
        if last_at is not None and trade.at < last_at:
            raise BadParameter(f"print at {trade.at} is earlier than {last_at}")
        last_at = trade.at
        if trade.at <= placed_at:
            continue
        order, fill = order.after(trade)
        if fill is not None:
            fills.append(fill)
        if order.unfilled == _NONE:
            break
    return tuple(fills), order
