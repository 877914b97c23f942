from __future__ import annotations

from datetime import timedelta

import pytest

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.core.wire import WireReply
from kalshi_alpha.dev.live_smoke import ONCE, Smoke, live_smoke
from venue_wire import KEY_ID, FakeWire, client, lost, run, said

BALANCE = said(
    200, b'{"balance":9801,"balance_dollars":"98.0186","portfolio_value":0,"updated_ts":1}'
)
MARKETS = said(200, b'{"markets":[],"cursor":""}')


def smoked(wire: FakeWire) -> Smoke:
    return run(live_smoke(client(wire, VenueClient, policy=ONCE), SystemClock()))


def test_exactly_two_requests_leave_and_both_are_signed() -> None:
    wire = FakeWire(BALANCE, MARKETS)
    smoke = smoked(wire)
    assert wire.targets == ["GET /portfolio/balance", "GET /markets?mve_filter=exclude&limit=1"]
    assert all("KALSHI-ACCESS-SIGNATURE" in headers for _, headers, _ in wire.sent)
    assert (smoke.exit_code, wire.closed) == (0, True)
    assert "cash 98.018600 dollars" in smoke.to_text()


@pytest.mark.parametrize(
    ("reply", "code", "said_of_it"),
    [
        (said(401, b'{"error":{"code":"authentication_error"}}'), 5, "401 authentication_error"),
        (said(503, b"<html>"), 5, "503 unreadable"),
        (said(429, b'{"error":"too many requests"}'), 5, "429 too_many_requests"),
        (said(200, b"<html>"), 4, "BalanceReply: JSON is malformed"),
        (said(200, b'{"balance":1}'), 4, "balance_dollars"),
        (lost(), 5, "reset"),
    ],
    ids=["a bad key", "down", "too fast", "no JSON", "no money field", "no reply"],
)
def test_what_is_wrong_is_said_and_nothing_is_asked_again(
    reply: WireReply, code: int, said_of_it: str
) -> None:
    wire = FakeWire(reply, MARKETS)
    smoke = smoked(wire)
    assert smoke.exit_code == code
    assert said_of_it in smoke.answers[0].detail
    assert smoke.answers[1].ok
    assert len(wire.sent) == 2


def test_a_clock_that_is_wrong_ends_the_signing() -> None:
    wire = FakeWire(BALANCE, MARKETS, ahead=timedelta(seconds=60))
    smoke = smoked(wire)
    assert [answer.ok for answer in smoke.answers] == [False, False]
    assert "behind the exchange's" in smoke.to_text()
    assert smoke.exit_code == 5
    assert len(wire.sent) == 1


def test_the_key_is_not_shown() -> None:
    assert KEY_ID not in smoked(FakeWire(BALANCE, MARKETS)).to_text()
