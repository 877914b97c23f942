"""The fields of a new order as the venue takes them: everything on the YES scale, as text."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """A new order on the wire.

    ``side`` is ``bid`` to buy YES and ``ask`` to sell it, which is to buy NO at one dollar less
    the price. ``expiration_time`` is in Unix seconds, rounded down: an order may end a second
    early and never late.
    """

    ticker: str
    client_order_id: str
    side: str
    count: str
    price: str
    expiration_time: int
    order_group_id: str | None
    time_in_force: str = "good_till_canceled"
    self_trade_prevention_type: str = "taker_at_cross"
    post_only: bool = True
    cancel_order_on_pause: bool = True


def order_request(intent: OrderIntent, group_id: str | None) -> OrderRequest:
    """Return what is sent for an intent; it can only rest, and ends with a pause of trading."""
    buys_yes = intent.side is Side.YES
    return OrderRequest(
        ticker=intent.ticker,
        client_order_id=intent.client_order_id,
        side="bid" if buys_yes else "ask",
        count=str(intent.contracts),
        price=str(intent.price if buys_yes else intent.price.complement()),
        expiration_time=int(intent.expires_at.timestamp()),
        order_group_id=group_id,
    )
