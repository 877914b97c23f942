from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadDistribution, BadParameter
from kalshi_alpha.core.risk.cvar import LossDistribution

levels = st.floats(0.01, 0.99)


@st.composite
def distributions(draw: st.DrawFn) -> LossDistribution:
    losses = draw(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=12))
    weights = draw(st.lists(st.floats(0.01, 1.0), min_size=len(losses), max_size=len(losses)))
    probs = np.array(weights) / sum(weights)
    return LossDistribution(np.sort(np.array(losses)), probs)


def test_an_atom_at_the_quantile_counts_only_with_its_part_in_the_tail() -> None:
    """Rockafellar and Uryasev 2002: of the atom at 10, .05 of .10 lies beyond the 90 % level."""
    losses = LossDistribution(np.array([0.0, 10.0, 100.0]), np.array([0.85, 0.10, 0.05]))

    assert losses.value_at_risk(0.90) == 10.0
    assert losses.expected_shortfall(0.90) == pytest.approx((0.05 * 10.0 + 0.05 * 100.0) / 0.10)


def test_the_plain_tail_mean_would_be_wrong_on_that_example() -> None:
    losses = LossDistribution(np.array([0.0, 10.0, 100.0]), np.array([0.85, 0.10, 0.05]))
    plain = (0.10 * 10.0 + 0.05 * 100.0) / 0.15

    assert losses.expected_shortfall(0.90) > plain + 10.0


def test_draws_are_equally_likely() -> None:
    losses = LossDistribution.from_draws(np.array([3.0, 1.0, 2.0, 4.0]))

    assert losses.value_at_risk(0.75) == 3.0
    assert losses.expected_shortfall(0.75) == pytest.approx(4.0)
    assert losses.max_loss == 4.0


def test_a_book_that_cannot_lose_has_a_negative_value_at_risk() -> None:
    losses = LossDistribution(np.array([-2.0, -1.0]), np.array([0.5, 0.5]))

    assert losses.value_at_risk(0.99) == -1.0


@pytest.mark.parametrize(
    ("losses", "probs"),
    [
        ([], []),
        ([1.0], [0.5, 0.5]),
        ([2.0, 1.0], [0.5, 0.5]),
        ([1.0, float("nan")], [0.5, 0.5]),
        ([1.0, float("inf")], [0.5, 0.5]),
        ([1.0, 2.0], [-0.5, 1.5]),
        ([1.0, 2.0], [0.5, float("nan")]),
        ([1.0, 2.0], [0.5, 0.4]),
    ],
)
def test_what_is_no_distribution_is_refused(losses: list[float], probs: list[float]) -> None:
    with pytest.raises(BadDistribution):
        LossDistribution(np.array(losses), np.array(probs))


def test_no_draws_are_refused() -> None:
    with pytest.raises(BadDistribution):
        LossDistribution.from_draws(np.array([]))


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, float("nan")])
def test_a_level_outside_the_open_interval_is_refused(level: float) -> None:
    losses = LossDistribution.from_draws(np.array([1.0]))
    with pytest.raises(BadParameter):
        losses.value_at_risk(level)
    with pytest.raises(BadParameter):
        losses.expected_shortfall(level)


@given(distributions(), levels)
def test_var_is_at_most_the_maximum_loss_and_cvar_lies_between(
    losses: LossDistribution, level: float
) -> None:
    var, es = losses.value_at_risk(level), losses.expected_shortfall(level)

    assert var <= es <= losses.max_loss


@given(distributions(), levels)
def test_cvar_minimises_the_rockafellar_uryasev_function(
    losses: LossDistribution, level: float
) -> None:
    def objective(threshold: float) -> float:
        excess = np.maximum(losses.losses - threshold, 0.0) @ losses.probs
        return threshold + float(excess) / (1.0 - level)

    smallest = min(objective(float(loss)) for loss in losses.losses)

    assert losses.expected_shortfall(level) == pytest.approx(smallest, rel=1e-6, abs=1e-6)


@given(distributions(), levels, levels)
def test_var_and_cvar_grow_with_the_level(losses: LossDistribution, a: float, b: float) -> None:
    low, high = sorted((a, b))

    assert losses.value_at_risk(low) <= losses.value_at_risk(high)
    assert losses.expected_shortfall(low) <= losses.expected_shortfall(high) + 1e-6
