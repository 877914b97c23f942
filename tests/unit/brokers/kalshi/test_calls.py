from __future__ import annotations

import asyncio
import base64
import logging
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.calls import CallPolicy, CallSeen, VenueCalls, WriteReply
from kalshi_alpha.brokers.kalshi.hosts import venue_host
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.order_payloads import OrderAck
from kalshi_alpha.brokers.kalshi.payloads import StatusReply
from kalshi_alpha.brokers.kalshi.presigned import PresignedPool
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import (
    KalshiClockSkewError,
    ParseRefused,
    VenueKeyError,
    VenueRefused,
    VenueUnavailable,
)
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply
from venue_wire import HOST, KEY, KEY_ID, FakeWire, Scripted, SystemClock, client, lost, run, said

ORDERS = "/portfolio/events/orders"
ACK = b'{"order_id":"a","fill_count":"0.00","remaining_count":"1.00","ts_ms":1}'


def calls(wire: FakeWire, **change: Any) -> VenueCalls:
    return client(wire, VenueCalls, **change)


def ask(wire: FakeWire, **change: Any) -> StatusReply:
    async def session() -> StatusReply:
        return await calls(wire, **change).ask("/exchange/status", StatusReply, {"a": 1})

    return run(session())


async def told(venue: VenueCalls, **change: Any) -> WriteReply[OrderAck]:
    await venue.ask("/exchange/status", StatusReply)
    settings = {"body": {"ticker": "A"}, **change}
    return await venue.tell("POST", ORDERS, OrderAck, **settings)


def test_a_question_is_signed_over_its_path_with_the_prefix_and_without_the_query() -> None:
    wire = FakeWire(said(200))
    assert ask(wire).trading_active
    request, headers, _ = wire.sent[0]
    assert request.target == "/trade-api/v2/exchange/status?a=1"
    at_ms = headers["KALSHI-ACCESS-TIMESTAMP"]
    KEY.public_key().verify(
        base64.b64decode(headers["KALSHI-ACCESS-SIGNATURE"]),
        f"{at_ms}GET/trade-api/v2/exchange/status".encode(),
    )
    assert abs(int(at_ms) - datetime.now(UTC).timestamp() * 1000) < 2000


@pytest.mark.parametrize(
    "fault",
    [
        *(said(status, b"x") for status in (408, 429, 500, 502, 503, 504)),
        *(lost(), said(200, b'{"exchange_act'), said(200, b'{"error":{"code":"internal"}}')),
    ],
    ids=["408", "429", "500", "502", "503", "504", "no reply", "torn", "an error with a 200"],
)
def test_a_question_is_asked_again_where_that_may_help(fault: Scripted) -> None:
    wire = FakeWire(fault, fault, said(200))
    assert ask(wire).exchange_active
    assert len(wire.sent) == 3
    stamps = [headers["KALSHI-ACCESS-TIMESTAMP"] for _, headers, _ in wire.sent]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("fault", [said(503, b"x"), lost()])
def test_a_question_is_asked_so_often_and_no_more(fault: Scripted) -> None:
    wire = FakeWire(fault)
    with pytest.raises(VenueUnavailable, match=r"GET /exchange/status: .* \(3 tries\)"):
        ask(wire)
    assert len(wire.sent) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 307])
def test_a_no_is_not_asked_about_again(status: int) -> None:
    wire = FakeWire(said(status, b'{"error":{"code":"not_found","message":"no"}}'))
    with pytest.raises(VenueRefused) as caught:
        ask(wire)
    assert (caught.value.status, caught.value.code, len(wire.sent)) == (status, "not_found", 1)


def test_an_answer_that_lacks_what_was_asked_for_is_refused() -> None:
    with pytest.raises(ParseRefused, match=r"StatusReply: .*trading_active"):
        ask(FakeWire(said(200, b'{"exchange_active":true}')))


def test_pauses_grow_are_random_and_repeat_under_a_seed() -> None:
    venue = calls(FakeWire(said(200)), policy=CallPolicy(), rng=random.Random(7))
    again = calls(FakeWire(said(200)), policy=CallPolicy(), rng=random.Random(7))
    pauses = [venue._pause_s(n) for n in range(1, 9)]
    assert pauses == [again._pause_s(n) for n in range(1, 9)]
    most = [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0]
    assert all(0.0 <= pause <= limit for pause, limit in zip(pauses, most, strict=True))


@pytest.mark.parametrize(
    "fault", [said(500, b"x"), said(429, b'{"error":"too many requests"}'), said(408, b"")]
)
def test_a_write_is_sent_once_whatever_is_answered(fault: WireReply) -> None:
    wire = FakeWire(said(200), fault)
    reply = run(told(calls(wire)))
    assert (reply.status, reply.body, reply.decoded) == (fault.status, fault.body, None)
    assert reply.error is not None
    assert len(wire.sent) == 2


