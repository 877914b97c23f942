from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.core.errors import BadParameter, ParseRefused, VenueRefused
from kalshi_alpha.core.wire import WireReply
from venue_wire import FakeWire, client, run, said

Read = Callable[[VenueClient], Awaitable[Any]]
BALANCE = b'{"balance":9801,"balance_dollars":"98.0186","portfolio_value":198,"updated_ts":1}'
LIMITS = (
    b'{"usage_tier":"advanced","read":{"refill_rate":300,"bucket_capacity":900},'
    b'"write":{"refill_rate":300,"bucket_capacity":600}}'
)
COSTS = (
    b'{"default_cost":7,"endpoint_costs":[{"method":"GET","path":"/trade-api/v2/a/:id","cost":1}]}'
)
AT = datetime(2026, 6, 15, tzinfo=UTC)


def order(order_id: str, remaining: str = "1.00") -> bytes:
    return (
        b'{"order_id":"%b","client_order_id":"c","ticker":"A","outcome_side":"yes",'
        b'"book_side":"bid","status":"resting","yes_price_dollars":"0.3400",'
        b'"initial_count_fp":"1.00","fill_count_fp":"0.00","remaining_count_fp":"%b",'
        b'"taker_fill_cost_dollars":"0.00","maker_fill_cost_dollars":"0.00",'
        b'"taker_fees_dollars":"0.00","maker_fees_dollars":"0.00"}'
    ) % (order_id.encode(), remaining.encode())


def read(question: Read, *replies: WireReply) -> tuple[Any, FakeWire]:
    wire = FakeWire(*replies)

    async def session() -> Any:
        return await question(client(wire, VenueClient))

    return run(session()), wire


@pytest.mark.parametrize(
    ("question", "body", "target"),
    [
        (lambda v: v.account_limits(), LIMITS, "/account/limits"),
        (lambda v: v.endpoint_costs(), COSTS, "/account/endpoint_costs"),
        (lambda v: v.balance(), BALANCE, "/portfolio/balance"),
        (
            lambda v: v.positions(event_ticker="E"),
            b'{"market_positions":[]}',
            "/portfolio/positions?event_ticker=E&limit=1000",
        ),
        (
            lambda v: v.orders(status="resting", ticker="A", min_ts=AT),
            b'{"orders":[%b],"cursor":""}' % order("o1"),
            "/portfolio/orders?status=resting&ticker=A&min_ts=1781481600&limit=1000",
        ),
        (lambda v: v.order("o1"), b'{"order":%b}' % order("o1"), "/portfolio/orders/o1"),
        (
            lambda v: v.fills(order_id="o1", max_ts=AT),
            b'{"fills":[]}',
            "/portfolio/fills?order_id=o1&max_ts=1781481600&limit=1000",
        ),
        (lambda v: v.settlements(), b'{"settlements":[]}', "/portfolio/settlements?limit=1000"),
        (
            lambda v: v.queue_positions(tickers=["A", "B"]),
            b'{"queue_positions":null}',
            "/portfolio/orders/queue_positions?market_tickers=A%2CB",
        ),
        (lambda v: v.order_groups(), b'{"order_groups":[]}', "/portfolio/order_groups"),
        (
            lambda v: v.order_group("g1"),
            b'{"is_auto_cancel_enabled":true,"orders":[]}',
            "/portfolio/order_groups/g1",
        ),
        (
            lambda v: v.data_timestamp(),
            b'{"as_of_time":"2026-06-15T00:00:00Z"}',
            "/exchange/user_data_timestamp",
        ),
    ],
)
def test_each_question_is_signed_and_goes_where_the_venue_answers_it(
    question: Read, body: bytes, target: str
) -> None:
    answer, wire = read(question, said(200, body))
    assert wire.targets == [f"GET {target}"]
    assert "KALSHI-ACCESS-SIGNATURE" in wire.sent[0][1]
    assert answer is not None


def test_an_order_that_moved_between_pages_is_kept_once_as_seen_last() -> None:
    first = b'{"orders":[%b,%b],"cursor":"c"}' % (order("o1"), order("o2"))
    second = b'{"orders":[%b,%b],"cursor":""}' % (order("o2", "0.50"), order("o3"))
    answer, _ = read(lambda v: v.orders(), said(200, first), said(200, second))
    assert [(o.order_id, o.remaining_count_fp) for o in answer] == [
        ("o1", "1.00"),
        ("o2", "0.50"),
        ("o3", "1.00"),
    ]


def test_an_order_that_the_venue_does_not_know_is_a_404() -> None:
    with pytest.raises(VenueRefused) as caught:
        read(lambda v: v.order("o1"), said(404, b'{"error":{"code":"not_found"}}'))
    assert (caught.value.status, caught.value.code) == (404, "not_found")


def test_the_balance_is_asked_once_a_second() -> None:
    async def session() -> float:
        venue = client(FakeWire(said(200, BALANCE)), VenueClient)
        begun = asyncio.get_running_loop().time()
        await venue.balance()
        await venue.balance()
        return asyncio.get_running_loop().time() - begun

    assert 1.0 < run(session()) < 2.0


def test_limits_and_costs_of_the_account_pace_later_calls() -> None:
    async def session() -> VenueClient:
        venue = client(FakeWire(said(200, LIMITS), said(200, COSTS)), VenueClient)
        await venue.tune_limits()
        return venue

    limits = run(session()).limits
    assert (limits.read.rate, limits.read.capacity) == (300, 900)
    assert (limits.write.rate, limits.write.capacity) == (300, 600)
    assert limits.costs.of("GET", "/trade-api/v2/a/1") == 1
    assert limits.costs.of("POST", "/trade-api/v2/portfolio/events/orders") == 7


@pytest.mark.parametrize(
    ("limits", "costs"),
    [
        (LIMITS.replace(b'"refill_rate":300', b'"refill_rate":0'), COSTS),
        (LIMITS.replace(b'"bucket_capacity":900', b'"bucket_capacity":-1'), COSTS),
        (LIMITS, COSTS.replace(b'"cost":1', b'"cost":-1')),
        (LIMITS, COSTS.replace(b'"default_cost":7', b'"default_cost":"x"')),
    ],
)
def test_limits_that_make_no_sense_are_refused(limits: bytes, costs: bytes) -> None:
    with pytest.raises(ParseRefused):
        read(lambda v: v.tune_limits(), said(200, limits), said(200, costs))


def test_queue_positions_are_asked_for_something() -> None:
    with pytest.raises(BadParameter):
        read(lambda v: v.queue_positions(), said(200))
