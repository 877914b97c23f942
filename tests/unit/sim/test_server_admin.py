from __future__ import annotations

import json
from typing import Any

import pytest

from kalshi_alpha.core.types import Price
from kalshi_alpha.core.wire import WireRequest
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.server_admin import Admin
from kalshi_alpha.sim.server_clock import ServerClock
from sim_exchange import (
    HIGH,
    LOW,
    MID,
    START,
    Exchange,
    command,
    exchange,
    frames,
    markets,
    request,
)


def _call(
    ex: Exchange, method: str, path: str, body: object = None, clock: ServerClock | None = None
) -> tuple[int, Any]:
    reply = Admin(ex.app, clock)(request(method, path, body))
    assert reply is not None
    return reply.status, json.loads(reply.body)


def test_what_is_not_below_its_root_is_left_to_others() -> None:
    assert Admin(exchange().app)(WireRequest("GET", "/trade-api/v2/markets")) is None


def test_it_shows_the_state_and_the_audit() -> None:
    ex = exchange()
    ex.rest(client_order_id="a")
    status, state = _call(ex, "GET", "/sim/state")
    assert (status, state["now"], state["markets"][MID]) == (200, "2025-06-11T10:30:00Z", "active")
    _, audit = _call(ex, "GET", "/sim/audit")
    assert (audit["orders"], audit["repeated_client_ids"], audit["unaccounted_e6"]) == (1, [], 0)
    assert audit["exposure_e6"] == {f"maker {MID}": 3_400_000}


def test_faults_are_injected_rated_shown_and_stopped() -> None:
    ex = exchange()
    assert _call(ex, "POST", "/sim/faults", {"fault": "request_lost", "count": 2})[0] == 200
    assert _call(ex, "PUT", "/sim/faults/rates", {"ack_late": 0.5})[0] == 200
    ex.app.deliver(request("GET", "/trade-api/v2/markets"), {}, ex.app.now())
    _, shown = _call(ex, "GET", "/sim/faults")
    assert shown["strikes"] == [
        {
            "at": "2025-06-11T10:30:00Z",
            "fault": "request_lost",
            "target": "GET /trade-api/v2/markets",
        }
    ]
    assert len(shown["known"]) == 35
    _call(ex, "DELETE", "/sim/faults")
    for _ in range(20):
        ex.app.deliver(request("GET", "/trade-api/v2/markets"), {}, ex.app.now())
    assert len(ex.app.faults.strikes) == 1


def test_the_clock_is_skewed_and_if_it_can_be_set_advanced() -> None:
    ex = exchange()
    assert _call(ex, "POST", "/sim/clock", {"skew_s": 6})[1] == {"now": "2025-06-11T10:30:06Z"}
    refused, error = _call(ex, "POST", "/sim/clock", {"advance_s": 6})
    assert (refused, "cannot be set" in error["details"]) == (400, True)
    clock = ServerClock(START, held=True)
    assert _call(ex, "POST", "/sim/clock", {"advance_s": 6}, clock)[0] == 200
    assert clock.now() > START


def test_trading_and_markets_are_paused_resumed_and_settled() -> None:
    ex = exchange()
    _call(ex, "POST", "/sim/trading", {"active": False})
    assert not ex.app.engine.trading_active
    _call(ex, "POST", "/sim/trading", {"active": True})
    _call(ex, "POST", "/sim/exchange", {"active": False})
    assert not ex.app.engine.exchange_active
    _call(ex, "POST", "/sim/exchange", {"active": True})
    for verb, body, status in (
        ("pause", None, "inactive"),
        ("resume", None, "active"),
        ("settle", {"result": "yes"}, "determined"),
    ):
        assert _call(ex, "POST", f"/sim/markets/{MID}/{verb}", body)[0] == 200
        assert str(ex.app.engine.market(MID).status) == status
    assert _call(ex, "POST", f"/sim/markets/{MID}/settle", {"result": "yes"})[0] == 400


def test_where_one_market_wins_the_others_lose() -> None:
    ex = exchange(listed=markets(mutually_exclusive=True))
    _call(ex, "POST", f"/sim/markets/{MID}/settle", {"result": "yes"})
    values = {v.listed.market.ticker: v.settlement_value for v in ex.app.engine.markets()}
    assert values == {LOW: Price(0), MID: Price(10_000), HIGH: Price(0)}


def test_an_order_is_filled_and_its_owner_told() -> None:
    ex = exchange()
    stream = ex.stream()
    command(ex, stream, id=1, cmd="subscribe", params={"channels": ["fill"]})
    order_id = ex.rest()
    assert _call(ex, "POST", "/sim/fill", {"order_id": order_id, "count": "4.00"})[1] == {
        "filled": True
    }
    assert [f["msg"]["count_fp"] for f in frames(stream)] == ["4.00"]


def test_streams_are_broken_and_ended() -> None:
    ex = exchange()
    stream = ex.stream()
    command(ex, stream, id=1, cmd="subscribe", params={"channels": ["fill"]})
    _call(ex, "POST", "/sim/streams/break", {"code": 25})
    assert [f["msg"]["code"] for f in frames(stream)] == [25]
    _call(ex, "POST", "/sim/streams/end")
    assert stream.ended


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/sim/nothing", None, 404),
        ("POST", "/sim/faults", {"fault": "meteor"}, 400),
        ("POST", "/sim/faults", {"fault": "ack_late", "count": 0}, 400),
        ("PUT", "/sim/faults/rates", {"ack_late": 2}, 400),
        ("POST", "/sim/trading", {"active": "no"}, 400),
        ("POST", f"/sim/markets/{MID}/settle", {"result": "maybe"}, 400),
        ("POST", "/sim/markets/KXNO/pause", None, 404),
        ("POST", "/sim/clock", {"skew_s": 1e9}, 400),
        ("POST", "/sim/fill", {"order_id": "none"}, 404),
        ("POST", "/sim/fill", {"order_id": "none", "count": "-1"}, 400),
        ("POST", "/sim/streams/break", {"code": 7}, 400),
    ],
)
def test_what_cannot_be_done_is_refused(method: str, path: str, body: object, status: int) -> None:
    assert _call(exchange(), method, path, body)[0] == status


def test_each_fault_can_be_injected_by_its_name() -> None:
    ex = exchange()
    assert all(_call(ex, "POST", "/sim/faults", {"fault": str(f)})[0] == 200 for f in Fault)
