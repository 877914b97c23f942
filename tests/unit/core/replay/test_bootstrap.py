from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.bootstrap import (
    DateBootstrap,
    Interval,
    best_of_many_p_value,
    quantiles,
)


def test_the_interval_of_a_sum_is_that_of_its_normal_law() -> None:
    by_date = np.random.default_rng(1).normal(1.0, 2.0, 400)
    found = DateBootstrap(400).total(by_date)
    half = 1.645 * by_date.std() * 20
    assert found.low == pytest.approx(by_date.sum() - half, abs=0.12 * half)
    assert found.high == pytest.approx(by_date.sum() + half, abs=0.12 * half)


def test_the_same_seed_draws_the_same_dates_for_every_column() -> None:
    by_date = np.random.default_rng(2).normal(size=(50, 3))
    one, other = DateBootstrap(50, 100).sums(by_date), DateBootstrap(50, 100).sums(by_date)
    assert np.array_equal(one, other)
    assert np.allclose(one[:, 0], DateBootstrap(50, 100).sums(by_date[:, 0]))


def test_a_ratio_is_resampled_above_and_below_together() -> None:
    below = np.arange(1.0, 31.0)
    found = DateBootstrap(30).ratio(0.25 * below, below)
    assert found is not None
    assert found.low == pytest.approx(0.25)
    assert found.high == pytest.approx(0.25)
    assert DateBootstrap(30).ratio(below, np.zeros(30)) is None


def test_an_interval_says_whether_zero_lies_outside() -> None:
    assert Interval(1.0, 2.0).excludes_zero
    assert Interval(-2.0, -1.0).excludes_zero
    assert not Interval(-1.0, 0.0).excludes_zero


def test_the_best_of_many_without_an_edge_is_rarely_significant() -> None:
    rng, bootstrap = np.random.default_rng(3), DateBootstrap(120, 400)
    found = [best_of_many_p_value(rng.normal(size=(120, 20)), bootstrap) for _ in range(60)]
    assert np.mean(np.array(found) < 0.1) <= 0.2


def test_the_choice_among_many_costs_and_a_real_edge_survives_it() -> None:
    rng, bootstrap = np.random.default_rng(4), DateBootstrap(200)
    noise = rng.normal(size=(200, 30))
    best = int(noise.sum(axis=0).argmax())
    alone = best_of_many_p_value(noise[:, [best]], bootstrap)
    assert best_of_many_p_value(noise, bootstrap) > 3 * alone
    assert best_of_many_p_value(np.hstack((noise, noise[:, :1] + 1.0)), bootstrap) < 0.005


def test_draws_without_dates_and_levels_without_sense_are_refused() -> None:
    with pytest.raises(BadParameter, match="cannot be drawn"):
        DateBootstrap(0)
    with pytest.raises(BadParameter, match="level"):
        quantiles(np.arange(3.0), 1.0)
