from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from kalshi_alpha.core.wire import WireReply
from kalshi_alpha.sim.faults import SITE_OF, Fault, FaultPlan, Site
from kalshi_alpha.sim.faults_requests import Delivery, Fate
from sim_exchange import (
    MAKER,
    MID,
    ORDERS,
    PREFIX,
    TAKER,
    Exchange,
    command,
    exchange,
    frames,
    order,
    request,
)

SEEDS = range(8)
BY_REQUEST = {Site.REQUEST, Site.WRITE, Site.CREATE, Site.CANCEL, Site.BATCH, Site.PAGE}


def _exchange(fault: Fault | None = None, seed: int = 0) -> Exchange:
    ex = exchange(FaultPlan(seed))
    if fault is not None:
        ex.app.faults.inject(fault)
    return ex


def _deliver(
    ex: Exchange, method: str, path: str, body: object = None, query: str = ""
) -> Delivery:
    headers = ex.lowered(method, path)
    return ex.app.deliver(request(method, path, body, query), headers, ex.app.now())


def _create(ex: Exchange, **fields: Any) -> Delivery:
    body = order(**{"client_order_id": "a", "post_only": True, **fields})
    return _deliver(ex, "POST", ORDERS, body)


def _json(delivery: Delivery) -> Any:
    assert isinstance(delivery.reply, WireReply)
    return json.loads(delivery.reply.body)


def _status(delivery: Delivery) -> int:
    assert isinstance(delivery.reply, WireReply)
    return delivery.reply.status


def _arrived(ex: Exchange) -> bool:
    return ex.app.engine.order_by_client_id(MAKER, "a") is not None


def test_every_fault_of_a_request_is_carried_out() -> None:
    carried = set(_exchange().app._requests._carry_out)
    assert carried == {fault for fault in Fault if SITE_OF[fault] in BY_REQUEST}


def test_without_a_fault_the_reply_comes_whole_and_at_once() -> None:
    ex = _exchange()
    delivery = _create(ex)
    assert (delivery.fate, delivery.delay_s, delivery.drip_s, delivery.copies) == (
        Fate.WHOLE,
        0.0,
        0.0,
        1,
    )
    assert _status(delivery) == 201


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [
        (Fault.REQUEST_LOST, False),
        (Fault.ACK_LOST_AFTER_ACCEPT, True),
        (Fault.ACK_LOST_AFTER_REJECT, False),
    ],
)
def test_a_lost_reply_says_nothing_of_whether_the_order_exists(fault: Fault, arrived: bool) -> None:
    fates = set()
    for seed in SEEDS:
        ex = _exchange(fault, seed)
        delivery = _create(ex)
        assert delivery.reply is None
        assert _arrived(ex) is arrived
        fates.add(delivery.fate)
    assert fates == {Fate.RESET, Fate.SILENCE}


def test_an_acknowledgement_comes_twice_on_the_wire_and_on_the_stream() -> None:
    ex = _exchange()
    stream = ex.stream()
    command(ex, stream, id=1, cmd="subscribe", params={"channels": ["user_orders"]})
    ex.app.faults.inject(Fault.ACK_TWICE)
    assert _create(ex).copies == 2
    first, second = frames(stream)
    assert first["msg"] == second["msg"]


def test_a_late_reply_is_late_and_a_drip_fed_one_slow() -> None:
    late = _create(_exchange(Fault.ACK_LATE))
    assert 0.5 <= late.delay_s <= 20
    assert _status(late) == 201
    slow = _create(_exchange(Fault.DRIP_FED_BODY))
    assert 0.5 <= slow.drip_s <= 15


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        (Fault.SUCCESS_WITH_ERROR_BODY, {201}),
        (Fault.REQUEST_TIMEOUT, {408}),
        (Fault.SERVER_ERROR_STORM, {500, 502, 503, 504}),
    ],
)
def test_an_error_of_the_server_leaves_open_whether_the_order_exists(
    fault: Fault, statuses: set[int]
) -> None:
    seen, arrived = set(), set()
    for seed in range(40):
        ex = _exchange(fault, seed)
        delivery = _create(ex)
        seen.add(_status(delivery))
        arrived.add(_arrived(ex))
        assert b"order_id" not in (delivery.reply.body if delivery.reply else b"")
    assert (seen, arrived) == (statuses, {True, False})


