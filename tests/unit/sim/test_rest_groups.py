from __future__ import annotations

import json

from sim_exchange import ORDERS, PREFIX, TAKER, Exchange, exchange, order

GROUPS = f"{PREFIX}/portfolio/order_groups"


def _group(ex: Exchange, **fields: object) -> str:
    reply = ex.call("POST", f"{GROUPS}/create", fields or {"contracts_limit": 5})
    assert reply.status == 201
    return str(json.loads(reply.body)["order_group_id"])


def test_a_group_is_made_listed_and_shown_with_its_orders() -> None:
    ex = exchange()
    group_id = _group(ex)
    order_id = ex.rest(order_group_id=group_id)
    assert ex.json("GET", f"{GROUPS}/{group_id}") == {
        "is_auto_cancel_enabled": True,
        "contracts_limit_fp": "5.00",
        "exchange_index": 0,
        "orders": [order_id],
    }
    (listed,) = ex.json("GET", GROUPS)["order_groups"]
    assert listed["id"] == group_id
    assert ex.call("GET", f"{GROUPS}/{group_id}", account=TAKER).status == 404


def test_a_group_whose_limit_is_reached_cancels_and_refuses_until_it_is_reset() -> None:
    ex = exchange()
    group_id = _group(ex)
    ex.rest(order_group_id=group_id, count="5.00")
    kept = ex.rest(order_group_id=group_id, price="0.2000")
    ex.rest(side="ask", count="5.00", account=TAKER)
    assert ex.json("GET", f"portfolio/orders/{kept}")["order"]["status"] == "canceled"
    refused = ex.call("POST", ORDERS, order(order_group_id=group_id))
    assert refused.status == 400
    assert ex.json("PUT", f"{GROUPS}/{group_id}/reset") == {}
    ex.rest(order_group_id=group_id)


def test_a_group_is_triggered_by_hand_changed_and_deleted() -> None:
    ex = exchange()
    group_id = _group(ex, contracts_limit_fp="7.50")
    order_id = ex.rest(order_group_id=group_id)
    ex.json("PUT", f"{GROUPS}/{group_id}/trigger")
    assert ex.json("GET", f"portfolio/orders/{order_id}")["order"]["status"] == "canceled"
    ex.json("PUT", f"{GROUPS}/{group_id}/limit", {"contracts_limit": 9})
    assert ex.json("GET", f"{GROUPS}/{group_id}")["contracts_limit_fp"] == "9.00"
    ex.json("DELETE", f"{GROUPS}/{group_id}")
    assert ex.call("GET", f"{GROUPS}/{group_id}").status == 404


def test_a_group_without_a_limit_is_refused() -> None:
    ex = exchange()
    assert ex.call("POST", f"{GROUPS}/create", {}).status == 400
    assert ex.call("POST", f"{GROUPS}/create", {"contracts_limit": "5"}).status == 400
