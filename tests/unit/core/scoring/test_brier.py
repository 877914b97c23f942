from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import Normal, grid_support, on_grid
from kalshi_alpha.core.scoring import brier, brier_per_strike, on_common_support, rps
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
LATENT = Normal(0.27, 0.12)
CPI = on_grid(LATENT, TENTH, *grid_support(LATENT, TENTH))


@pytest.mark.parametrize(("strike", "expected"), [(2, 0.18820), (3, 0.06375)])
def test_worked_example_of_two_cpi_rungs(strike: int, expected: float) -> None:
    pmfs, outcomes, lo = on_common_support([CPI], [3])
    assert brier_per_strike(pmfs, outcomes)[0, strike - lo] == pytest.approx(expected, abs=5e-6)
    binary = brier(np.array([CPI.survival(strike)]), np.array([strike < 3]))
    assert binary[0] == pytest.approx(expected, abs=5e-6)


def test_the_scores_of_all_rungs_add_up_to_the_ranked_probability_score() -> None:
    rng = np.random.default_rng(5)
    pmfs, outcomes = rng.dirichlet(np.ones(11), 50), rng.integers(0, 11, 50)
    summed = brier_per_strike(pmfs, outcomes).sum(axis=1)
    np.testing.assert_allclose(summed, rps(pmfs, outcomes), atol=1e-13)


def test_certainty_scores_zero_when_right_and_one_when_wrong() -> None:
    certain = np.array([1.0, 0.0, 1.0])
    np.testing.assert_array_equal(brier(certain, np.array([True, False, False])), [0.0, 0.0, 1.0])


@pytest.mark.parametrize("prob", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(prob: float) -> None:
    with pytest.raises(BadParameter):
        brier(np.array([prob]), np.array([True]))


def test_unequal_shapes_are_refused() -> None:
    with pytest.raises(BadParameter):
        brier(np.array([0.5]), np.array([True, False]))
