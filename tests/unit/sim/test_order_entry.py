"""New orders: what is refused, and what stays unused when it is."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from exchange import (
    ASK,
    BID,
    CLOSE,
    START,
    TICKER,
    exchange,
    held,
    listed,
    order,
    refused,
    seconds,
    send,
)
from kalshi_alpha.core.types import Contracts, MarketStatus, Price
from kalshi_alpha.sim.engine_events import OwnOrder
from kalshi_alpha.sim.floor import EngineOptions
from kalshi_alpha.sim.orders import NewOrder, OrderStatus, TimeInForce, UpdateReason
from kalshi_alpha.sim.refusals import Rejected

IOC, FOK = TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL


def changed(**fields: object) -> NewOrder:
    return msgspec.structs.replace(order(), **fields)


@pytest.mark.parametrize(
    ("new", "status", "code"),
    [
        (changed(ticker="KXNONE-1"), 404, "market_not_found"),
        (changed(contracts=Contracts(0)), 400, "invalid_order_size"),
        (changed(price=Price(4050)), 400, "invalid_price"),
        (changed(price=Price(0)), 400, "invalid_price"),
        (changed(price=Price(10_000)), 400, "invalid_price"),
        (changed(expires_at=START), 400, "invalid_order"),
        (changed(expires_at=CLOSE, time_in_force=IOC), 400, "invalid_order"),
        (changed(post_only=True, time_in_force=IOC), 400, "invalid_order"),
        (changed(reduce_only=True), 400, "invalid_order"),
        (changed(reduce_only=True, time_in_force=FOK), 400, "invalid_order"),
        (changed(order_group_id="g"), 404, "not_found"),
        (changed(contracts=Contracts.whole(10_000)), 400, "insufficient_balance"),
    ],
)
def test_an_impossible_order_is_refused_and_uses_no_id(
    new: NewOrder, status: int, code: str
) -> None:
    engine = exchange()
    named = msgspec.structs.replace(new, client_order_id="mine")

    with pytest.raises(Rejected) as no:
        engine.create("ann", named, START)

    assert refused(no) == (status, code)
    assert engine.orders("ann") == ()
    assert engine.create("ann", changed(client_order_id="mine"), START).remaining.count == 10.0


def test_a_post_only_order_that_would_trade_is_refused_and_never_made() -> None:
    engine = exchange()
    send(engine, "bob", ASK, 40)
    engine.drain_events()

    with pytest.raises(Rejected) as no:
        engine.create("ann", changed(post_only=True), START)

    assert (refused(no), no.value.details) == ((400, "invalid_order"), "post only cross")
    assert engine.orders("ann") == ()
    assert engine.drain_events() == []
    assert engine.create("ann", changed(post_only=True, price=Price(3900)), START).post_only


@pytest.mark.parametrize("fate", ["resting", "cancelled", "filled"])
def test_a_client_order_id_is_used_up_for_good(fate: str) -> None:
    engine = exchange()
    sent = engine.create("ann", changed(client_order_id="mine"), START)
    if fate == "cancelled":
        engine.cancel("ann", sent.order_id, START)
    elif fate == "filled":
        send(engine, "bob", ASK, 40)

    with pytest.raises(Rejected) as no:
        engine.create("ann", changed(client_order_id="mine", price=Price(100)), START)

    assert refused(no) == (409, "order_already_exists")
    assert engine.order_by_client_id("ann", "mine") == engine.order(sent.order_id)


def test_client_order_ids_are_each_accounts_own() -> None:
    engine = exchange()

    for trader in ("ann", "bob"):
        engine.create(trader, changed(client_order_id="mine"), START)

    assert engine.order_by_client_id("cal", "mine") is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (MarketStatus.INITIALIZED, "market_inactive"),
        (MarketStatus.INACTIVE, "market_inactive"),
        (MarketStatus.CLOSED, "market_inactive"),
        (MarketStatus.FINALIZED, "market_inactive"),
    ],
)
def test_only_an_active_market_takes_orders(status: MarketStatus, code: str) -> None:
    engine = exchange(listed(status=status))

    with pytest.raises(Rejected) as no:
        send(engine, "ann", BID, 40)

    assert refused(no) == (409, code)


def test_an_order_ends_at_its_time() -> None:
    engine = exchange()
    sent = engine.create("ann", changed(expires_at=seconds(60)), START)

    engine.advance(seconds(59.999))
    assert engine.order(sent.order_id).status is OrderStatus.RESTING
    engine.advance(seconds(61))

    ended = engine.order(sent.order_id)
    assert (ended.status, ended.reason) == (OrderStatus.CANCELED, UpdateReason.EXPIRY_CANCEL)
    assert (ended.updated_at, ended.remaining_e2) == (seconds(60), 0)
    assert engine.book(TICKER).yes == ()


def test_reduce_only_fills_no_more_than_it_closes() -> None:
    engine = exchange()
    send(engine, "ann", BID, 40, 5)
    send(engine, "bob", ASK, 40, 5)
    send(engine, "cal", BID, 41, 20)

    closing = changed(side=ASK, reduce_only=True, time_in_force=IOC)
    closed = engine.create("ann", closing, START)

    assert closed.filled == Contracts.whole(5)
    assert held(engine, "ann") == 0
    again = engine.create("ann", closing, START)
    assert (again.filled_e2, again.reason) == (0, UpdateReason.REDUCE_ONLY_CANCEL)


def test_an_order_that_never_rests_is_not_told_as_resting() -> None:
    engine = exchange()

    engine.create("ann", changed(time_in_force=IOC), START)

    told = [each.order.status for each in engine.drain_events() if isinstance(each, OwnOrder)]
    assert told == [OrderStatus.CANCELED]


def test_an_order_made_soon_after_a_cancel_all_may_go_with_it() -> None:
    tail = timedelta(seconds=60)
    engine = exchange(options=EngineOptions(cancel_all_tail=tail))
    engine.cancel_all("ann", START)

    soon = send(engine, "ann", BID, 40, at=seconds(59))
    late = send(engine, "ann", BID, 40, at=seconds(60))

    engine.advance(seconds(61))
    assert engine.order(soon.order_id).status is OrderStatus.CANCELED
    assert engine.order(late.order_id).status is OrderStatus.RESTING
