"""Paper orders in books that are real: they rest until their end, and the tape says what filled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kalshi_alpha.core.execution.paper_queue import PaperFill, PaperOrder, paper_fills
from kalshi_alpha.core.fees import FeeTerms, Liquidity, OrderFees
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.events import Accepted, Filled, Intended, OrderEvent
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.types import Contracts, Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPaperOrder:
    """A paper order whose end has not been judged yet.

    Attributes
    ----------
    intent
        What was meant, with its end and what was believed.
    ahead
        Contracts of others that rested at its price when it was placed.
    fees, balance_step_e6
        What its fills cost, and the precision of the account.
    """

    intent: OrderIntent
    ahead: Contracts
    fees: FeeTerms
    balance_step_e6: int


def judged(order: OpenPaperOrder, tape: Iterable[Trade]) -> OrderRecord:
    """Return the order as the venue would have told of it, had it been real.

    Prints fill it once they have used up the queue that was ahead of it, or trade through its
    price; block trades fill nobody.

    Parameters
    ----------
    order
        The order.
    tape
        Every print of its market from its placing to its end, oldest first.

    Raises
    ------
    BadParameter
        If the prints are not in time order.
    """
    intent = order.intent
    mine = [
        trade
        for trade in tape
        if trade.ticker == intent.ticker and trade.at <= intent.expires_at and not trade.is_block
    ]
    queued = PaperOrder(intent.side, intent.price, intent.contracts, order.ahead, intent.decided_at)
    fills, _ = paper_fills(queued, mine)
    blotter = Blotter(_events(order, fills))
    return blotter.orders[intent.client_order_id]


def _events(order: OpenPaperOrder, fills: Iterable[PaperFill]) -> Iterable[OrderEvent]:
    intent, name = order.intent, order.intent.client_order_id
    venue_id = f"paper-{name}"
    yield Intended(at=intent.decided_at, client_order_id=name, intent=intent)
    yield Accepted(
        at=intent.decided_at,
        client_order_id=name,
        order_id=venue_id,
        filled=Contracts(0),
        remaining=intent.contracts,
    )
    fees = OrderFees(order.fees, order.balance_step_e6)
    for number, fill in enumerate(fills):
        cost = fees.fill(True, intent.price, fill.contracts, Liquidity.MAKER)  # noqa: FBT003
        yield Filled(
            at=fill.at,
            client_order_id=name,
            trade_id=f"{venue_id}-{number}",
            order_id=venue_id,
            side=intent.side,
            price=intent.price,
            contracts=fill.contracts,
            fee=cost.net_fee,
            is_taker=False,
            filled_at=fill.at,
        )
