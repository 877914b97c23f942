"""Cancel, amend, decrease: who may, when, and what becomes of the place in the queue."""

from __future__ import annotations

import msgspec
import pytest

from exchange import (
    ASK,
    BID,
    CLOSE,
    OTHER,
    START,
    TICKER,
    exchange,
    free,
    order,
    refused,
    seconds,
    send,
)
from kalshi_alpha.core.types import Contracts, Price
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import OwnOrder
from kalshi_alpha.sim.order_changes import Amendment
from kalshi_alpha.sim.orders import BookSide, OrderStatus, SimOrder, UpdateReason
from kalshi_alpha.sim.refusals import Rejected


def amendment(cents: float = 40, count: float = 10, **fields: object) -> Amendment:
    plain = Amendment(
        ticker=TICKER,
        side=BookSide.BID,
        price=Price(round(100 * cents)),
        contracts=Contracts(round(100 * count)),
    )
    return msgspec.structs.replace(plain, **fields)


def behind(engine: Engine) -> tuple[SimOrder, SimOrder]:
    """Rest two orders at one price; the first is the one to change."""
    return send(engine, "ann", BID, 40), send(engine, "bob", BID, 40)


def place(engine: Engine, sent: SimOrder) -> float:
    return engine.queue_position(sent.order_id).count


def test_a_cancel_returns_what_was_left() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)
    send(engine, "bob", ASK, 40, 4)

    assert engine.cancel("ann", sent.order_id, seconds(1)) == Contracts.whole(6)

    gone = engine.order(sent.order_id)
    assert (gone.status, gone.remaining_e2, gone.filled_e2) == (OrderStatus.CANCELED, 0, 400)
    assert gone.updated_at == seconds(1)


@pytest.mark.parametrize("why", ["unknown", "cancelled", "executed", "another's"])
def test_what_is_not_live_cannot_be_cancelled(why: str) -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)
    order_id = "none" if why == "unknown" else sent.order_id
    if why == "cancelled":
        engine.cancel("ann", order_id, START)
    elif why == "executed":
        send(engine, "bob", ASK, 40)

    with pytest.raises(Rejected) as no:
        engine.cancel("bob" if why == "another's" else "ann", order_id, START)

    assert refused(no) == (404, "not_found")


def test_cancel_all_leaves_the_orders_of_others() -> None:
    engine = exchange()
    behind(engine)
    send(engine, "ann", ASK, 60)

    assert engine.cancel_all("ann", START) == 2

    assert engine.resting("ann") == ()
    assert len(engine.resting("bob")) == 1
    assert free(engine, "ann") == "1000.000000"


def test_after_the_close_no_order_can_be_changed_or_cancelled() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)

    for attempt in (
        lambda: engine.cancel("ann", sent.order_id, CLOSE),
        lambda: engine.amend("ann", sent.order_id, amendment(41), CLOSE),
        lambda: engine.decrease("ann", sent.order_id, CLOSE, reduce_to=Contracts.whole(1)),
    ):
        with pytest.raises(Rejected) as no:
            attempt()
        assert refused(no) == (409, "market_inactive")
    assert engine.cancel_all("ann", CLOSE) == 0


@pytest.mark.parametrize(
    ("change", "ahead"),
    [
        (amendment(40, 10, expires_at=seconds(60)), 0.0),
        (amendment(40, 4), 0.0),
        (amendment(40, 10), 0.0),
        (amendment(40, 11), 10.0),
    ],
    ids=["only the end", "smaller", "nothing", "larger"],
)
def test_only_a_larger_size_costs_the_place(change: Amendment, ahead: float) -> None:
    engine = exchange()
    first, _ = behind(engine)

    changed = engine.amend("ann", first.order_id, change, seconds(1))

    assert place(engine, first) == ahead
    assert changed.remaining == change.contracts
    assert changed.reason is UpdateReason.AMEND


def test_a_new_price_goes_to_the_back_there_and_does_not_come_back_to_the_front() -> None:
    engine = exchange()
    first, second = behind(engine)

    engine.amend("ann", first.order_id, amendment(39), seconds(1))
    engine.amend("ann", first.order_id, amendment(40), seconds(2))

    assert (place(engine, first), place(engine, second)) == (10.0, 0.0)


def test_the_count_of_an_amendment_includes_what_was_filled() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40, 10)
    send(engine, "bob", ASK, 40, 4)

    changed = engine.amend("ann", sent.order_id, amendment(40, 9), seconds(1))

    assert (changed.initial_e2, changed.filled_e2, changed.remaining_e2) == (900, 400, 500)
    with pytest.raises(Rejected, match="invalid_order_size"):
        engine.amend("ann", sent.order_id, amendment(40, 4), seconds(1))


def test_an_amended_order_that_crosses_trades() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40, 10)
    send(engine, "bob", ASK, 42, 4)

    changed = engine.amend("ann", sent.order_id, amendment(43, 10), seconds(1))

    assert (changed.filled_e2, changed.remaining_e2) == (400, 600)
    assert changed.average_fill_price == Price(4200)
    assert engine.book(TICKER).yes == ((4300, 600),)
    assert engine.fills("ann")[0].is_taker


