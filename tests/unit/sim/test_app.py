from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.types import Money
from kalshi_alpha.core.wire import WireRequest
from kalshi_alpha.sim.app import AppOptions
from kalshi_alpha.sim.auth import ApiKey
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.rates import ADVANCED
from kalshi_alpha.sim.rest_errors import Refusal
from kalshi_alpha.sim.rest_routes import ROUTES, Route
from sim_exchange import (
    MAKER,
    MID,
    ORDERS,
    PREFIX,
    STREAM_PATH,
    TAKER,
    Exchange,
    exchange,
    order,
    request,
)


def _error(
    ex: Exchange, method: str, path: str, headers: dict[str, str], body: object = None
) -> Any:
    reply = ex.app.handle(request(method, path, body), headers, ex.app.now())
    return reply.status, json.loads(reply.body)["error"]


def test_a_private_request_without_a_signature_is_401_nested() -> None:
    ex = exchange()
    status, error = _error(ex, "POST", ORDERS, {}, order())
    assert (status, error["code"]) == (401, "signature_is_missing_from_headers")


def test_a_bad_signature_is_refused_on_public_endpoints_too() -> None:
    ex = exchange()
    headers = ex.lowered("GET", f"{PREFIX}/markets")
    headers["kalshi-access-key"] = "unknown"
    status, error = _error(ex, "GET", f"{PREFIX}/markets", headers)
    assert (status, error["details"]) == (401, "NOT_FOUND")


def test_the_query_and_the_body_are_not_signed() -> None:
    ex = exchange()
    path = f"{PREFIX}/portfolio/orders"
    sent = request("GET", path, {"ignored": 1}, "limit=5")
    assert ex.app.handle(sent, ex.lowered("GET", path), ex.app.now()).status == 200


def test_a_key_without_the_scope_may_read_and_not_write() -> None:
    ex = exchange()
    public = ex.keys[MAKER].public_key()
    ex.app.keys.add(ApiKey("key-maker", MAKER, public, frozenset({"read"})))
    assert ex.call("GET", "portfolio/orders").status == 200
    assert ex.call("POST", ORDERS, order()).status == 403
    ex.app.keys.add(ApiKey("key-maker", MAKER, public, frozenset({"read::portfolio_balance"})))
    assert ex.call("GET", "portfolio/balance").status == 200
    assert ex.call("GET", "portfolio/orders").status == 403


def test_haste_is_refused_in_the_shape_of_whoever_asks() -> None:
    ex = exchange(options=AppOptions())
    statuses = [ex.call("POST", ORDERS, order()).status for _ in range(11)]
    assert statuses == [201] * 10 + [429]
    assert json.loads(ex.call("POST", ORDERS, order()).body) == {"error": "too many requests"}
    replies = [ex.call("GET", "exchange/status", signed=False) for _ in range(5)]
    assert [r.status for r in replies] == [200] * 4 + [429]
    assert json.loads(replies[4].body)["error"]["code"] == "too_many_requests"
    assert "retry-after" not in replies[4].headers


def test_a_batch_that_the_budget_cannot_pay_is_refused_whole() -> None:
    ex = exchange(options=AppOptions(tier=ADVANCED))
    orders = [order(client_order_id=str(n)) for n in range(91)]
    assert ex.call("POST", f"{ORDERS}/batched", {"orders": orders}).status == 429
    assert ex.app.engine.orders(MAKER) == ()
    assert ex.call("POST", f"{ORDERS}/batched", {"orders": orders[:90]}).status == 201


def test_every_reply_carries_the_exchanges_date_which_may_be_skewed() -> None:
    ex = exchange(options=AppOptions(clock_skew=timedelta(seconds=7)))
    for path in ("exchange/status", "no/such"):
        assert ex.call("GET", path).headers["date"] == "Wed, 11 Jun 2025 10:30:07 GMT"


def test_a_client_whose_clock_is_far_off_is_told_that_its_time_expired() -> None:
    ex = exchange()
    headers = ex.lowered("GET", f"{PREFIX}/portfolio/orders")
    ex.app.skew = timedelta(seconds=16)
    status, error = _error(ex, "GET", f"{PREFIX}/portfolio/orders", headers)
    assert (status, error["code"]) == (401, "header_timestamp_expired")


