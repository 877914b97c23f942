from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.rate_limits import (
    UNSIGNED_FLOOR,
    Budget,
    CostRule,
    EndpointCosts,
    RateLimits,
    TokenBucket,
)
from kalshi_alpha.core.errors import BadParameter

T = TypeVar("T")
V2 = "/trade-api/v2"
ORDERS = f"{V2}/portfolio/events/orders"


class _Jump(selectors.DefaultSelector):
    """Lets the loop's timers pass at once instead of waiting for them."""

    jumped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.jumped += timeout
        return ready


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.jumped


def run(session: Coroutine[Any, Any, T]) -> T:
    loop = _JumpingLoop()
    try:
        return loop.run_until_complete(session)
    finally:
        loop.close()


async def times(bucket: TokenBucket, costs: list[float], *, urgent: bool = False) -> list[float]:
    """Take one after the other and return when each was let go."""
    loop = asyncio.get_running_loop()
    at = []
    for cost in costs:
        await bucket.take(cost, urgent=urgent)
        at.append(loop.time())
    return at


def test_a_full_bucket_pays_at_once_and_an_empty_one_by_its_rate() -> None:
    assert run(times(TokenBucket(100, 20), [10] * 5)) == pytest.approx([0, 0, 0.1, 0.2, 0.3])


def test_tokens_are_taken_at_once_only_if_nobody_waits_for_them() -> None:
    async def session() -> list[bool]:
        bucket = TokenBucket(10, 30)
        found = [bucket.took(20), bucket.took(20)]
        waiting = asyncio.create_task(bucket.take(20))
        await asyncio.sleep(0)
        found += [bucket.took(5), bucket.took(5, urgent=True)]
        await waiting
        return found

    assert run(session()) == [True, False, False, True]


def test_those_in_line_go_in_order_and_urgent_ones_ahead_of_them() -> None:
    async def session() -> list[str]:
        bucket = TokenBucket(10, 10)
        order: list[str] = []

        async def take(name: str, *, urgent: bool = False) -> None:
            await bucket.take(10, urgent=urgent)
            order.append(name)

        calls = [take("a"), take("b"), take("c"), take("x", urgent=True), take("d")]
        await asyncio.gather(*calls)
        return order

    assert run(session()) == ["a", "x", "b", "c", "d"]


def test_an_urgent_taker_that_can_be_paid_does_not_wait_behind_a_dear_one() -> None:
    async def session() -> float:
        bucket = TokenBucket(10, 100)
        await bucket.take(95)
        waiting = asyncio.create_task(bucket.take(100))
        await asyncio.sleep(0)
        await bucket.take(2, urgent=True)
        at = asyncio.get_running_loop().time()
        await waiting
        return at

    assert run(session()) == 0.0


def test_one_who_gives_up_costs_nothing_and_holds_nobody_up() -> None:
    async def session() -> float:
        bucket = TokenBucket(10, 10)
        await bucket.take(10)
        first, second = (asyncio.create_task(bucket.take(cost)) for cost in (10, 1))
        await asyncio.sleep(0.05)
        first.cancel()
        await second
        return asyncio.get_running_loop().time()

    assert run(session()) == pytest.approx(0.1, abs=1e-6)


def test_a_request_beyond_the_bucket_is_refused_instead_of_waiting_for_ever() -> None:
    with pytest.raises(BadParameter, match="split it"):
        run(times(TokenBucket(10, 10), [11]))


def test_a_bucket_that_the_venue_calls_empty_is_empty() -> None:
    async def session() -> tuple[float, float]:
        bucket = TokenBucket(10, 10)
        bucket.drain()
        before = bucket.available()
        await bucket.take(5)
        return before, asyncio.get_running_loop().time()

    before, after = run(session())
    assert before == 0.0
    assert after == pytest.approx(0.5)


def test_a_new_rate_holds_from_the_next_token_on() -> None:
    async def session() -> list[float]:
        bucket = TokenBucket(100, 100)
        await bucket.take(100)
        bucket.resize(300, 900)
        return await times(bucket, [300])

    assert run(session()) == pytest.approx([1.0])


@pytest.mark.parametrize(("rate", "capacity"), [(0, 1), (1, 0), (-1, 1), (float("nan"), 1)])
def test_a_bucket_without_tokens_cannot_be_made(rate: float, capacity: float) -> None:
    with pytest.raises(BadParameter):
        TokenBucket(rate, capacity)
    with pytest.raises(BadParameter):
        TokenBucket(1, 1, jitter_s=-0.1)


