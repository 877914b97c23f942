from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.honesty_bins import slope_through_origin
from kalshi_alpha.core.ledger.slope_interval import SlopeInterval, slope_interval


def found(
    expected: FloatArray, realised: FloatArray, weights: FloatArray, units: list[str]
) -> SlopeInterval:
    interval = slope_interval(expected, realised, weights, units)
    assert interval is not None
    return interval


def test_a_small_one_by_hand() -> None:
    # Information .2 and .3 of .5, so the leverages are .4 and .6; cross .2 and .15, slope .7;
    # scores .06 and -.06, left out .1 and -.15, and the error is sqrt(.0325) / .5.
    expected = np.array([0.1, 0.1, 0.1])
    realised = np.array([0.1, 0.1, 0.05])
    interval = found(expected, realised, np.array([10.0, 10.0, 30.0]), ["a", "a", "b"])
    assert interval.slope == pytest.approx(0.7)
    assert interval.se == pytest.approx(0.0325**0.5 / 0.5)
    assert interval.dof == pytest.approx(1.0)
    # Student's 95 % quantile with one degree of freedom.
    assert interval.high - interval.slope == pytest.approx(6.31375 * interval.se, rel=1e-5)
    assert interval.low + interval.high == pytest.approx(1.4)


def test_units_that_weigh_alike_have_one_degree_less_than_there_are() -> None:
    rng = np.random.default_rng(1)
    units = [str(each) for each in range(20)]
    interval = found(np.full(20, 0.1), rng.normal(size=20), np.ones(20), units)
    assert interval.dof == pytest.approx(19.0)


def test_the_error_is_that_of_leaving_each_unit_out() -> None:
    rng = np.random.default_rng(2)
    units = [str(each % 7) for each in range(30)]
    expected, realised, weights = rng.normal(size=30), rng.normal(size=30), rng.random(30)
    interval = found(expected, realised, weights, units)
    without = []
    for unit in sorted(set(units)):
        kept = np.array([each != unit for each in units])
        left = [each for each in units if each != unit]
        slope, _ = slope_through_origin(expected[kept], realised[kept], weights[kept], left)
        assert slope is not None
        without.append(slope)
    gaps = np.array(without) - interval.slope
    assert interval.se == pytest.approx(float(np.dot(gaps, gaps)) ** 0.5)
    slope, se = slope_through_origin(expected, realised, weights, units)
    assert slope == pytest.approx(interval.slope)
    assert se is not None
    assert interval.se > se


def test_a_unit_that_weighs_most_leaves_few_degrees_of_freedom() -> None:
    units = [str(each) for each in range(20)]
    weights = np.array([200.0] + [1.0] * 19)
    interval = found(np.full(20, 0.1), np.linspace(-1.0, 1.0, 20), weights, units)
    assert 1.0 <= interval.dof < 1.1


def test_it_covers_what_the_usual_one_misses() -> None:
    """Longshots of unequal size: a fifth of the seeds' usual intervals miss, of 90 % ones."""
    rng = np.random.default_rng(3)
    held, usual, n_seeds = 0, 0, 1000
    units = [str(each) for each in range(20)]
    for _ in range(n_seeds):
        price = rng.choice([0.1, 0.2, 0.8], 20)
        expected = rng.uniform(0.02, 0.06, 20)
        weights = rng.integers(1, 100, 20) / (price * (1.0 - price))
        realised = (rng.random(20) < price + 0.9 * expected) - price
        interval = found(expected, realised, weights, units)
        slope, se = slope_through_origin(expected, realised, weights, units)
        assert slope is not None
        assert se is not None
        held += interval.holds(0.9)
        usual += abs(slope - 0.9) <= 1.6449 * se
    assert 0.87 <= held / n_seeds <= 0.95
    assert usual / n_seeds <= 0.86


def test_one_unit_that_expected_an_edge_has_no_interval() -> None:
    assert slope_interval(np.ones(2), np.ones(2), np.ones(2), ["a", "a"]) is None
    edges = np.array([0.1, 0.0])
    assert slope_interval(edges, np.ones(2), np.ones(2), ["a", "b"]) is None
    assert slope_interval(np.zeros(0), np.zeros(0), np.zeros(0), []) is None


@pytest.mark.parametrize("level", [0.0, 1.0, float("nan")])
def test_a_level_is_a_probability(level: float) -> None:
    with pytest.raises(BadParameter, match="level"):
        slope_interval(np.ones(2), np.ones(2), np.ones(2), ["a", "b"], level)


@pytest.mark.parametrize("weights", [[1.0, 2.0, 3.0], [8.0, 1.0, 1.0, 1.0], [5.0] * 6])
def test_degrees_of_freedom_are_those_of_the_errors_quadratic_form(weights: list[float]) -> None:
    """The squared error is a form in the left-out residuals: twice its mean squared over its
    variance are the degrees of freedom, and both are traces of their covariance.
    """
    share = np.array(weights) / sum(weights)
    kept = 1.0 - share
    covariance = (np.diag(share) - np.outer(share, share)) / np.outer(kept, kept)
    dof = np.trace(covariance) ** 2 / np.trace(covariance @ covariance)
    ones, units = np.ones(share.size), [str(n) for n in range(share.size)]
    interval = found(ones, np.linspace(0.5, 1.5, share.size), np.array(weights), units)
    assert interval.dof == pytest.approx(dof)