@pytest.mark.parametrize(
    ("path", "headers", "status"), [(STREAM_PATH, {}, 401), ("/elsewhere", {}, 404)]
)
def test_a_stream_needs_its_path_and_a_signature(
    path: str, headers: dict[str, str], status: int
) -> None:
    ex = exchange()
    with pytest.raises(Refusal) as refused:
        ex.app.open_stream(path, headers, ex.app.now())
    assert refused.value.status == status


def test_no_stream_opens_while_a_storm_of_reconnects_lasts() -> None:
    ex = exchange()
    ex.app.faults.begin(Fault.RECONNECT_STORM, ex.app.now())
    with pytest.raises(Refusal) as refused:
        ex.stream()
    assert refused.value.status == 502
    ex.clock.step(10)
    ex.stream()


def test_an_account_is_opened_with_its_cash_and_keys() -> None:
    ex = exchange()
    ex.keys["third"] = ex.keys[TAKER]
    public = ex.keys["third"].public_key()
    ex.app.open_account("third", Money(5_000_000), ApiKey("key-third", "whoever", public))
    balance = ex.json("GET", "portfolio/balance", account="third")
    assert balance["balance_dollars"] == "5.0000"


def test_whoever_listens_is_told_what_the_engine_did_once() -> None:
    ex = exchange()
    told: list[int] = []
    ex.app.on_events.append(lambda events, _: told.append(len(events)))
    ex.rest()
    ex.call("GET", "exchange/status")
    assert told == [2]


def test_orders_that_do_not_exist_are_left_out() -> None:
    ex = exchange()
    order_id = ex.rest()
    assert [o.order_id for o in ex.app.known_orders(["none", order_id])] == [order_id]


class _Steady:
    """Somebody who trades once a minute."""

    def __init__(self, ex: Exchange) -> None:
        self.seen: list[object] = []
        self._ex = ex

    def next_at(self) -> None:
        return None

    def advance(self, at: object) -> int:
        self.seen.append(at)
        return 1


def test_others_trade_before_a_request_is_carried_out() -> None:
    ex = exchange()
    ex.app.flow = flow = _Steady(ex)
    ex.call("GET", f"markets/{MID}")
    assert flow.seen == [ex.app.now()]


SHARED = exchange()
FIELDS = st.sampled_from(
    [
        *("ticker", "side", "count", "price", "time_in_force", "self_trade_prevention_type"),
        *("client_order_id", "expiration_time", "orders", "order_id", "limit", "cursor", "status"),
        *("reduce_by", "reduce_to", "contracts_limit", "contracts_limit_fp", "min_ts", "depth"),
        *("id", "cmd", "params", "channels", "sids", "action", "market_tickers", "tickers"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=6),
    max_leaves=12,
)


@given(st.sampled_from(ROUTES), st.binary(max_size=40) | JSON.map(json.dumps).map(str.encode))
def test_no_body_makes_the_exchange_fail(route: Route, body: bytes) -> None:
    path = f"{PREFIX}/" + "/".join("x" if p.startswith("{") else p for p in route.parts)
    sent = WireRequest(route.method, path, "", body)
    reply = SHARED.app.handle(sent, SHARED.lowered(route.method, path), SHARED.app.now())
    assert reply.status in {200, 201, 204, 400, 404, 409}
    if reply.body:
        json.loads(reply.body)


@given(st.sampled_from(ROUTES), st.dictionaries(FIELDS, st.text(max_size=12), max_size=4))
def test_no_query_makes_the_exchange_fail(route: Route, fields: dict[str, str]) -> None:
    path = f"{PREFIX}/" + "/".join(MID if p.startswith("{") else p for p in route.parts)
    sent = WireRequest(route.method, path, urlencode(fields), b"")
    reply = SHARED.app.handle(sent, SHARED.lowered(route.method, path), SHARED.app.now())
    assert reply.status in {200, 201, 204, 400, 404, 409}


@given(st.binary(max_size=60) | JSON.map(json.dumps).map(str.encode))
def test_no_frame_makes_a_stream_fail(frame: bytes) -> None:
    stream = SHARED.stream()
    SHARED.app.command(stream, frame, SHARED.app.now())
    stream.close()
