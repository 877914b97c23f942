from __future__ import annotations

import json
from typing import Any

import pytest

from kalshi_alpha.sim.rest_orders import batch_size, first_create
from sim_exchange import CLOSE, LOW, MID, ORDERS, TAKER, Exchange, exchange, order


def _code(
    ex: Exchange, method: str, path: str, body: object = None, **more: Any
) -> tuple[int, str]:
    reply = ex.call(method, path, body, **more)
    return reply.status, json.loads(reply.body)["error"]["code"]


def test_an_order_rests_and_is_acknowledged_with_plain_names() -> None:
    ex = exchange()
    reply = ex.call("POST", ORDERS, order(client_order_id="a", post_only=True))
    assert reply.status == 201
    assert json.loads(reply.body) == {
        "order_id": "00000007-0000-4000-8000-000000000001",
        "client_order_id": "a",
        "fill_count": "0.00",
        "remaining_count": "10.00",
        "ts_ms": 1_749_637_800_000,
    }


def test_an_order_that_takes_says_at_what_price_and_fee() -> None:
    ex = exchange()
    ex.rest(price="0.5200", side="ask", count="1.00", account=TAKER)
    ack = ex.json(
        "POST", ORDERS, order(price="0.9900", count="1.00", time_in_force="immediate_or_cancel")
    )
    assert (ack["average_fill_price"], ack["average_fee_paid"]) == ("0.5200", "0.0175")
    assert (ack["fill_count"], ack["remaining_count"]) == ("1.00", "0.00")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"price": "0.3450"}, 400, "invalid_price"),
        ({"count": "100000.00"}, 400, "insufficient_balance"),
        ({"side": "ask", "post_only": True}, 400, "invalid_order"),
        ({"client_order_id": "used"}, 409, "order_already_exists"),
        ({"ticker": "KXNONE-1-T1"}, 404, "market_not_found"),
        ({"order_group_id": "none"}, 404, "not_found"),
    ],
)
def test_the_exchange_refuses_with_its_codes(
    fields: dict[str, Any], status: int, code: str
) -> None:
    ex = exchange()
    ex.rest(client_order_id="used", account=TAKER)
    ex.rest(client_order_id="used")
    assert _code(ex, "POST", ORDERS, order(**fields)) == (status, code)


def test_a_client_id_is_burned_even_after_its_order_is_gone() -> None:
    ex = exchange()
    ex.call("DELETE", f"{ORDERS}/{ex.rest(client_order_id='a')}")
    assert _code(ex, "POST", ORDERS, order(client_order_id="a")) == (409, "order_already_exists")


def test_a_cancel_says_what_was_left_and_a_second_one_is_404() -> None:
    ex = exchange()
    order_id = ex.rest(client_order_id="a")
    ack = ex.json("DELETE", f"{ORDERS}/{order_id}", query=f"market_ticker={MID}")
    assert ack == {
        "order_id": order_id,
        "client_order_id": "a",
        "reduced_by": "10.00",
        "ts_ms": 1_749_637_800_000,
    }
    assert _code(ex, "DELETE", f"{ORDERS}/{order_id}") == (404, "not_found")


def test_a_cancel_under_another_ticker_or_account_is_refused() -> None:
    ex = exchange()
    order_id = ex.rest()
    path = f"{ORDERS}/{order_id}"
    assert _code(ex, "DELETE", path, query=f"market_ticker={LOW}") == (400, "order_ticker_mismatch")
    assert _code(ex, "DELETE", path, account=TAKER) == (404, "not_found")


def test_nothing_is_done_after_the_close_not_even_a_cancel() -> None:
    ex = exchange()
    order_id = ex.rest()
    ex.clock.at = CLOSE
    assert _code(ex, "DELETE", f"{ORDERS}/{order_id}")[1] == "market_inactive"
    assert _code(ex, "POST", ORDERS, order())[1] == "market_inactive"


def test_cancelling_everything_has_no_body() -> None:
    ex = exchange()
    ex.rest()
    ex.rest(LOW)
    kept = ex.rest(account=TAKER)
    reply = ex.call("DELETE", ORDERS)
    assert (reply.status, reply.body) == (204, b"")
    assert ex.json("GET", "portfolio/orders", query="status=resting")["orders"] == []
    assert ex.json("GET", f"portfolio/orders/{kept}", account=TAKER)["order"]["status"] == "resting"