@pytest.mark.parametrize("may_have_arrived", [True, False])
def test_a_write_without_a_reply_is_the_wires_failure(*, may_have_arrived: bool) -> None:
    wire = FakeWire(said(200), lost(may_have_arrived=may_have_arrived))
    with pytest.raises(WireFailed) as caught:
        run(told(calls(wire)))
    assert caught.value.may_have_arrived is may_have_arrived
    assert len(wire.sent) == 2


def test_an_acknowledgement_is_decoded_and_its_body_kept() -> None:
    reply = run(told(calls(FakeWire(said(200), said(201, ACK)))))
    assert reply.decoded is not None
    assert (reply.status, reply.decoded.order_id, reply.body) == (201, "a", ACK)
    assert reply.error is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"{",
        b"[]",
        b'{"error":{"code":"internal","message":"oops"}}',
        ACK.replace(b'"remaining_count":"1.00",', b""),
        ACK.replace(b'"1.00"', b"1.00"),
        b"\xff\xfe",
    ],
)
def test_a_success_without_an_acknowledgement_decodes_to_nothing(body: bytes) -> None:
    reply = run(told(calls(FakeWire(said(200), said(201, body)))))
    assert (reply.status, reply.decoded, reply.error, reply.body) == (201, None, None, body)


def test_an_acknowledgement_of_something_else_is_not_taken_for_this_writes() -> None:
    async def session() -> WriteReply[OrderAck]:
        venue = calls(FakeWire(said(200), said(201, ACK)))
        return await told(venue, answers=lambda ack: ack.order_id == "b")

    assert run(session()).decoded is None


def test_no_write_goes_out_before_a_reply_was_compared() -> None:
    wire = FakeWire(said(201, ACK))
    with pytest.raises(KalshiClockSkewError, match="not compared"):
        run(calls(wire).tell("POST", ORDERS, OrderAck))
    assert wire.sent == []


def test_after_a_reply_from_another_time_nothing_is_signed() -> None:
    async def session(wire: FakeWire) -> None:
        venue = calls(wire)
        for _ in range(2):
            with pytest.raises(KalshiClockSkewError, match="behind"):
                await venue.ask("/portfolio/balance", StatusReply)
        with pytest.raises(KalshiClockSkewError):
            await venue.tell("POST", ORDERS, OrderAck)

    wire = FakeWire(said(200), ahead=timedelta(seconds=30))
    run(session(wire))
    assert len(wire.sent) == 1


def test_what_a_reply_says_of_an_order_counts_although_its_time_is_wrong() -> None:
    async def session() -> None:
        wire = FakeWire(said(200), said(201, ACK))
        venue = calls(wire)
        await venue.ask("/exchange/status", StatusReply)
        wire.ahead = timedelta(seconds=30)
        reply = await venue.tell("POST", ORDERS, OrderAck)
        assert reply.decoded is not None
        with pytest.raises(KalshiClockSkewError):
            await venue.tell("POST", ORDERS, OrderAck)

    run(session())


def test_a_clock_that_steps_stops_writes_until_an_unsigned_question_compared_it() -> None:
    async def session() -> list[int]:
        wire, clock = FakeWire(said(200), said(201, ACK)), SystemClock()
        venue = calls(wire, clock=clock)
        await told(venue)
        wire.script = [said(200), said(201, ACK)]
        clock.offset = timedelta(seconds=2)
        for refused in (
            venue.tell("POST", ORDERS, OrderAck),
            venue.ask("/exchange/status", StatusReply),
        ):
            with pytest.raises(KalshiClockSkewError, match="stepped"):
                await refused
        before = len(wire.sent)
        await venue.ask("/exchange/status", StatusReply, signed=False)
        assert "KALSHI-ACCESS-SIGNATURE" not in wire.sent[-1][1]
        await venue.tell("POST", ORDERS, OrderAck)
        return [before, len(wire.sent)]

    assert run(session()) == [2, 4]


def test_the_last_check_comes_after_all_waiting_and_stops_the_write() -> None:
    class Refused(Exception):
        pass

    async def session() -> int:
        wire = FakeWire(said(200), said(201, ACK))
        venue = calls(wire)
        await told(venue)
        venue.limits.write.resize(1000, 100)
        venue.limits.write.drain()
        killed = False

        def last_check() -> None:
            if killed:
                raise Refused

        waiting = asyncio.create_task(venue.tell("POST", ORDERS, OrderAck, last_check=last_check))
        await asyncio.sleep(0)
        killed = True
        with pytest.raises(Refused):
            await waiting
        return len(wire.sent)

    assert run(session()) == 2


def test_a_wire_that_connects_ahead_does_so_before_the_last_check() -> None:
    class Ahead(FakeWire):
        async def connect(self, timeout_s: float) -> None:
            order.append(f"connect within {timeout_s:g} s")

    order: list[str] = []
    wire = Ahead(said(200), said(201, ACK))
    wire.before_send = lambda: order.append("send")
    run(told(calls(wire), last_check=lambda: order.append("check")))
    assert order == ["send", "connect within 5 s", "check", "send"]