def test_a_post_only_order_cannot_be_amended_into_a_trade() -> None:
    engine = exchange()
    new = msgspec.structs.replace(order(BID, 40), post_only=True)
    sent = engine.create("ann", new, START)
    send(engine, "bob", ASK, 42, 4)
    engine.drain_events()

    with pytest.raises(Rejected) as no:
        engine.amend("ann", sent.order_id, amendment(42), seconds(1))

    assert no.value.details == "post only cross"
    assert engine.order(sent.order_id) == sent
    assert engine.drain_events() == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (amendment(ticker=OTHER), 400, "order_ticker_mismatch"),
        (amendment(side=BookSide.ASK), 400, "order_side_mismatch"),
        (amendment(client_order_id="hers"), 400, "order_id_and_client_order_id_mismatch"),
        (amendment(updated_client_order_id="used"), 409, "order_already_exists"),
        (amendment(40.5), 400, "invalid_price"),
        (amendment(count=0), 400, "invalid_order_size"),
        (amendment(expires_at=START), 400, "invalid_order"),
        (amendment(99, 2000), 400, "insufficient_balance"),
    ],
)
def test_a_refused_amendment_leaves_the_order_as_it_was(
    change: Amendment, status: int, code: str
) -> None:
    engine = exchange()
    engine.create("ann", msgspec.structs.replace(order(BID, 1, 1), client_order_id="used"), START)
    new = msgspec.structs.replace(order(BID, 40), client_order_id="mine")
    sent = engine.create("ann", new, START)
    before = (engine.book(TICKER), engine.balance("ann"))

    with pytest.raises(Rejected) as no:
        engine.amend("ann", sent.order_id, change, START)

    assert refused(no) == (status, code)
    assert engine.order(sent.order_id) == sent
    assert (engine.book(TICKER), engine.balance("ann")) == before


def test_an_order_can_be_renamed_once_for_each_name() -> None:
    engine = exchange()
    new = msgspec.structs.replace(order(BID, 40), client_order_id="old")
    sent = engine.create("ann", new, START)

    engine.amend("ann", sent.order_id, amendment(updated_client_order_id="new"), START)

    assert engine.order(sent.order_id).client_order_id == "new"
    for used in ("old", "new"):
        with pytest.raises(Rejected, match="order_already_exists"):
            engine.create("ann", msgspec.structs.replace(new, client_order_id=used), START)


def test_an_end_can_be_moved_and_taken_away() -> None:
    engine = exchange()
    new = msgspec.structs.replace(order(BID, 40), expires_at=seconds(10))
    moved, kept = (engine.create(trader, new, START) for trader in ("ann", "bob"))

    engine.amend("ann", moved.order_id, amendment(expires_at=seconds(20)), START)
    engine.amend("bob", kept.order_id, amendment(never_expires=True), START)

    engine.advance(seconds(11))
    assert engine.order(moved.order_id).status is OrderStatus.RESTING
    engine.advance(seconds(21))
    assert engine.order(moved.order_id).reason is UpdateReason.EXPIRY_CANCEL
    assert engine.order(kept.order_id).status is OrderStatus.RESTING


@pytest.mark.parametrize(
    "by", [{"reduce_by": Contracts.whole(6)}, {"reduce_to": Contracts.whole(4)}]
)
def test_a_decrease_keeps_the_place(by: dict[str, Contracts]) -> None:
    engine = exchange()
    first, second = behind(engine)

    smaller = engine.decrease("ann", first.order_id, seconds(1), **by)

    assert (smaller.remaining.count, smaller.reason) == (4.0, UpdateReason.DECREASE)
    assert (place(engine, first), place(engine, second)) == (0.0, 4.0)
    assert free(engine, "ann") == "998.400000"


def test_a_decrease_to_nothing_cancels() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)

    gone = engine.decrease("ann", sent.order_id, START, reduce_by=Contracts.whole(99))

    assert (gone.status, gone.remaining_e2) == (OrderStatus.CANCELED, 0)


@pytest.mark.parametrize(
    "by",
    [
        {},
        {"reduce_by": Contracts.whole(1), "reduce_to": Contracts.whole(1)},
        {"reduce_to": Contracts.whole(10)},
        {"reduce_by": Contracts(0)},
    ],
)
def test_a_decrease_says_one_thing_and_makes_the_order_smaller(by: dict[str, Contracts]) -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)

    with pytest.raises(Rejected):
        engine.decrease("ann", sent.order_id, START, **by)

    assert engine.order(sent.order_id) == sent


def test_an_amended_order_is_told_once_it_has_changed() -> None:
    engine = exchange()
    sent = send(engine, "ann", BID, 40)
    engine.drain_events()

    engine.amend("ann", sent.order_id, amendment(41, 5), seconds(1))

    (told,) = [each.order for each in engine.drain_events() if isinstance(each, OwnOrder)]
    assert (told.yes_price, told.remaining_e2, told.reason) == (Price(4100), 500, "Amend")
