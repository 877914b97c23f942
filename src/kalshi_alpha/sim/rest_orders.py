"""Endpoints that make, change and end orders, one by one and in batches."""

from __future__ import annotations

import msgspec

from kalshi_alpha.sim.engine import Amendment
from kalshi_alpha.sim.orders import SimOrder
from kalshi_alpha.sim.refusals import Rejected, bad_order, mismatch
from kalshi_alpha.sim.rest_bodies import (
    AmendBody,
    BatchCancelBody,
    BatchCreateBody,
    CancelItem,
    CreateBody,
    DecreaseBody,
    count,
    decode,
    expiry,
    new_order,
    price,
)
from kalshi_alpha.sim.rest_call import Answer, Call, item_error
from kalshi_alpha.sim.rest_errors import Refusal
from kalshi_alpha.sim.rest_rows import Row, acknowledgement
from kalshi_alpha.sim.rest_values import count_text, epoch_ms

CREATED = 201
# What an item of a batch fails with when the exchange itself is at fault.
_INTERNAL = Rejected(500, "internal_error", "internal error")


def create(call: Call) -> Answer:
    """``POST /portfolio/events/orders``."""
    body = decode(call.body, CreateBody)
    return Answer(_create(call, body), CREATED)


def create_batch(call: Call) -> Answer:
    """``POST /portfolio/events/orders/batched``; items fail one by one."""
    items = decode(call.body, BatchCreateBody).orders
    bodies = [decode(bytes(item), CreateBody) for item in items]
    rows: list[Row] = []
    for index, body in enumerate(bodies):
        try:
            if call.fails_half and index % 2:
                raise _INTERNAL
            rows.append(_create(call, body))
        except Rejected as rejected:
            rows.append(_failed(body.client_order_id, rejected))
    return Answer({"orders": rows}, CREATED)


def cancel(call: Call) -> Answer:
    """``DELETE /portfolio/events/orders/{order_id}``."""
    item = CancelItem(call.path["order_id"], call.query.text("market_ticker"))
    return Answer(_cancel(call, item))


def cancel_batch(call: Call) -> Answer:
    """``DELETE /portfolio/events/orders/batched``; items fail one by one."""
    rows: list[Row] = []
    for index, item in enumerate(decode(call.body, BatchCancelBody).orders):
        try:
            if call.fails_half and index % 2:
                raise _INTERNAL
            rows.append(_cancel(call, item))
        except Rejected as rejected:
            row: Row = {"order_id": item.order_id, "reduced_by": "0.00"}
            rows.append(row | {"error": item_error(rejected)})
    return Answer({"orders": rows})


def cancel_all(call: Call) -> Answer:
    """``DELETE /portfolio/events/orders``: all of the account's, and no body in the reply."""
    call.desk.engine.cancel_all(call.account_id, call.at)
    return Answer(None, 204)


def amend(call: Call) -> Answer:
    """``POST /portfolio/events/orders/{order_id}/amend``."""
    body = decode(call.body, AmendBody)
    ends = body.expiration_time
    change = Amendment(
        ticker=body.ticker,
        side=body.side,
        price=price(body.price),
        contracts=count(body.count),
        client_order_id=body.client_order_id or None,
        updated_client_order_id=body.updated_client_order_id or None,
        expires_at=expiry(ends, call.at) if ends else None,
        never_expires=ends == 0,
    )
    order = call.desk.engine.amend(call.account_id, call.path["order_id"], change, call.at)
    return Answer(acknowledgement(order, call.at))


def decrease(call: Call) -> Answer:
    """``POST /portfolio/events/orders/{order_id}/decrease``."""
    body = decode(call.body, DecreaseBody)
    if (body.reduce_by is None) == (body.reduce_to is None):
        raise bad_order("exactly one of reduce_by and reduce_to")
    order_id = call.path["order_id"]
    _require_ticker(call, order_id, body.market_ticker)
    order = call.desk.engine.decrease(
        call.account_id,
        order_id,
        call.at,
        reduce_by=None if body.reduce_by is None else count(body.reduce_by),
        reduce_to=None if body.reduce_to is None else count(body.reduce_to),
    )
    row = acknowledgement(order, call.at)
    kept = ("order_id", "client_order_id", "remaining_count", "ts_ms")
    return Answer({name: row[name] for name in kept if name in row})


def batch_size(body: bytes) -> int:
    """Return how many items a batch has, one if it cannot be read: what its cost counts."""
    try:
        return max(1, len(msgspec.json.decode(body, type=BatchCreateBody).orders))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return 1


def first_create(body: bytes) -> CreateBody | None:
    """Return the order that a create asks for, or a batch first; None if it cannot be read."""
    try:
        items = msgspec.json.decode(body, type=BatchCreateBody).orders
    except (msgspec.MsgspecError, UnicodeDecodeError):
        items = [msgspec.Raw(body)]
    try:
        return decode(bytes(items[0]), CreateBody) if items else None
    except Refusal:
        return None


def _create(call: Call, body: CreateBody) -> Row:
    order = call.desk.engine.create(call.account_id, new_order(body, call.at), call.at)
    return acknowledgement(order, call.at)


def _cancel(call: Call, item: CancelItem) -> Row:
    _require_ticker(call, item.order_id, item.market_ticker)
    gone = call.desk.engine.cancel(call.account_id, item.order_id, call.at)
    row: Row = {"order_id": item.order_id}
    order: SimOrder = call.desk.engine.order(item.order_id)
    if order.client_order_id is not None:
        row["client_order_id"] = order.client_order_id
    return row | {"reduced_by": count_text(gone.e2), "ts_ms": epoch_ms(call.at)}


def _require_ticker(call: Call, order_id: str, ticker: str | None) -> None:
    if ticker is not None and call.desk.engine.order(order_id).ticker != ticker:
        raise mismatch("order_ticker")


def _failed(client_order_id: str | None, rejected: Rejected) -> Row:
    named: Row = {"client_order_id": client_order_id} if client_order_id else {}
    return named | {"error": item_error(rejected)}
