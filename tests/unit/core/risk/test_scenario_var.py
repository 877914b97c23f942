from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.cvar import LossDistribution
from kalshi_alpha.core.risk.factor_var import FactorModel, FactorVar, factor_var
from kalshi_alpha.core.risk.scenario_var import (
    Method,
    ScenarioVar,
    copula_losses,
    factor_loadings,
    governing_var,
    scenario_var,
)
from kalshi_alpha.core.risk.unit_book import UnitBook
from kalshi_alpha.core.types import Money

AT_RISK = (1200, 600, 500, 400, 300)
WIN_PROB = (0.60, 0.55, 0.50, 0.72, 0.80)
COST = (0.56, 0.51, 0.46, 0.69, 0.77)


def _five_units() -> FactorModel:
    betas = np.eye(5)
    betas[0, 2], betas[1, 2] = 0.1, -0.1
    betas[2, 0], betas[2, 1] = 0.2, -0.1
    correlation = np.eye(5)
    correlation[0, 2] = correlation[2, 0] = 0.25
    correlation[1, 2] = correlation[2, 1] = -0.2
    correlation[3, 4] = correlation[4, 3] = 0.3
    return FactorModel(betas, np.array([0.35, 0.30, 0.40, 0.45, 0.40]), correlation, idio=0.15)


def _binary(at_risk: int, win_prob: float, cost: float) -> UnitBook:
    win_e2 = round(100 * at_risk / cost)
    return UnitBook.from_outcomes(Money(at_risk * 10**6), [(0, 1.0 - win_prob), (win_e2, win_prob)])


def _whole(unit: UnitBook) -> UnitBook:
    """Round the payoffs to whole contracts, whose grid is a hundredth of the size."""
    payoffs = tuple(100 * round(p / 100) for p in unit.payoff_e2)
    return UnitBook(unit.cost, payoffs, unit.probs)


BINARIES = [_binary(*unit) for unit in zip(AT_RISK, WIN_PROB, COST, strict=True)]


def latent_correlation(model: FactorModel) -> FloatArray:
    """Scale BΣB' + idio² I to a unit diagonal, which the loadings must reproduce."""
    covariance = model.betas @ model.factor_covariance @ model.betas.T
    variance = np.diag(covariance) + model.idio**2
    scale = np.sqrt(np.where(variance > 0.0, variance, 1.0))
    correlation: FloatArray = covariance / np.outer(scale, scale)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _one_factor(beta: float, n_units: int, idio: float = 0.3) -> FactorModel:
    return FactorModel(np.full((n_units, 1), beta), np.array([0.3]), np.eye(1), idio)


def test_worked_example_of_five_binary_units() -> None:
    """The exact figures, met by many draws: ES within 2.5 and P within 3 standard errors."""
    losses = copula_losses(
        BINARIES, factor_loadings(_five_units()), np.random.default_rng(5), draws=400_000
    )
    drawn = LossDistribution.from_draws(losses)

    assert drawn.value_at_risk(0.95) == pytest.approx(2031.0, abs=0.5)
    assert drawn.value_at_risk(0.99) == pytest.approx(2610.0, abs=0.5)
    assert drawn.expected_shortfall(0.99) == pytest.approx(2920.0, abs=14.0)
    assert (losses > 2999.99).mean() == pytest.approx(0.0080, abs=0.0005)


def test_the_worked_example_is_drawn_and_governs_over_the_normal_figure() -> None:
    result = scenario_var(BINARIES, _five_units(), 0.99, np.random.default_rng(5))
    normal = factor_var(_five_units(), np.array(AT_RISK, dtype=np.float64), 0.99)

    assert result.method is Method.DRAWN
    assert result.var == pytest.approx(2610.0, abs=0.5)
    assert result.es == pytest.approx(2920.0, abs=50.0)
    assert result.max_loss == 3000.0
    assert governing_var(normal, result) == result.var > 1.5 * normal.var


def test_the_plain_tail_mean_of_the_worked_example_is_2726() -> None:
    losses = copula_losses(
        BINARIES, factor_loadings(_five_units()), np.random.default_rng(5), draws=400_000
    )

    assert losses[losses >= 2610.0].mean() == pytest.approx(2726.0, abs=2.0)


def test_latent_correlation_of_the_worked_example_by_hand() -> None:
    """CPI with claims: covariance -.0035 - .0024 - .0016, variances .1536 and .1189."""
    correlation = latent_correlation(_five_units())

    assert correlation[0, 1] == pytest.approx(-0.0075 / np.sqrt(0.1536 * 0.1189))
    assert correlation[0, 3] == 0.0
    np.testing.assert_allclose(np.diag(correlation), 1.0)


def test_loadings_reproduce_the_latent_correlation() -> None:
    loadings = factor_loadings(_five_units())
    off_diagonal = ~np.eye(5, dtype=np.bool_)

    np.testing.assert_allclose(
        (loadings @ loadings.T)[off_diagonal], latent_correlation(_five_units())[off_diagonal]
    )


