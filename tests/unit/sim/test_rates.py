from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.sim.rates import ADVANCED, BASIC, Bucket, RateLimiter, TokenBucket

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def _granted(limiter: RateLimiter, bucket: Bucket, cost: int, at: datetime, tries: int) -> int:
    return sum(limiter.allows("maker", bucket, cost, at) for _ in range(tries))


def test_a_basic_account_writes_ten_orders_and_then_one_every_tenth_of_a_second() -> None:
    limiter = RateLimiter(BASIC)
    assert _granted(limiter, Bucket.WRITE, 10, NOW, 20) == 10
    assert _granted(limiter, Bucket.WRITE, 10, NOW + timedelta(milliseconds=99), 1) == 0
    assert _granted(limiter, Bucket.WRITE, 10, NOW + timedelta(milliseconds=100), 2) == 1


def test_cancels_cost_a_fifth_of_an_order() -> None:
    assert _granted(RateLimiter(BASIC), Bucket.WRITE, 2, NOW, 100) == 50


def test_reads_do_not_eat_the_budget_of_writes() -> None:
    limiter = RateLimiter(BASIC)
    assert _granted(limiter, Bucket.READ, 10, NOW, 100) == 60
    assert _granted(limiter, Bucket.WRITE, 10, NOW, 100) == 10


def test_the_balance_is_read_once_a_second_whatever_the_request_costs() -> None:
    limiter = RateLimiter(BASIC)
    assert _granted(limiter, Bucket.BALANCE, 10, NOW, 3) == 1
    assert _granted(limiter, Bucket.BALANCE, 10, NOW + timedelta(milliseconds=999), 1) == 0
    assert _granted(limiter, Bucket.BALANCE, 10, NOW + timedelta(seconds=1), 3) == 1


def test_a_level_is_an_accounts_own_and_begins_with_full_buckets() -> None:
    limiter = RateLimiter(BASIC)
    assert _granted(limiter, Bucket.WRITE, 10, NOW, 100) == 10
    limiter.promote("maker", ADVANCED)
    assert limiter.tier("maker") is ADVANCED
    assert limiter.tier("another") is BASIC
    assert _granted(limiter, Bucket.WRITE, 10, NOW, 100) == 90


def test_unsigned_callers_share_four_requests_a_second() -> None:
    limiter = RateLimiter()
    assert [limiter.allows(None, Bucket.READ, 10, NOW) for _ in range(5)] == [True] * 4 + [False]


def test_a_request_dearer_than_the_bucket_is_never_granted() -> None:
    bucket = TokenBucket(100, 100)
    assert not bucket.take(101, NOW)
    assert not bucket.take(101, NOW + timedelta(days=1))


@pytest.mark.parametrize(("refill", "capacity"), [(0, 1), (1, 0), (-1, 1)])
def test_a_bucket_without_tokens_is_refused(refill: int, capacity: int) -> None:
    with pytest.raises(BadParameter):
        TokenBucket(refill, capacity)


@given(
    st.integers(1, 500),
    st.integers(1, 900),
    st.lists(st.tuples(st.integers(-(10**6), 10**7), st.integers(1, 100)), max_size=40),
)
def test_no_span_grants_more_than_the_capacity_and_what_refilled(
    refill: int, capacity: int, requests: list[tuple[int, int]]
) -> None:
    bucket = TokenBucket(refill, capacity)
    at, latest, granted = NOW, NOW, 0
    for step_us, cost in requests:
        at += timedelta(microseconds=step_us)
        latest = max(latest, at)
        granted += cost if bucket.take(cost, at) else 0
        assert granted <= capacity + refill * (latest - NOW).total_seconds() + 1e-9
