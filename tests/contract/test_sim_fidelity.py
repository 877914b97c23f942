"""What the local exchange owes to the venue's behaviour, a test for each point."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.app import AppOptions
from kalshi_alpha.sim.faults import Fault, FaultPlan
from kalshi_alpha.sim.rest_errors import Refusal
from sim_exchange import (
    CLOSE,
    HIGH,
    LOW,
    MAKER,
    MID,
    ORDERS,
    START,
    TAKER,
    Exchange,
    command,
    exchange,
    frames,
    markets,
    order,
    request,
)


def _refusal(ex: Exchange, method: str, path: str, body: object = None, **more: Any) -> Any:
    reply = ex.call(method, path, body, **more)
    assert reply.status >= 400, reply
    return reply.status, json.loads(reply.body)


def test_1_signatures_are_checked_and_a_clock_that_is_off_is_refused() -> None:
    ex = exchange()
    status, body = _refusal(ex, "GET", "portfolio/orders", signed=False)
    assert (status, body["error"]["code"]) == (401, "signature_is_missing_from_headers")
    headers = ex.lowered("GET", "/trade-api/v2/portfolio/orders")
    ex.app.skew = timedelta(seconds=-31)
    sent = request("GET", "/trade-api/v2/portfolio/orders")
    reply = ex.app.handle(sent, headers, ex.app.now())
    assert json.loads(reply.body)["error"]["code"] == "header_timestamp_expired"


def test_2_numbers_where_strings_belong_are_a_flat_bad_request() -> None:
    for fields in ({"count": 10}, {"price": 0.34}):
        status, body = _refusal(exchange(), "POST", ORDERS, order(**fields))
        assert (status, body["code"], body["message"]) == (400, "bad_request", "bad request")


def test_3_price_then_time_at_the_makers_price_and_the_rest_rests() -> None:
    ex = exchange()
    first = ex.rest(price="0.3400", count="2.00", account=TAKER)
    second = ex.rest(price="0.3400", count="2.00", account=TAKER)
    better = ex.rest(price="0.3500", count="1.00", account=TAKER)
    ack = ex.json("POST", ORDERS, order(side="ask", price="0.3300", count="4.00"))
    assert (ack["fill_count"], ack["average_fill_price"]) == ("4.00", "0.3425")
    left = [ex.app.engine.order(order_id).remaining_e2 for order_id in (better, first, second)]
    assert left == [0, 0, 100]
    killed = order(side="ask", price="0.3300", count="4.00", time_in_force="fill_or_kill")
    assert ex.call("POST", ORDERS, killed).status == 409
    rest = ex.json("POST", ORDERS, order(side="ask", price="0.3400", count="4.00"))
    assert (rest["fill_count"], rest["remaining_count"]) == ("1.00", "3.00")


def test_4_a_client_order_id_is_used_up_for_good() -> None:
    ex = exchange()
    ex.call("DELETE", f"{ORDERS}/{ex.rest(client_order_id='a')}")
    status, body = _refusal(ex, "POST", ORDERS, order(client_order_id="a"))
    assert (status, body["error"]["code"]) == (409, "order_already_exists")


def test_5_post_only_never_takes_and_self_trades_are_prevented() -> None:
    ex = exchange()
    ex.rest(side="ask", price="0.3400")
    status, body = _refusal(ex, "POST", ORDERS, order(post_only=True), account=TAKER)
    assert (status, body["error"]["details"]) == (400, "post only cross")
    ack = ex.json("POST", ORDERS, order())
    assert (ack["fill_count"], ack["remaining_count"]) == ("0.00", "0.00")
    went_on = ex.json("POST", ORDERS, order(self_trade_prevention_type="maker"))
    assert went_on["remaining_count"] == "10.00"
    assert ex.app.engine.audit().taker_fills == {MAKER: 0, TAKER: 0}


def test_6_only_less_of_an_order_keeps_its_place_and_reducing_needs_to_be_immediate() -> None:
    ex = exchange()
    own = ex.rest(count="10.00")
    ex.rest(count="5.00", account=TAKER)
    path = f"portfolio/orders/{own}/queue_position"
    ex.json("POST", f"{ORDERS}/{own}/decrease", {"reduce_to": "8.00"})
    assert ex.json("GET", path)["queue_position_fp"] == "0.00"
    more = {"ticker": MID, "side": "bid", "price": "0.3400", "count": "9.00"}
    ex.json("POST", f"{ORDERS}/{own}/amend", more)
    assert ex.json("GET", path)["queue_position_fp"] == "5.00"
    assert ex.call("POST", ORDERS, order(reduce_only=True)).status == 400


def test_7_fees_are_exact_in_six_places_and_on_average_in_four() -> None:
    ex = exchange()
    ex.rest(side="ask", price="0.5200", count="1.00", account=TAKER)
    taken = order(price="0.9900", count="1.00", time_in_force="immediate_or_cancel")
    ack = ex.json("POST", ORDERS, taken)
    assert (ack["average_fill_price"], ack["average_fee_paid"]) == ("0.5200", "0.0175")
    (fill,) = ex.json("GET", "portfolio/fills")["fills"]
    assert fill["fee_cost"] == "0.017500"


def test_8_every_position_is_paid_for_and_pairs_are_worth_a_dollar() -> None:
    ex = exchange()
    ex.rest(price="0.4000", count="100.00")
    ex.rest(side="ask", price="0.4000", count="100.00", account=TAKER)
    before = ex.app.engine.balance(MAKER).available.e6
    ex.rest(side="ask", price="0.5000", count="100.00")
    assert ex.app.engine.balance(MAKER).available.e6 == before
    assert ex.app.engine.audit().unaccounted_e6 == 0


def test_9_frames_are_numbered_and_streams_end_rudely() -> None:
    ex = exchange(FaultPlan(1), AppOptions(limits_rates=False, stream_frames_max=3))
    stream = ex.stream()
    params = {"channels": ["orderbook_delta"], "market_tickers": [LOW, MID]}
    told = command(ex, stream, id=1, cmd="subscribe", params=params)
    assert [f.get("seq") for f in told] == [None, 1, 2]
    ex.app.faults.inject(Fault.SEQUENCE_GAP)
    ex.rest()
    ex.rest()
    assert [f["seq"] for f in frames(stream)] == [4]
    for _ in range(4):
        ex.rest()
    assert frames(stream)[-1]["msg"]["code"] == 25
    ex.app.faults.inject(Fault.RECONNECT_STORM)
    command(ex, stream, cmd="list_subscriptions")
    assert stream.ended
    with pytest.raises(Refusal) as refused:
        ex.stream()
    assert refused.value.status == 502


def test_10_reads_may_trail_the_engine() -> None:
    ex = exchange(options=AppOptions(limits_rates=False, read_lag_max_s=1.0))
    order_id = ex.rest()
    assert ex.call("GET", f"portfolio/orders/{order_id}").status == 404
    ex.clock.step(1.0)
    assert ex.call("GET", f"portfolio/orders/{order_id}").status == 200


def test_11_trading_pauses_on_thursday_and_haste_is_refused() -> None:
    night = datetime(2025, 6, 12, 6, 59, tzinfo=UTC)  # 02:59 in New York
    ex = exchange(options=AppOptions(), listed=_open_until(night + timedelta(days=1)))
    ex.clock.at = night
    kept, gone = ex.rest(), ex.rest(cancel_order_on_pause=True)
    ex.clock.at = night + timedelta(minutes=2)
    assert ex.json("GET", "exchange/status")["trading_active"] is False
    status, body = _refusal(ex, "POST", ORDERS, order())
    assert (status, body["error"]["code"]) == (409, "trading_is_paused")
    statuses = [str(ex.app.engine.order(each).status) for each in (kept, gone)]
    assert statuses == ["resting", "canceled"]
    assert ex.call("DELETE", f"{ORDERS}/{kept}").status == 200
    ex.clock.at = night + timedelta(hours=2, minutes=1)
    assert ex.call("POST", ORDERS, order()).status == 201
    assert [ex.call("GET", "portfolio/balance").status for _ in range(2)] == [200, 429]


def test_12_a_market_closes_by_the_clock_is_determined_and_pays() -> None:
    ex = exchange()
    stream = ex.stream()
    command(ex, stream, id=1, cmd="subscribe", params={"channels": ["market_lifecycle_v2"]})
    resting = ex.rest()
    ex.clock.at = CLOSE
    assert ex.call("DELETE", f"{ORDERS}/{resting}").status == 409
    ex.clock.step(2)
    ex.app.advance(ex.app.now())
    assert (str(ex.app.engine.order(resting).status), frames(stream)) == ("canceled", [])
    ex.app.engine.determine(HIGH, Price(0), ex.app.now())
    ex.clock.step(300)
    ex.app.advance(ex.app.now())
    kinds = [f["msg"]["event_type"] for f in frames(stream)]
    assert kinds == ["determined", "settled"]
    assert ex.json("GET", f"markets/{HIGH}")["market"]["status"] == "finalized"


def test_12_a_market_that_resumes_has_cancelled_everything() -> None:
    ex = exchange()
    resting = ex.rest()
    ex.app.engine.deactivate(MID, START)
    ex.app.engine.reactivate(MID, START)
    assert str(ex.app.engine.order(resting).status) == "canceled"


def test_13_empty_sides_last_pages_and_odd_queries_look_as_recorded() -> None:
    ex = exchange()
    reply = ex.json("GET", "markets")
    assert reply["cursor"] == ""
    quotes = ("yes_bid_dollars", "yes_ask_dollars", "no_bid_dollars", "no_ask_dollars")
    assert [reply["markets"][0][name] for name in quotes] == ["0.0000", "1.0000"] * 2
    assert ex.json("GET", "markets", query="cursor=garbage") == reply
    status, body = _refusal(ex, "GET", "markets", query="limit=1001")
    assert (status, set(body)) == (400, {"msg"})


def _open_until(close: datetime) -> Any:
    return [replace(each, market=replace(each.market, close_at=close)) for each in markets()]