def test_factors_that_move_nothing_are_left_out() -> None:
    model = FactorModel(
        np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 0.5]]), np.array([0.3, 0.4, 0.0]), np.eye(3), 0.1
    )

    assert factor_loadings(model).shape == (2, 1)


def test_a_unit_without_volatility_is_independent() -> None:
    still = FactorModel(np.array([[1.0], [0.0]]), np.array([0.3]), np.eye(1), idio=0.0)

    np.testing.assert_array_equal(latent_correlation(still), np.eye(2))
    np.testing.assert_allclose(np.abs(factor_loadings(still)), [[1.0], [0.0]])


def test_one_factor_is_exact_and_the_draws_agree_with_it() -> None:
    units = [_whole(unit) for unit in BINARIES]
    model = _one_factor(1.0, 5)
    exact = scenario_var(units, model, 0.95, np.random.default_rng(1))
    drawn = LossDistribution.from_draws(
        copula_losses(units, factor_loadings(model), np.random.default_rng(1), 200_000)
    )

    assert exact.method is Method.EXACT
    assert drawn.value_at_risk(0.95) == pytest.approx(exact.var)
    assert drawn.expected_shortfall(0.95) == pytest.approx(exact.es, abs=5.0)


def test_units_that_are_all_factor_are_drawn() -> None:
    result = scenario_var(BINARIES, _one_factor(1.0, 5, idio=0.0), 0.5, np.random.default_rng(1))

    assert result.method is Method.DRAWN


def test_common_fortunes_lose_more_than_opposite_ones() -> None:
    """Both betas positive: both books rise together, so the tail is worse."""
    pair = [_binary(100, 0.8, 0.7), _binary(100, 0.8, 0.7)]
    opposed = FactorModel(np.array([[1.0], [-1.0]]), np.array([0.3]), np.eye(1), 0.1)
    rng = np.random.default_rng(1)

    together = scenario_var(pair, _one_factor(1.0, 2, idio=0.1), 0.9, rng)
    apart = scenario_var(pair, opposed, 0.9, rng)

    assert together.es > apart.es


def test_the_same_seed_draws_the_same_losses() -> None:
    first, second = (
        copula_losses(BINARIES, np.zeros((5, 0)), np.random.default_rng(3), 100) for _ in range(2)
    )

    np.testing.assert_array_equal(first, second)


def test_a_unit_of_many_payoffs_is_drawn_from_the_same_distribution() -> None:
    """Ladders beyond a hundred payoffs take the search instead of the count."""
    payoffs = [(100 * i, 1.0 / 150.0) for i in range(150)]
    unit = UnitBook.from_outcomes(Money.parse("75"), payoffs)
    drawn = copula_losses([unit], np.zeros((1, 0)), np.random.default_rng(2), 100_000)

    assert drawn.mean() == pytest.approx(0.5, abs=0.5)
    assert (drawn.min(), drawn.max()) == (-74.0, 75.0)
    assert np.quantile(drawn, 0.9) == pytest.approx(60.0, abs=1.0)


def test_the_factor_figure_governs_when_it_is_larger() -> None:
    factor = FactorVar(np.zeros(1), 1.0, var=5.0, es=6.0)

    assert governing_var(factor, ScenarioVar(4.0, 5.0, 9.0, Method.EXACT)) == 5.0


def test_units_and_model_that_do_not_match_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(BadParameter):
        scenario_var(BINARIES, _one_factor(1.0, 4), 0.99, rng)
    with pytest.raises(BadParameter):
        copula_losses(BINARIES, np.zeros((4, 1)), rng)
    with pytest.raises(BadParameter):
        copula_losses(BINARIES, np.zeros((5, 1)), rng, draws=0)
    with pytest.raises(BadParameter):
        copula_losses(BINARIES[:2], np.array([[1.0], [1.1]]), rng)


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.floats(0.05, 0.95), st.sampled_from([0.25, 0.5, 0.8])),
        min_size=1,
        max_size=4,
    ),
    st.floats(-2.0, 2.0),
    st.sampled_from([0.9, 0.95, 0.99]),
)
def test_var_is_at_most_the_maximum_loss_and_cvar_not_below_it(
    units: list[tuple[int, float, float]], beta: float, level: float
) -> None:
    books = [_binary(*unit) for unit in units]

    result = scenario_var(books, _one_factor(beta, len(books)), level, np.random.default_rng(1))

    assert result.var <= result.es <= result.max_loss + 1e-9


def test_one_unit_loses_what_its_own_outcomes_say_however_many_factors_there_are() -> None:
    model = FactorModel(np.full((1, 3), 0.4), np.full(3, 0.3), np.eye(3), idio=0.1)
    unit = UnitBook(Money(5_000_000), (0, 400, 1200), (0.004, 0.5, 0.496))

    found = scenario_var([unit], model, 0.99, np.random.default_rng(1))

    # The worst 1 % is 0.4 % of losing 5 dollars and 0.6 % of losing 1.
    assert (found.var, found.max_loss, found.method) == (1.0, 5.0, Method.EXACT)
    assert found.es == pytest.approx(2.6)