@pytest.mark.parametrize("fault", [Fault.CREATED_ALREADY_FILLED, Fault.FILL_BEFORE_ACK])
def test_an_order_is_filled_before_its_reply_is_read(fault: Fault) -> None:
    filled = set()
    for seed in SEEDS:
        ex = _exchange(seed=seed)
        stream = ex.stream()
        command(ex, stream, id=1, cmd="subscribe", params={"channels": ["fill"]})
        ex.app.faults.inject(fault)
        delivery = _create(ex)
        (told,) = frames(stream)
        ack = _json(delivery)
        shown = ack["fill_count"] if fault is Fault.CREATED_ALREADY_FILLED else "0.00"
        assert ack["fill_count"] == shown
        assert (delivery.delay_s > 0) is (fault is Fault.FILL_BEFORE_ACK)
        assert told["msg"]["is_taker"] is False
        filled.add(told["msg"]["count_fp"])
    assert filled == {"10.00", "5.00"}


def test_a_batch_may_be_filled_before_its_reply_too() -> None:
    ex = _exchange(Fault.CREATED_ALREADY_FILLED)
    body = {"orders": [order(client_order_id="a"), order(price="0.3450")]}
    rows = _json(_deliver(ex, "POST", f"{ORDERS}/batched", body))["orders"]
    assert rows[0]["fill_count"] != "0.00"
    assert rows[1]["error"]["code"] == "invalid_price"


def test_a_refused_order_cannot_be_filled_before_its_reply() -> None:
    delivery = _create(_exchange(Fault.CREATED_ALREADY_FILLED), price="0.3450")
    assert _status(delivery) == 400


def test_a_repeat_on_the_way_ends_as_a_conflict_on_our_own_id() -> None:
    ex = _exchange(Fault.CONFLICT_ON_OWN_ID)
    delivery = _create(ex)
    assert (_status(delivery), _json(delivery)["error"]["code"]) == (409, "order_already_exists")
    assert _arrived(ex)
    assert len(ex.app.engine.orders(MAKER)) == 1


def test_the_book_crosses_a_post_only_order_on_its_way() -> None:
    for body in (order(post_only=True), {"orders": [order(post_only=True)]}):
        ex = _exchange(Fault.POST_ONLY_CROSS)
        path = ORDERS if "ticker" in body else f"{ORDERS}/batched"
        told = json.dumps(_json(_deliver(ex, "POST", path, body)))
        assert "post only cross" in told
        assert ex.app.engine.audit().taker_fills[MAKER] == 0


def test_a_price_that_is_none_is_not_crossed() -> None:
    assert _status(_create(_exchange(Fault.POST_ONLY_CROSS), price="34")) == 400


def test_a_cancel_loses_its_race_in_part_or_in_full() -> None:
    statuses = set()
    for seed in SEEDS:
        ex = _exchange(seed=seed)
        order_id = ex.rest()
        ex.app.faults.inject(Fault.CANCEL_RACES_FILL)
        delivery = _deliver(ex, "DELETE", f"{ORDERS}/{order_id}")
        statuses.add(_status(delivery))
        if _status(delivery) == 200:
            assert _json(delivery)["reduced_by"] == "5.00"
    assert statuses == {200, 404}


def test_cancels_of_a_batch_race_too_and_unknown_orders_are_passed_over() -> None:
    ex = _exchange()
    order_id = ex.rest()
    ex.app.faults.inject(Fault.CANCEL_RACES_FILL)
    body = {"orders": [{"order_id": order_id}, {"order_id": "none"}]}
    rows = _json(_deliver(ex, "DELETE", f"{ORDERS}/batched", body))["orders"]
    assert rows[0]["reduced_by"] in {"5.00", "0.00"}
    assert rows[1]["error"]["code"] == "not_found"


def test_a_cancel_of_everything_races_every_order() -> None:
    ex = _exchange()
    ids = [ex.rest(count="4.00"), ex.rest(price="0.3300", count="4.00")]
    ex.app.faults.inject(Fault.CANCEL_RACES_FILL)
    assert _status(_deliver(ex, "DELETE", ORDERS)) == 204
    assert all(ex.app.engine.order(order_id).filled_e2 >= 200 for order_id in ids)


def test_a_lost_cancel_has_cancelled() -> None:
    ex = _exchange()
    order_id = ex.rest()
    ex.app.faults.inject(Fault.CANCEL_ACK_LOST)
    assert _deliver(ex, "DELETE", f"{ORDERS}/{order_id}").reply is None
    assert str(ex.app.engine.order(order_id).status) == "canceled"


def test_every_second_item_of_a_batch_fails_by_itself() -> None:
    ex = _exchange(Fault.BATCH_HALF_FAILS)
    body = {"orders": [order(client_order_id=name) for name in "abcd"]}
    delivery = _deliver(ex, "POST", f"{ORDERS}/batched", body)
    rows = _json(delivery)["orders"]
    assert ["error" in row for row in rows] == [False, True, False, True]
    assert len(ex.app.engine.resting(MAKER)) == 2
    ex.app.faults.inject(Fault.BATCH_HALF_FAILS)
    ids = {"orders": [{"order_id": row["order_id"]} for row in rows if "order_id" in row]}
    _deliver(ex, "DELETE", f"{ORDERS}/batched", ids)
    assert len(ex.app.engine.resting(MAKER)) == 1


