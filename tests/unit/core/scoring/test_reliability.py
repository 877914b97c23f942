from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring import Resampling, ladder_reliability, reliability


def test_each_bin_reports_its_forecasts() -> None:
    probs = np.array([0.05, 0.15, 0.15, 0.95, 1.0])
    happened = np.array([False, True, False, True, True])
    first, second, last = reliability(probs, happened, np.random.default_rng(1))
    assert (first.lo, first.hi, first.n, first.mean_prob, first.frequency) == (0, 0.1, 1, 0.05, 0)
    assert (second.n, second.frequency) == (2, 0.5)
    assert (last.lo, last.hi, last.n, last.frequency) == (0.9, 1.0, 2, 1.0)
    assert last.mean_prob == pytest.approx(0.975)


def test_reliable_forecasts_mostly_fall_within_their_bars() -> None:
    rng = np.random.default_rng(2)
    inside = 0
    bins = 0
    for _ in range(20):
        probs = rng.random(600)
        diagram = reliability(probs, rng.random(600) < probs, rng, Resampling(repetitions=200))
        inside += sum(b.consistent for b in diagram)
        bins += len(diagram)
    assert 0.85 <= inside / bins <= 0.97


def test_overconfident_forecasts_fall_outside_their_bars() -> None:
    rng = np.random.default_rng(3)
    stated = rng.random(4000)
    truth = 0.5 + 0.5 * (stated - 0.5)
    diagram = reliability(stated, rng.random(4000) < truth, rng)
    assert not diagram[0].consistent
    assert not diagram[-1].consistent
    assert diagram[0].frequency > diagram[0].bar_high
    assert diagram[-1].frequency < diagram[-1].bar_low


def test_the_same_seed_draws_the_same_bars() -> None:
    probs, happened = np.array([0.3, 0.4, 0.8]), np.array([True, False, True])
    first = reliability(probs, happened, np.random.default_rng(5))
    assert first == reliability(probs, happened, np.random.default_rng(5))


def test_rungs_of_a_ladder_are_compared_with_what_was_printed() -> None:
    pmfs = np.array([[0.25, 0.5, 0.25], [0.25, 0.5, 0.25]])
    low, high = ladder_reliability(pmfs, np.array([0, 2]), np.random.default_rng(6))
    assert (low.n, low.mean_prob, low.frequency) == (2, 0.25, 0.5)
    assert (high.n, high.mean_prob, high.frequency) == (2, 0.75, 0.5)


def test_bars_of_a_ladder_are_wider_than_those_of_independent_events() -> None:
    rng = np.random.default_rng(7)
    # Five rungs with nearly the same probability settle together on one draw.
    pmfs = np.tile([0.48, 0.01, 0.01, 0.01, 0.01, 0.48], (100, 1))
    outcomes = np.where(rng.random(100) < 0.5, 0, 5)
    one_bin = Resampling(bins=1, repetitions=400)
    (together,) = ladder_reliability(pmfs, outcomes, rng, one_bin)
    survival = 1.0 - np.cumsum(pmfs, axis=1)[:, :-1]
    above = outcomes[:, None] > np.arange(5)
    (apart,) = reliability(survival.ravel(), above.ravel(), rng, one_bin)
    assert together.bar_high - together.bar_low > 1.7 * (apart.bar_high - apart.bar_low)


def test_reliable_ladders_mostly_fall_within_their_bars() -> None:
    rng = np.random.default_rng(8)
    inside = 0
    bins = 0
    for _ in range(20):
        pmfs = rng.dirichlet(np.ones(6), 150)
        outcomes = (rng.random((150, 1)) > np.cumsum(pmfs, axis=1)[:, :-1]).sum(axis=1)
        diagram = ladder_reliability(pmfs, outcomes, rng, Resampling(repetitions=200))
        inside += sum(b.consistent for b in diagram)
        bins += len(diagram)
    assert 0.82 <= inside / bins <= 0.98


@pytest.mark.parametrize("prob", [-0.1, 1.1, math.nan])
def test_what_is_no_probability_is_refused(prob: float) -> None:
    with pytest.raises(BadParameter):
        reliability(np.array([prob]), np.array([True]), np.random.default_rng(1))


def test_nothing_and_unequal_lengths_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(BadParameter):
        reliability(np.array([]), np.array([], dtype=bool), rng)
    with pytest.raises(BadParameter):
        reliability(np.array([0.5]), np.array([True, False]), rng)
    with pytest.raises(BadParameter):
        ladder_reliability(np.array([[1.0]]), np.array([0]), rng)


@pytest.mark.parametrize(
    ("bins", "repetitions", "coverage"),
    [(0, 10, 0.9), (10, 0, 0.9), (10, 10, 1.0), (5, 5, math.nan)],
)
def test_an_impossible_resampling_is_refused(bins: int, repetitions: int, coverage: float) -> None:
    with pytest.raises(BadParameter):
        Resampling(bins, repetitions, coverage)
