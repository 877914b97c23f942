from __future__ import annotations

import json

import pytest

from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.app import AppOptions
from sim_exchange import EVENT, LOW, MID, START, TAKER, Exchange, exchange


def _traded() -> Exchange:
    ex = exchange()
    ex.rest(count="10.00")
    ex.clock.step(60)
    ex.rest(side="ask", count="4.00", account=TAKER)
    ex.rest(LOW, side="ask", price="0.9000", count="2.00")
    return ex


def test_the_balance_is_free_cash_in_cut_cents_and_exactly() -> None:
    ex = exchange()
    ex.rest(price="0.3333"[:4] + "00", count="10.00")
    row = ex.json("GET", "portfolio/balance")
    # Ten at 33 cents, and the most that the maker's fee on them can be: 0.03870 up to 0.0387.
    assert row["balance_dollars"] == "996.6613"
    assert (row["balance"], row["portfolio_value"]) == (99_666, 0)
    assert row["updated_ts"] == int(START.timestamp())
    assert row["balance_breakdown"] == [{"exchange_index": 0, "balance": "996.6613"}]


def test_orders_come_newest_first_with_filters_and_pages() -> None:
    ex = _traded()
    rows = ex.json("GET", "portfolio/orders")["orders"]
    assert [row["ticker"] for row in rows] == [LOW, MID]
    assert [row["outcome_side"] for row in rows] == ["no", "yes"]
    assert [row["book_side"] for row in rows] == ["ask", "bid"]
    assert rows[1]["fill_count_fp"] == "4.00"
    first = ex.json("GET", "portfolio/orders", query="limit=1")
    second = ex.json("GET", "portfolio/orders", query=f"limit=1&cursor={first['cursor']}")
    assert [first["orders"][0], second["orders"][0]] == rows
    assert second["cursor"] == ""
    for query, count in (
        (f"ticker={MID}", 1),
        (f"event_ticker={EVENT},KXNONE-1", 2),
        ("event_ticker=KXNONE-1", 0),
        ("status=resting", 2),
        ("status=executed", 0),
        (f"min_ts={int(START.timestamp()) + 1}", 1),
        (f"max_ts={int(START.timestamp())}", 1),
    ):
        assert len(ex.json("GET", "portfolio/orders", query=query)["orders"]) == count, query


def test_an_order_of_another_account_is_not_shown() -> None:
    ex = exchange()
    order_id = ex.rest()
    assert ex.json("GET", f"portfolio/orders/{order_id}")["order"]["order_id"] == order_id
    assert ex.call("GET", f"portfolio/orders/{order_id}", account=TAKER).status == 404
    assert ex.call("GET", "portfolio/orders/none").status == 404


def test_fills_carry_no_client_order_id_and_their_fee_in_six_places() -> None:
    ex = _traded()
    (row,) = ex.json("GET", "portfolio/fills")["fills"]
    assert (row["is_taker"], row["count_fp"], row["fee_cost"]) == (False, "4.00", "0.015800")
    assert row["fill_id"] == row["trade_id"]
    assert "client_order_id" not in row
    (other,) = ex.json("GET", "portfolio/fills", account=TAKER)["fills"]
    assert (other["trade_id"], other["is_taker"]) == (row["trade_id"], True)
    for query, count in (
        (f"ticker={MID},{LOW}", 1),
        (f"ticker={LOW}", 0),
        (f"order_id={row['order_id']}", 1),
        (f"min_ts={row['ts']}", 1),
        (f"max_ts={row['ts'] - 1}", 0),
    ):
        assert len(ex.json("GET", "portfolio/fills", query=query)["fills"]) == count, query