def test_items_of_a_batch_fail_one_by_one() -> None:
    ex = exchange()
    orders = [order(client_order_id="a"), order(price="0.3450", client_order_id="b"), order()]
    reply = ex.call("POST", f"{ORDERS}/batched", {"orders": orders})
    rows = json.loads(reply.body)["orders"]
    assert reply.status == 201
    assert [row.get("client_order_id") for row in rows] == ["a", "b", None]
    assert rows[1]["error"]["code"] == "invalid_price"
    assert [row.get("remaining_count") for row in rows] == ["10.00", None, "10.00"]
    ids = [
        {"order_id": rows[0]["order_id"]},
        {"order_id": "none"},
        {"order_id": rows[2]["order_id"]},
    ]
    gone = ex.json("DELETE", f"{ORDERS}/batched", {"orders": ids})["orders"]
    assert [row["reduced_by"] for row in gone] == ["10.00", "0.00", "10.00"]
    assert gone[1]["error"]["code"] == "not_found"


def test_a_batch_with_a_number_for_a_price_is_refused_whole() -> None:
    ex = exchange()
    reply = ex.call("POST", f"{ORDERS}/batched", {"orders": [order(), order(price=0.34)]})
    assert (reply.status, json.loads(reply.body)["code"]) == (400, "bad_request")
    assert ex.app.engine.orders("maker") == ()


def test_an_amended_order_keeps_its_id() -> None:
    ex = exchange()
    order_id = ex.rest(client_order_id="a")
    body = {
        "ticker": MID,
        "side": "bid",
        "price": "0.3300",
        "count": "4.00",
        "updated_client_order_id": "b",
        "expiration_time": int(CLOSE.timestamp()),
    }
    ack = ex.json("POST", f"{ORDERS}/{order_id}/amend", body)
    assert (ack["order_id"], ack["client_order_id"], ack["remaining_count"]) == (
        order_id,
        "b",
        "4.00",
    )
    shown = ex.json("GET", f"portfolio/orders/{order_id}")["order"]
    assert (shown["yes_price_dollars"], shown["expiration_time"]) == (
        "0.3300",
        "2025-06-11T12:30:00Z",
    )
    endless = body | {"client_order_id": "b", "expiration_time": 0}
    endless.pop("updated_client_order_id")
    ex.json("POST", f"{ORDERS}/{order_id}/amend", endless)
    assert "expiration_time" not in ex.json("GET", f"portfolio/orders/{order_id}")["order"]


def test_an_amend_must_name_the_orders_own_side_and_market() -> None:
    ex = exchange()
    path = f"{ORDERS}/{ex.rest()}/amend"
    body = {"ticker": MID, "side": "bid", "price": "0.3300", "count": "4.00"}
    assert _code(ex, "POST", path, body | {"side": "ask"}) == (400, "order_side_mismatch")
    assert _code(ex, "POST", path, body | {"ticker": LOW}) == (400, "order_ticker_mismatch")
    assert ex.call("POST", path, body | {"count": 4}).status == 400


def test_a_decrease_is_by_or_to_a_count() -> None:
    ex = exchange()
    path = f"{ORDERS}/{ex.rest()}/decrease"
    ack = ex.json("POST", path, {"reduce_by": "3.00", "market_ticker": MID})
    assert set(ack) == {"order_id", "remaining_count", "ts_ms"}
    assert ack["remaining_count"] == "7.00"
    assert ex.json("POST", path, {"reduce_to": "2.00"})["remaining_count"] == "2.00"
    assert _code(ex, "POST", path, {}) == (400, "invalid_order")
    assert _code(ex, "POST", path, {"reduce_by": "1.00", "reduce_to": "1.00"})[0] == 400


@pytest.mark.parametrize(
    ("body", "size"), [(b'{"orders":[{},{}]}', 2), (b"{}", 1), (b"\xff", 1), (b'{"orders":[]}', 1)]
)
def test_a_batch_that_cannot_be_read_counts_as_one(body: bytes, size: int) -> None:
    assert batch_size(body) == size


def test_the_first_order_of_a_body_is_found() -> None:
    single = json.dumps(order()).encode()
    batch = json.dumps({"orders": [order(LOW), order()]}).encode()
    found = [first_create(body) for body in (single, batch, b"{}", b'{"orders":[]}')]
    assert [each and each.ticker for each in found] == [MID, LOW, None, None]