@pytest.mark.parametrize(
    ("fault", "status", "longest_s"),
    [
        (Fault.RATE_LIMIT_STORM, 429, 5),
        (Fault.SERVER_ERROR_STORM, None, 5),
        (Fault.UNAUTHORISED_STREAK, 401, 3),
    ],
)
def test_a_storm_answers_everybody_alike_until_it_is_over(
    fault: Fault, status: int | None, longest_s: int
) -> None:
    ex = _exchange(fault)
    for _ in range(3):
        delivery = _deliver(ex, "GET", f"{PREFIX}/portfolio/orders")
        assert _status(delivery) == status if status else _status(delivery) >= 500
    ex.clock.step(longest_s)
    assert _status(_deliver(ex, "GET", f"{PREFIX}/portfolio/orders")) == 200


def test_the_status_of_the_exchange_keeps_its_body_under_an_error() -> None:
    bodies = set()
    for seed in SEEDS:
        ex = _exchange(Fault.SERVER_ERROR_STORM, seed)
        delivery = _deliver(ex, "GET", f"{PREFIX}/exchange/status")
        assert _status(delivery) >= 500
        bodies.add(b"trading_active" in (delivery.reply.body if delivery.reply else b""))
    assert True in bodies


def test_a_scope_that_does_not_cover_a_write_is_403_and_reads_go_on() -> None:
    ex = _exchange(Fault.SCOPE_REFUSED)
    assert _status(_deliver(ex, "GET", f"{PREFIX}/portfolio/orders")) == 200
    assert _status(_create(ex)) == 403
    assert not _arrived(ex)


def test_a_torn_reply_belongs_to_an_order_that_exists() -> None:
    ex = _exchange(Fault.RESET_MID_BODY)
    delivery = _create(ex)
    assert (delivery.fate, _status(delivery)) == (Fate.TORN, 201)
    assert _arrived(ex)


def test_no_connection_is_made_while_the_name_does_not_resolve() -> None:
    ex = _exchange(Fault.NAME_LOOKUP_BURST)
    stream = ex.stream()
    assert _create(ex).fate is Fate.NOT_CONNECTED
    assert stream.ended
    assert not ex.app.reaches(ex.app.now())
    assert _create(ex).fate is Fate.NOT_CONNECTED
    assert not _arrived(ex)
    assert ex.app.reaches(ex.app.now() + timedelta(seconds=5))


def test_a_list_that_grew_meanwhile_repeats_a_row() -> None:
    ex = _exchange()
    made = [ex.rest(count="1.00") for _ in range(4)]
    path = f"{PREFIX}/portfolio/orders"
    first = _json(_deliver(ex, "GET", path, query="limit=2"))
    ex.app.faults.inject(Fault.PAGE_CHANGES_WHILE_PAGING)
    second = _json(_deliver(ex, "GET", path, query=f"limit=2&cursor={first['cursor']}"))
    third = _json(_deliver(ex, "GET", path, query=f"limit=2&cursor={second['cursor']}"))
    shown = [row["order_id"] for page in (first, second, third) for row in page["orders"]]
    assert shown == [made[3], made[2], made[2], made[1], made[0]]


def test_the_same_seed_goes_wrong_the_same_way() -> None:
    def run(seed: int) -> list[object]:
        ex = exchange(FaultPlan(seed, dict.fromkeys(Fault, 0.025)))
        seen: list[object] = []
        for count in range(60):
            ex.clock.step(1.0)
            delivery = _deliver(ex, "POST", ORDERS, order(MID, client_order_id=str(count)))
            seen.append((delivery.fate, delivery.reply and delivery.reply.body))
        return seen

    assert run(5) == run(5)
    assert run(5) != run(6)


def test_what_is_not_the_venues_has_no_faults() -> None:
    ex = _exchange(Fault.REQUEST_LOST)
    assert _status(_deliver(ex, "GET", f"{PREFIX}/no/such")) == 404
    assert ex.app.faults.strikes == []


def test_an_account_of_somebody_else_is_not_touched_by_a_race() -> None:
    ex = _exchange()
    other = ex.rest(account=TAKER)
    ex.app.faults.inject(Fault.CANCEL_RACES_FILL)
    assert _status(_deliver(ex, "DELETE", f"{ORDERS}/{other}")) == 404