@given(
    costs=st.lists(st.integers(1, 50), min_size=1, max_size=30),
    pauses=st.lists(st.floats(0.0, 0.7), min_size=30, max_size=30),
    rate=st.integers(10, 300),
)
def test_never_more_is_let_go_than_a_bucket_at_the_venue_would_pay(
    costs: list[int], pauses: list[float], rate: int
) -> None:
    capacity = 50

    async def session() -> list[tuple[float, int]]:
        bucket = TokenBucket(rate, capacity)
        gone: list[tuple[float, int]] = []

        async def take(cost: int, after: float) -> None:
            await asyncio.sleep(after)
            await bucket.take(cost)
            gone.append((asyncio.get_running_loop().time(), cost))

        await asyncio.gather(*(take(c, p) for c, p in zip(costs, pauses, strict=False)))
        return gone

    level, at = float(capacity), 0.0
    for when, cost in run(session()):
        level, at = min(capacity, level + (when - at) * rate) - cost, when
        assert level > -1e-3


@given(
    costs=st.lists(st.integers(1, 50), min_size=1, max_size=30),
    ways=st.lists(st.floats(0.0, 0.1), min_size=30, max_size=30),
    rate=st.integers(10, 300),
)
def test_a_way_that_differs_by_less_than_the_jitter_costs_no_429(
    costs: list[int], ways: list[float], rate: int
) -> None:
    capacity = 50

    async def session() -> list[tuple[float, int]]:
        bucket = TokenBucket(rate, capacity, jitter_s=0.1)
        loop = asyncio.get_running_loop()
        arrived = []
        for cost, way in zip(costs, ways, strict=False):
            await bucket.take(cost)
            arrived.append((loop.time() + way, cost))
        return sorted(arrived)

    level, at = float(capacity), 0.0
    for when, cost in run(session()):
        level, at = min(capacity, level + (when - at) * rate) - cost, when
        assert level > -1e-3


@pytest.mark.parametrize(
    ("method", "path", "items", "cost"),
    [
        ("POST", ORDERS, 1, 10),
        ("POST", f"{ORDERS}/batched", 7, 70),
        ("DELETE", f"{ORDERS}/2597b999-f887", 1, 2),
        ("DELETE", f"{ORDERS}/batched", 50, 100),
        ("DELETE", ORDERS, 1, 2),
        ("GET", f"{V2}/portfolio/orders/2597b999", 1, 2),
        ("GET", f"{V2}/portfolio/orders", 1, 10),
        ("GET", f"{V2}/portfolio/orders/a/queue_position", 1, 10),
        ("GET", f"{V2}/markets", 1, 10),
    ],
)
def test_known_costs_are_those_of_the_venues_page(
    method: str, path: str, items: int, cost: int
) -> None:
    assert EndpointCosts().of(method, path, items) == cost


def test_a_published_list_replaces_the_known_one() -> None:
    costs = EndpointCosts(5, [CostRule("DELETE", f"{V2}/x/:id/y", 3), CostRule("GET", "/z", 0)])
    assert costs.of("DELETE", f"{V2}/x/123/y") == 3
    assert costs.of("DELETE", f"{V2}/x/1/2/y") == 5
    assert costs.of("GET", "/z") == 0


def test_a_batch_is_as_large_as_a_full_bucket_can_pay() -> None:
    limits = RateLimits()
    assert limits.batch_max("POST", f"{ORDERS}/batched") == 10
    assert limits.batch_max("DELETE", f"{ORDERS}/batched") == 50
    limits.write.resize(300, 900)
    assert limits.batch_max("POST", f"{ORDERS}/batched") == 90


def test_whoever_has_no_key_asks_four_times_a_second() -> None:
    reads = RateLimits(reads=UNSIGNED_FLOOR).bucket(Budget.READ)
    at = run(times(reads, [10] * 9))
    assert at[:4] == [0.0] * 4
    assert sum(moment <= 1.0 for moment in at) <= 8, "what it held and what a second refills"
    assert at[8] - at[4] == pytest.approx(1.0)


def test_until_the_account_was_asked_the_lowest_tier_is_assumed() -> None:
    limits = RateLimits()
    assert (limits.bucket(Budget.READ).rate, limits.bucket(Budget.WRITE).rate) == (200, 100)
