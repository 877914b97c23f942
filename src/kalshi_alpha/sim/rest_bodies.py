"""Bodies of POST and DELETE requests, decoded as strictly as the venue's own decoder.

Counts and prices are strings: a JSON number there is refused by the decoder, with the flat
error, before anybody looks at its value. Fields that are not known are passed over.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from kalshi_alpha.core.errors import BadContracts, BadPrice
from kalshi_alpha.core.types import Contracts, Price
from kalshi_alpha.sim.orders import BookSide, NewOrder, SelfTradePrevention, TimeInForce
from kalshi_alpha.sim.refusals import Rejected, bad_order, bad_size
from kalshi_alpha.sim.rest_errors import flat
from kalshi_alpha.sim.rest_values import epoch_s, instant_of

Body = TypeVar("Body", bound=msgspec.Struct)
_SHARDS = (None, -1, 0)
_EPOCH_S_MAX = 10**11


class CreateBody(msgspec.Struct, frozen=True):
    """``POST /portfolio/events/orders``."""

    ticker: str
    side: BookSide
    count: str
    price: str
    time_in_force: TimeInForce
    self_trade_prevention_type: SelfTradePrevention
    client_order_id: str | None = None
    expiration_time: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    cancel_order_on_pause: bool = False
    order_group_id: str | None = None
    subaccount: int | None = None
    exchange_index: int | None = None


class BatchCreateBody(msgspec.Struct, frozen=True):
    """``POST /portfolio/events/orders/batched``; items are decoded one by one."""

    orders: list[msgspec.Raw]


class CancelItem(msgspec.Struct, frozen=True):
    """One order of a batch of cancels."""

    order_id: str
    market_ticker: str | None = None
    subaccount: int | None = None
    exchange_index: int | None = None


class BatchCancelBody(msgspec.Struct, frozen=True):
    """``DELETE /portfolio/events/orders/batched``."""

    orders: list[CancelItem]


class AmendBody(msgspec.Struct, frozen=True):
    """``POST /portfolio/events/orders/{order_id}/amend``."""

    ticker: str
    side: BookSide
    price: str
    count: str
    client_order_id: str | None = None
    updated_client_order_id: str | None = None
    expiration_time: int | None = None


class DecreaseBody(msgspec.Struct, frozen=True):
    """``POST /portfolio/events/orders/{order_id}/decrease``."""

    reduce_by: str | None = None
    reduce_to: str | None = None
    market_ticker: str | None = None


class GroupBody(msgspec.Struct, frozen=True):
    """``POST /portfolio/order_groups/create`` and ``PUT /portfolio/order_groups/{id}/limit``."""

    contracts_limit: int | None = None
    contracts_limit_fp: str | None = None
    subaccount: int | None = None
    exchange_index: int | None = None


def decode(body: bytes, kind: type[Body]) -> Body:
    """Decode a body.

    Raises
    ------
    Refusal
        400, flat, if it is no JSON, lacks a field or has one of another type.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise flat(f"json: cannot unmarshal into {kind.__name__}: {error}") from error
    except UnicodeDecodeError as error:
        raise flat("json: invalid UTF-8") from error


def new_order(body: CreateBody, at: datetime) -> NewOrder:
    """Return the order that a body asks for.

    Raises
    ------
    Rejected
        If a count, a price, an expiry or a shard is impossible.
    """
    _require_primary(body.subaccount, body.exchange_index)
    if body.expiration_time is not None and body.time_in_force is TimeInForce.IMMEDIATE_OR_CANCEL:
        raise bad_order("expiration_time with immediate_or_cancel")
    return NewOrder(
        ticker=body.ticker,
        side=body.side,
        price=price(body.price),
        contracts=count(body.count),
        time_in_force=body.time_in_force,
        self_trade_prevention=body.self_trade_prevention_type,
        client_order_id=body.client_order_id or None,
        expires_at=None if body.expiration_time is None else expiry(body.expiration_time, at),
        post_only=body.post_only,
        reduce_only=body.reduce_only,
        cancel_order_on_pause=body.cancel_order_on_pause,
        order_group_id=body.order_group_id or None,
    )


def price(text: str) -> Price:
    """Read a price.

    Raises
    ------
    Rejected
        400 ``invalid_price`` if it is none.
    """
    try:
        return Price.parse(text)
    except BadPrice as error:
        raise Rejected(400, "invalid_price", "invalid price", str(error)) from error


def count(text: str) -> Contracts:
    """Read a count of contracts above zero.

    Raises
    ------
    Rejected
        400 ``invalid_order_size`` if it is none.
    """
    try:
        contracts = Contracts.parse(text)
    except BadContracts as error:
        raise bad_size(str(error)) from error
    if contracts.e2 == 0:
        raise bad_size("count must be above zero")
    return contracts


def expiry(seconds: int, at: datetime) -> datetime:
    """Read an expiry in epoch seconds, which must lie ahead.

    Raises
    ------
    Rejected
        400 ``invalid_order`` if it has passed or is no time.
    """
    if not epoch_s(at) < seconds <= _EPOCH_S_MAX:
        raise bad_order("expiration_time must lie in the future")
    return instant_of(seconds)


def group_limit(body: GroupBody) -> Contracts:
    """Read the limit of an order group from either of its two fields.

    Raises
    ------
    Rejected
        400 if neither or both are given, or the limit is not above zero.
    """
    _require_primary(body.subaccount, body.exchange_index)
    if (body.contracts_limit is None) == (body.contracts_limit_fp is None):
        raise bad_order("exactly one of contracts_limit and contracts_limit_fp")
    if body.contracts_limit_fp is not None:
        return count(body.contracts_limit_fp)
    if body.contracts_limit is None or body.contracts_limit <= 0:
        raise bad_size("contracts_limit must be above zero")
    return Contracts.whole(body.contracts_limit)


def _require_primary(subaccount: int | None, shard: int | None) -> None:
    if subaccount not in {None, 0}:
        raise bad_order("subaccounts need a higher usage tier")
    if shard not in _SHARDS:
        raise bad_order(f"market is not on exchange_index {shard}")
