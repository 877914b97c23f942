"""Order groups: a rolling limit on what may be matched, and what follows when it is reached."""

from __future__ import annotations

import msgspec
import pytest

from exchange import ASK, BID, exchange, order, refused, seconds, send
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import GroupUpdate
from kalshi_alpha.sim.groups import GROUP_WINDOW, OrderGroup
from kalshi_alpha.sim.orders import BookSide, OrderStatus, SimOrder, UpdateReason
from kalshi_alpha.sim.refusals import Rejected


def grouped(
    engine: Engine, group_id: str, side: BookSide, cents: int, count: float = 10, after: float = 0
) -> SimOrder:
    new = msgspec.structs.replace(order(side, cents, count), order_group_id=group_id)
    return engine.create("ann", new, seconds(after))


def limited(contracts: int) -> tuple[Engine, str]:
    engine = exchange()
    return engine, engine.create_group("ann", Contracts.whole(contracts), seconds(0))


def test_the_fill_that_reaches_the_limit_stands_and_the_rest_is_cancelled() -> None:
    engine, group_id = limited(8)
    hit = grouped(engine, group_id, BID, 40)
    other = grouped(engine, group_id, BID, 30)

    send(engine, "bob", ASK, 30, 25, at=seconds(1))

    assert engine.order(hit.order_id).filled == Contracts.whole(10)
    assert engine.order(other.order_id).status is OrderStatus.CANCELED
    assert engine.order(other.order_id).reason is UpdateReason.GROUP_CANCEL
    assert engine.group("ann", group_id, seconds(1)).triggered


def test_a_limit_is_not_reached_below_it() -> None:
    engine, group_id = limited(8)
    grouped(engine, group_id, BID, 40)

    send(engine, "bob", ASK, 40, 7.99, at=seconds(1))

    group = engine.group("ann", group_id, seconds(1))
    assert (group.matched_e2, group.triggered) == (799, False)
    assert len(group.order_ids) == 1


def test_what_was_matched_is_forgotten_after_fifteen_seconds() -> None:
    engine, group_id = limited(8)
    grouped(engine, group_id, BID, 40, 20)
    send(engine, "bob", ASK, 40, 5, at=seconds(1))

    send(engine, "bob", ASK, 40, 5, at=seconds(16))

    group = engine.group("ann", group_id, seconds(16))
    assert (group.matched_e2, group.triggered) == (500, False)


def test_a_triggered_group_takes_no_order_until_it_is_reset() -> None:
    engine, group_id = limited(8)
    engine.trigger_group("ann", group_id, seconds(0))

    with pytest.raises(Rejected) as no:
        grouped(engine, group_id, BID, 40)
    assert refused(no) == (400, "order_group_triggered")

    engine.reset_group("ann", group_id, seconds(1))
    assert grouped(engine, group_id, BID, 40).status is OrderStatus.RESTING


def test_a_taker_stops_at_its_own_groups_limit() -> None:
    engine, group_id = limited(8)
    send(engine, "bob", ASK, 41, 10)
    send(engine, "bob", ASK, 42, 10)

    took = grouped(engine, group_id, BID, 45, 30)

    assert took.filled == Contracts.whole(10)
    assert (took.status, took.reason) == (OrderStatus.CANCELED, UpdateReason.GROUP_CANCEL)


def test_a_lower_limit_triggers_at_once_if_it_is_reached_already() -> None:
    engine, group_id = limited(8)
    resting = grouped(engine, group_id, BID, 40)
    send(engine, "bob", ASK, 40, 5, at=seconds(1))

    engine.set_group_limit("ann", group_id, Contracts.whole(5), seconds(2))

    assert engine.order(resting.order_id).status is OrderStatus.CANCELED


def test_deleting_a_group_cancels_its_orders() -> None:
    engine, group_id = limited(8)
    resting = grouped(engine, group_id, BID, 40)

    engine.delete_group("ann", group_id, seconds(1))

    assert engine.order(resting.order_id).status is OrderStatus.CANCELED
    assert engine.groups("ann", seconds(1)) == ()
    with pytest.raises(Rejected, match="not_found"):
        grouped(engine, group_id, BID, 40)


def test_a_group_is_its_owners_alone() -> None:
    engine, group_id = limited(8)

    with pytest.raises(Rejected, match="not_found"):
        engine.reset_group("bob", group_id, seconds(0))


def test_a_group_of_no_contracts_is_refused() -> None:
    engine, group_id = limited(8)

    with pytest.raises(Rejected, match="invalid_order_size"):
        engine.create_group("ann", Contracts(0), seconds(0))
    with pytest.raises(Rejected, match="invalid_order_size"):
        engine.set_group_limit("ann", group_id, Contracts(0), seconds(0))


def test_every_change_of_a_group_is_told() -> None:
    engine, group_id = limited(8)
    engine.set_group_limit("ann", group_id, Contracts.whole(9), seconds(0))
    engine.trigger_group("ann", group_id, seconds(0))
    engine.reset_group("ann", group_id, seconds(0))
    engine.delete_group("ann", group_id, seconds(0))

    kinds = [str(each.kind) for each in engine.drain_events() if isinstance(each, GroupUpdate)]

    assert kinds == ["created", "limit_updated", "triggered", "reset", "deleted"]


def test_the_window_leaves_out_what_is_exactly_as_old_as_it_is_long() -> None:
    group = OrderGroup("g", Contracts.whole(10))
    assert not group.count(999, seconds(0))

    assert group.matched_e2(seconds(14.999)) == 999
    assert group.matched_e2(seconds(0) + GROUP_WINDOW) == 0
    assert group.count(1000, seconds(20))