def test_a_signature_made_ahead_is_used_once_and_the_next_is_made_now() -> None:
    async def session() -> list[bool]:
        clock = SystemClock()
        signer = Signer(Credentials(KEY_ID, KEY, KalshiEnv.DEMO))
        pool = PresignedPool(signer, clock, [("POST", HOST.rest_prefix + ORDERS)], depth=1)
        wire = FakeWire(said(200), said(201, ACK))
        venue = calls(wire, clock=clock, presigned=pool)
        await venue.ask("/exchange/status", StatusReply)
        pool.refill()
        held = pool._ready["POST", HOST.rest_prefix + ORDERS][0][1]
        for _ in range(2):
            await venue.tell("POST", ORDERS, OrderAck)
            # A signature of Ed25519 is the same for the whole of its millisecond.
            await asyncio.sleep(0.002)
        return [held.items() <= headers.items() for _, headers, _ in wire.sent[1:]]

    assert run(session()) == [True, False]


def test_a_key_is_never_used_at_the_host_of_another_environment() -> None:
    for env, host in ((KalshiEnv.PROD, HOST), (KalshiEnv.DEMO, venue_host(KalshiEnv.PROD, {}))):
        signer = Signer(Credentials(KEY_ID, KEY, env))
        with pytest.raises(VenueKeyError, match=f"a key of {env}"):
            calls(FakeWire(said(200)), signer=signer, host=host)


def test_without_a_key_public_questions_are_asked_and_nothing_is_written() -> None:
    async def session() -> None:
        wire = FakeWire(said(200))
        venue = calls(wire, signer=None)
        await venue.ask("/exchange/status", StatusReply)
        assert set(wire.sent[0][1]) == {"accept", "content-type"}
        with pytest.raises(VenueKeyError, match="needs an API key of demo"):
            await venue.tell("POST", ORDERS, OrderAck)
        assert len(wire.sent) == 1

    run(session())


def test_a_key_is_what_lets_us_ask_more_than_a_stranger_may() -> None:
    with_key, without = calls(FakeWire(said(200))), calls(FakeWire(said(200)), signer=None)
    assert (with_key.limits.read.rate, without.limits.read.rate) == (200, 40)
    assert without.limits.read.capacity == 40


def test_a_429_empties_our_view_of_the_bucket() -> None:
    async def session() -> tuple[float, float]:
        venue = calls(FakeWire(said(200), said(429, b"")))
        await told(venue)
        write = venue.limits.write.available()
        with pytest.raises(VenueUnavailable):
            await venue.ask("/exchange/status", StatusReply)
        return write, venue.limits.read.available()

    write, read = run(session())
    assert write < 5
    assert read < 5


def test_questions_may_go_over_a_wire_of_their_own() -> None:
    async def session() -> tuple[FakeWire, FakeWire]:
        write, read = FakeWire(said(201, ACK)), FakeWire(said(200))
        venue = calls(write, read_wire=read)
        await told(venue)
        await venue.close()
        return write, read

    write, read = run(session())
    assert [request.method for request, _, _ in write.sent] == ["POST"]
    assert [request.method for request, _, _ in read.sent] == ["GET"]
    assert write.closed
    assert read.closed


def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wire = FakeWire(said(200), said(401, b'{"error":{"code":"authentication_error"}}'))

    async def session() -> list[str]:
        venue = calls(wire)
        reply = await told(venue)
        with pytest.raises(VenueRefused) as caught:
            await venue.ask("/portfolio/balance", StatusReply)
        return [repr(reply), str(caught.value), repr(caught.value)]

    shown = [*run(session()), caplog.text]
    signatures = [headers["KALSHI-ACCESS-SIGNATURE"] for _, headers, _ in wire.sent]
    assert all(secret not in text for text in shown for secret in (KEY_ID, *signatures))


def test_every_request_is_told_of_with_status_retries_and_fault_and_nothing_more() -> None:
    seen: list[CallSeen] = []

    async def session() -> None:
        wire = FakeWire(said(503, b"x"), lost(), said(200), lost(may_have_arrived=False))
        venue = calls(wire, on_call=seen.append)
        await venue.ask("/exchange/status", StatusReply, {"secret": "abc"})
        with pytest.raises(WireFailed):
            await venue.tell("POST", ORDERS, OrderAck, body={"ticker": "A"})

    run(session())
    status = "/trade-api/v2/exchange/status"
    assert [(c.method, c.path, c.status, c.retries, c.fault) for c in seen] == [
        ("GET", status, 503, 0, None),
        ("GET", status, None, 1, WireFault.RESET),
        ("GET", status, 200, 2, None),
        ("POST", "/trade-api/v2/portfolio/events/orders", None, 0, WireFault.RESET),
    ]
    assert all(c.elapsed_ms >= 0.0 for c in seen)
    assert "abc" not in repr(seen)