def test_positions_are_signed_and_added_up_by_event() -> None:
    ex = _traded()
    reply = ex.json("GET", "portfolio/positions", account=TAKER)
    assert [p["position_fp"] for p in reply["market_positions"]] == ["-4.00"]
    (event,) = reply["event_positions"]
    assert (event["event_ticker"], event["event_exposure_dollars"]) == (EVENT, "2.640000")
    for query, count in (
        (f"ticker={LOW}", 0),
        (f"event_ticker={EVENT}", 1),
        ("count_filter=position,total_traded", 1),
        ("settlement_status=settled", 0),
        ("settlement_status=all", 1),
    ):
        shown = ex.json("GET", "portfolio/positions", query=query)["market_positions"]
        assert len(shown) == count, query


def test_a_settled_position_moves_from_one_list_to_another() -> None:
    ex = _traded()
    ex.app.engine.determine(MID, Price(10_000), ex.app.now())
    ex.clock.step(400)
    assert ex.json("GET", "portfolio/positions")["market_positions"] == []
    (row,) = ex.json("GET", "portfolio/settlements")["settlements"]
    assert (row["market_result"], row["revenue"], row["value"]) == ("yes", 400, 100)
    assert (row["yes_count_fp"], row["yes_total_cost_dollars"]) == ("4.00", "1.360000")
    assert row["fee_cost"] == "0.015800"
    for query, count in (
        (f"ticker={LOW}", 0),
        (f"event_ticker={EVENT}", 1),
        ("min_ts=9999999999", 0),
    ):
        rows = ex.json("GET", "portfolio/settlements", query=query)["settlements"]
        assert len(rows) == count, query


def test_the_place_in_the_queue_counts_what_trades_before() -> None:
    ex = exchange()
    ex.rest(count="7.00", account=TAKER)
    order_id = ex.rest()
    one = ex.json("GET", f"portfolio/orders/{order_id}/queue_position")
    assert one == {"queue_position_fp": "7.00"}
    ex.rest(LOW)
    rows = ex.json("GET", "portfolio/orders/queue_positions")["queue_positions"]
    assert [row["queue_position_fp"] for row in rows] == ["7.00", "0.00"]
    narrowed = f"market_tickers={MID}&event_ticker={EVENT}"
    rows = ex.json("GET", "portfolio/orders/queue_positions", query=narrowed)["queue_positions"]
    assert [row["market_ticker"] for row in rows] == [MID]
    other = ex.json("GET", "portfolio/orders/queue_positions", query="event_ticker=KXNONE-1")
    assert other["queue_positions"] == []


def test_limits_are_those_of_the_level_and_an_upgrade_raises_them() -> None:
    ex = exchange()
    limits = ex.json("GET", "account/limits")
    assert limits["usage_tier"] == "basic"
    assert limits["write"] == {"refill_rate": 100, "bucket_capacity": 100}
    ex.json("POST", "account/api_usage_level/upgrade")
    assert ex.json("GET", "account/limits")["read"] == {"refill_rate": 300, "bucket_capacity": 900}


def test_costs_that_differ_from_the_default_are_listed() -> None:
    costs = exchange().json("GET", "account/endpoint_costs")
    assert costs["default_cost"] == 10
    cancel = "/trade-api/v2/portfolio/events/orders/:order_id"
    assert {"method": "DELETE", "path": cancel, "cost": 2} in costs["endpoint_costs"]


def test_the_balance_is_answered_once_a_second() -> None:
    ex = exchange(options=AppOptions())
    assert ex.call("GET", "portfolio/balance").status == 200
    reply = ex.call("GET", "portfolio/balance")
    assert (reply.status, json.loads(reply.body)) == (429, {"error": "too many requests"})
    ex.clock.step(1)
    assert ex.call("GET", "portfolio/balance").status == 200


@pytest.mark.parametrize("query", ["status=live", "limit=1001", "min_ts=now"])
def test_a_query_that_does_not_validate_is_a_bare_message(query: str) -> None:
    reply = exchange().call("GET", "portfolio/orders", query=query)
    assert reply.status == 400
    assert json.loads(reply.body)["msg"].startswith("Parameter validation failed for GetOrders")
