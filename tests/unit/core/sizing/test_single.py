from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing.single import growth, kelly_contracts, kelly_fraction

probs = st.floats(0.0, 1.0)
costs = st.floats(0.01, 1.5)


@pytest.mark.parametrize(
    ("prob", "cost", "fraction", "contracts"),
    [(0.47, 0.43, 0.0702, 163.2), (0.10, 0.06, 0.0426, 709.2), (0.95, 0.92, 0.375, 407.6)],
)
def test_one_contract_matches_the_worked_examples(
    prob: float, cost: float, fraction: float, contracts: float
) -> None:
    assert float(kelly_fraction(prob, cost)) == pytest.approx(fraction, abs=5e-5)
    assert float(kelly_contracts(prob, cost, 1000.0)) == pytest.approx(contracts, abs=0.05)


@pytest.mark.parametrize(("multiple", "bps"), [(0.25, 14.2), (0.5, 24.4), (1.0, 32.4), (2.0, 0.4)])
def test_growth_at_a_multiple_of_full_kelly_matches_the_worked_row(
    multiple: float, bps: float
) -> None:
    full = kelly_fraction(0.47, 0.43)

    assert float(growth(0.47, 0.43, multiple * full)) * 1e4 == pytest.approx(bps, abs=0.05)


def test_arrays_broadcast_and_a_cost_of_a_dollar_or_more_gets_nothing() -> None:
    fraction = kelly_fraction(np.array([[0.5], [1.0]]), np.array([0.4, 0.6, 1.0, 1.02]))

    np.testing.assert_allclose(fraction, np.array([[1 / 6, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]]))


@given(probs, costs, st.floats(0.0, 1.0))
def test_no_other_stake_grows_faster(prob: float, cost: float, other: float) -> None:
    best = growth(prob, cost, kelly_fraction(prob, cost))

    assert best >= 0.0 or cost > 1.0
    if cost <= 1.0:
        assert best >= growth(prob, cost, other * 0.999) - 1e-12


@given(probs, costs)
def test_nothing_is_staked_without_a_positive_expected_value(prob: float, cost: float) -> None:
    assert (float(kelly_fraction(prob, cost)) == 0.0) == (prob <= cost or cost >= 1.0)


def test_staking_everything_on_what_may_fail_is_ruin_and_on_a_certainty_is_not() -> None:
    assert growth(0.9, 0.5, 1.0) == -np.inf
    assert growth(1.0, 0.5, 1.0) == pytest.approx(np.log(2.0))
    assert growth(0.0, 0.5, 0.5) == pytest.approx(np.log(0.5))


@pytest.mark.parametrize(
    ("prob", "cost"), [(-0.1, 0.5), (1.1, 0.5), (np.nan, 0.5), (0.5, 0.0), (0.5, np.nan)]
)
def test_impossible_inputs_are_refused(prob: float, cost: float) -> None:
    with pytest.raises(BadParameter):
        kelly_fraction(prob, cost)


def test_an_impossible_stake_or_bankroll_is_refused() -> None:
    with pytest.raises(BadParameter):
        growth(0.5, 0.4, 1.2)
    with pytest.raises(BadParameter):
        kelly_contracts(0.5, 0.4, np.nan)
