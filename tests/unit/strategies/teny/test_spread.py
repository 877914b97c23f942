from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.strategies.teny.history import EVENTS, Changes
from kalshi_alpha.strategies.teny.spread import (
    DECAY,
    PRIOR_MULTIPLIERS,
    START,
    EventMoment,
    SpreadState,
    walk,
)

QUIET = [False] * len(EVENTS)


def changes(moves: list[int], events: list[list[bool]] | None = None) -> Changes:
    n = len(moves)
    return Changes(
        days=tuple(date(2025, 1, 1) + timedelta(days=i) for i in range(n)),
        before_bp=np.full(n, 400),
        changes_bp=np.array(moves, dtype=np.int64),
        steps=np.ones(n, dtype=np.int64),
        events=np.array(events or [QUIET] * n, dtype=np.bool_).reshape(n, len(EVENTS)),
    )


def test_without_news_the_variance_is_the_weighted_mean_of_squares() -> None:
    variances, state = walk(changes([3, -5, 10]))
    expected = 36.0
    for move in (3, -5, 10):
        expected = DECAY * expected + (1 - DECAY) * move**2
    assert variances[0] == 36.0
    assert state.variance_bp2 == pytest.approx(expected)


def test_before_any_such_day_is_seen_the_prior_speaks() -> None:
    moments = {each.name: each.multiplier for each in START.events}
    assert moments == pytest.approx(PRIOR_MULTIPLIERS)


def test_many_such_days_outweigh_the_prior() -> None:
    assert EventMoment("fomc", 10_000, 4.0 * 10_000).multiplier == pytest.approx(2.0, abs=2e-3)
    assert EventMoment("fomc", 20, 4.0 * 20).excess == pytest.approx(1.5)


def test_a_day_with_news_is_forecast_wider_and_does_not_widen_the_next() -> None:
    news = [[True, False, False], QUIET]
    variances, _ = walk(changes([7, 0], news))
    assert variances[0] == pytest.approx(36.0 * 1.2**2)
    plain, _ = walk(changes([7, 0]))
    assert variances[1] < plain[1]


def test_news_of_two_kinds_adds_up() -> None:
    excess = START.excess(["cpi", "jobs"])
    assert excess == pytest.approx((1.2**2 - 1) + (1.4**2 - 1))
    assert START.variance_over(2, ["cpi"]) == pytest.approx(36.0 * (2 + 1.2**2 - 1))
    assert START.variance_over(1, ["claims"]) == 36.0


def test_the_simulated_multiplier_and_spread_are_found_again() -> None:
    rng = np.random.default_rng(7)
    n = 6000
    jobs = np.arange(n) % 20 == 0
    moves = np.rint(rng.standard_normal(n) * np.where(jobs, 12.0, 8.0)).astype(int).tolist()
    events = [[False, bool(job), False] for job in jobs]
    _, state = walk(changes(moves, events))
    found = {each.name: each.multiplier for each in state.events}
    assert found["jobs"] == pytest.approx(1.5, abs=0.12)
    assert math.sqrt(state.quiet_variance_bp2) == pytest.approx(8.0, rel=0.2)


@given(st.lists(st.integers(-80, 80), min_size=1, max_size=40), st.integers(0, 39))
def test_a_forecast_knows_only_what_came_before(moves: list[int], cut: int) -> None:
    at = cut % len(moves)
    variances, _ = walk(changes(moves))
    poisoned, _ = walk(changes([*moves[:at], *(9999 for _ in moves[at:])]))
    assert variances[: at + 1].tolist() == poisoned[: at + 1].tolist()


@given(st.lists(st.integers(-80, 80), min_size=2, max_size=40), st.integers(0, 39))
def test_walking_on_from_a_state_is_walking_through(moves: list[int], cut: int) -> None:
    at = cut % len(moves)
    whole, state = walk(changes(moves))
    first, between = walk(changes(moves[:at]))
    second, end = walk(changes(moves[at:]), between)
    assert whole.tolist() == [*first.tolist(), *second.tolist()]
    assert end == state


def test_a_yield_that_never_moves_leaves_half_a_basis_point() -> None:
    _, state = walk(changes([0] * 1000))
    assert state.variance_bp2 == 0.25


@pytest.mark.parametrize("variance", [0.0, -1.0, math.nan, math.inf])
def test_a_state_without_a_variance_cannot_be_built(variance: float) -> None:
    with pytest.raises(BadParameter):
        SpreadState(variance, 1.0, START.events)
    with pytest.raises(BadParameter):
        SpreadState(36.0, 1.0, START.events[:2])
