from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.calls import WriteReply
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.order_payloads import (
    Amendment,
    CancelTarget,
    Decrease,
    NewOrder,
    resting_order,
)
from kalshi_alpha.core.errors import BadParameter, ParseRefused
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.core.wire import WireReply
from venue_wire import FakeWire, client, run, said

ACK = (
    b'{"order_id":"o1","client_order_id":"c1","fill_count":"0.00","remaining_count":"1.00",'
    b'"ts_ms":1}'
)
Write = Callable[[VenueClient], Awaitable[WriteReply[Any]]]


def order(client_order_id: str = "c1") -> NewOrder:
    return resting_order(
        ticker="A",
        side=Side.YES,
        price=Price(3400),
        contracts=Contracts.whole(1),
        client_order_id=client_order_id,
        expiration_time=1_781_200_000,
        order_group_id="g1",
    )


def wrote(write: Write, reply: WireReply) -> tuple[WriteReply[Any], FakeWire]:
    wire = FakeWire(said(200), reply)

    async def session() -> WriteReply[Any]:
        venue = client(wire, VenueClient)
        await venue.compare_clocks()
        return await write(venue)

    return run(session()), wire


AMENDMENT = Amendment(ticker="A", side="bid", price="0.3500", count="1.00")


@pytest.mark.parametrize(
    ("write", "target", "body"),
    [
        (
            lambda v: v.create_order(order()),
            "POST /portfolio/events/orders",
            {"ticker": "A", "price": "0.3400", "count": "1.00", "order_group_id": "g1"},
        ),
        (
            lambda v: v.create_orders([order(), order("c2")]),
            "POST /portfolio/events/orders/batched",
            {"orders": [{"client_order_id": "c1"}, {"client_order_id": "c2"}]},
        ),
        (
            lambda v: v.cancel_order("o1", "A"),
            "DELETE /portfolio/events/orders/o1?market_ticker=A",
            None,
        ),
        (
            lambda v: v.cancel_orders([CancelTarget("o1", "A"), CancelTarget("o2")]),
            "DELETE /portfolio/events/orders/batched",
            {"orders": [{"order_id": "o1", "market_ticker": "A"}, {"order_id": "o2"}]},
        ),
        (lambda v: v.cancel_all(), "DELETE /portfolio/events/orders", None),
        (
            lambda v: v.amend_order("o1", AMENDMENT),
            "POST /portfolio/events/orders/o1/amend",
            {"ticker": "A", "side": "bid", "price": "0.3500", "count": "1.00"},
        ),
        (
            lambda v: v.decrease_order("o1", Decrease(reduce_by="0.50")),
            "POST /portfolio/events/orders/o1/decrease",
            {"reduce_by": "0.50"},
        ),
        (
            lambda v: v.create_group(Contracts.whole(5)),
            "POST /portfolio/order_groups/create",
            {"contracts_limit_fp": "5.00"},
        ),
        (lambda v: v.reset_group("g1"), "PUT /portfolio/order_groups/g1/reset", None),
        (lambda v: v.trigger_group("g1"), "PUT /portfolio/order_groups/g1/trigger", None),
        (
            lambda v: v.set_group_limit("g1", Contracts(50)),
            "PUT /portfolio/order_groups/g1/limit",
            {"contracts_limit_fp": "0.50"},
        ),
        (lambda v: v.delete_group("g1"), "DELETE /portfolio/order_groups/g1", None),
    ],
    ids=[
        *("create", "batch create", "cancel", "batch cancel", "cancel all", "amend", "decrease"),
        *("make group", "reset group", "trigger group", "limit group", "delete group"),
    ],
)
def test_each_write_goes_where_the_venue_takes_it(
    write: Write, target: str, body: dict[str, Any] | None
) -> None:
    _, wire = wrote(write, said(200, b"{}"))
    assert wire.targets[-1] == target
    sent = wire.sent[-1][0].body
    if body is None:
        assert sent == b""
    else:
        assert contains(msgspec.json.decode(sent), body)


def contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return all(contains(whole[name], value) for name, value in part.items())
    if isinstance(part, list):
        return all(contains(a, b) for a, b in zip(whole, part, strict=True))
    return bool(whole == part)


def test_an_acknowledgement_of_another_order_is_not_this_orders() -> None:
    reply, _ = wrote(lambda v: v.create_order(order("c1")), said(201, ACK))
    assert reply.decoded is not None
    reply, _ = wrote(lambda v: v.create_order(order("c9")), said(201, ACK))
    assert (reply.decoded, reply.status) == (None, 201)


@pytest.mark.parametrize(
    "write",
    [
        lambda v: v.cancel_order("o9", "A"),
        lambda v: v.amend_order("o9", AMENDMENT),
        lambda v: v.decrease_order("o9", Decrease(reduce_to="0.50")),
    ],
)
def test_an_acknowledgement_of_another_id_is_not_taken(write: Write) -> None:
    body = b'{"order_id":"o1","reduced_by":"1.00","remaining_count":"1.00","ts_ms":1}'
    assert wrote(write, said(200, body))[0].decoded is None


@pytest.mark.parametrize(
    ("items", "taken"),
    [
        (b'{"order_id":"o1","client_order_id":"c1"},{"error":{"code":"invalid_price"}}', True),
        (b'{"order_id":"o1","client_order_id":"c1"}', False),
        (
            b'{"order_id":"o2","client_order_id":"c2"},{"order_id":"o1","client_order_id":"c1"}',
            False,
        ),
    ],
    ids=["one of two failed", "one is missing", "in another order"],
)
def test_a_batch_is_taken_only_item_by_item(items: bytes, *, taken: bool) -> None:
    reply, _ = wrote(
        lambda v: v.create_orders([order("c1"), order("c2")]),
        said(201, b'{"orders":[%b]}' % items),
    )
    assert (reply.decoded is not None) is taken


def test_a_batch_costs_as_much_as_its_orders_one_by_one() -> None:
    async def session() -> tuple[float, float]:
        venue = client(FakeWire(said(200)), VenueClient)
        await venue.compare_clocks()
        await venue.create_orders([order(f"c{n}") for n in range(7)])
        after_creates = venue.limits.write.available()
        await venue.cancel_orders([CancelTarget(f"o{n}") for n in range(7)])
        return after_creates, venue.limits.write.available()

    creates, cancels = run(session())
    assert creates == pytest.approx(30.0, abs=3.0)
    assert cancels == pytest.approx(16.0, abs=3.0)


def test_a_batch_beyond_the_bucket_is_refused_before_anything_is_sent() -> None:
    async def session() -> int:
        wire = FakeWire(said(200))
        venue = client(wire, VenueClient)
        await venue.compare_clocks()
        with pytest.raises(BadParameter, match="split it"):
            await venue.create_orders([order(f"c{n}") for n in range(11)])
        return len(wire.sent)

    assert run(session()) == 1


def test_an_id_that_would_change_the_path_is_refused() -> None:
    with pytest.raises(ParseRefused):
        wrote(lambda v: v.cancel_order("../orders", "A"), said(200, b"{}"))
