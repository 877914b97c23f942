from __future__ import annotations

from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.call_records import CallPolicy, ConnectsAhead, WriteReply
from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
from kalshi_alpha.brokers.kalshi.venue_errors import VenueRefusal
from kalshi_alpha.core.errors import BadParameter
from venue_wire import FakeWire, said


def test_the_order_wire_connects_ahead_and_a_wire_need_not() -> None:
    assert isinstance(OrderWire("http://127.0.0.1:9"), ConnectsAhead)
    assert not isinstance(FakeWire(said(200)), ConnectsAhead)


def test_a_reply_is_kept_as_it_came_beside_what_was_read_of_it() -> None:
    refusal = VenueRefusal(400, "invalid_price")
    reply: WriteReply[str] = WriteReply(400, b"x", None, refusal)
    assert (reply.status, reply.body, reply.decoded, reply.error) == (400, b"x", None, refusal)


@pytest.mark.parametrize(
    "change", [{"attempts": 0}, {"read_timeout_s": 0.0}, {"pause_s": float("nan")}]
)
def test_a_policy_that_asks_nothing_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        CallPolicy(**change)


def test_the_longest_wait_for_a_question_is_under_a_minute() -> None:
    policy = CallPolicy()
    pauses = [min(policy.pause_max_s, policy.pause_s * 2.0**n) for n in range(1, policy.attempts)]
    assert sum(pauses) + policy.attempts * policy.read_timeout_s < 60.0
