from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from kalshi_alpha.core.errors import BadDistribution, BadParameter
from kalshi_alpha.core.forecast import Mixture, Normal, StudentT, plus_normal_error

TWO = Mixture((0.3, 0.7), (Normal(0.0, 1.0), StudentT(3.0, 0.5, 5)))


@st.composite
def mixtures(draw: st.DrawFn) -> Mixture:
    n = draw(st.integers(1, 3))
    raw = [draw(st.floats(0.01, 1.0)) for _ in range(n)]
    normal = st.builds(Normal, st.floats(-5, 5), st.floats(0.05, 5))
    student = st.builds(StudentT, st.floats(-5, 5), st.floats(0.05, 5), st.integers(3, 30))
    parts = tuple(draw(st.one_of(normal, student)) for _ in range(n))
    return Mixture(tuple(w / sum(raw) for w in raw), parts)


@given(mixtures())
def test_a_mixture_cdf_is_monotone_and_runs_from_zero_to_one(mixture: Mixture) -> None:
    values = mixture.cdf(np.linspace(-60.0, 60.0, 400))
    assert (np.diff(values) >= -1e-15).all()
    assert (values >= 0.0).all()
    assert (values <= 1.0).all()
    np.testing.assert_allclose(mixture.cdf(np.array([-np.inf, np.inf])), [0.0, 1.0], atol=1e-12)


@given(mixtures(), st.floats(1e-6, 1 - 1e-6))
def test_the_quantile_inverts_the_cdf(mixture: Mixture, prob: float) -> None:
    assert float(mixture.cdf(mixture.quantile(prob))) == pytest.approx(prob, abs=1e-11)


def test_the_moments_are_those_of_the_law_of_total_variance() -> None:
    assert TWO.mean == pytest.approx(2.1)
    within = 0.3 * 1.0 + 0.7 * 0.25 * 5 / 3
    assert TWO.sd == pytest.approx(math.sqrt(within + 0.3 * 2.1**2 + 0.7 * 0.9**2))


def test_the_density_integrates_to_the_cdf() -> None:
    area, _ = integrate.quad(lambda x: float(TWO.pdf(x)), -60.0, 2.5, points=[0.0, 2.0])
    assert area == pytest.approx(float(TWO.cdf(2.5)), abs=1e-6)


@pytest.mark.parametrize(
    "weights", [(0.5, 0.4), (1.5, -0.5), (math.nan, 1.0), (1.0,), (0.2, 0.3, 0.5)]
)
def test_weights_that_are_no_probabilities_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(BadDistribution):
        Mixture(weights, (Normal(0.0, 1.0), Normal(1.0, 1.0)))


def test_a_mixture_of_nothing_is_refused() -> None:
    with pytest.raises(BadDistribution):
        Mixture((), ())


def test_a_normal_plus_a_normal_error_stays_normal() -> None:
    assert plus_normal_error(Normal(1.0, 3.0), 4.0) == Normal(1.0, 5.0)


def test_no_error_changes_nothing() -> None:
    assert plus_normal_error(TWO, 0.0) is TWO


@pytest.mark.parametrize("error_sd", [0.1, 0.5, 1.0])
def test_a_t_plus_a_normal_error_agrees_with_numerical_convolution(error_sd: float) -> None:
    total = plus_normal_error(StudentT(0.0, 1.0, 5), error_sd)
    for x in (-4.0, -1.0, 0.3, 2.0):
        expected, _ = integrate.quad(
            lambda e, x=x: special.stdtr(5, x - e) * stats.norm.pdf(e, 0.0, error_sd),
            -12 * error_sd,
            12 * error_sd,
            epsabs=1e-12,
        )
        assert float(total.cdf(x)) == pytest.approx(expected, abs=1e-9)


@given(mixtures(), st.floats(0.01, 2.0))
def test_an_independent_error_keeps_the_mean_and_adds_its_variance(
    mixture: Mixture, error_sd: float
) -> None:
    total = plus_normal_error(mixture, error_sd)
    assert total.mean == pytest.approx(mixture.mean, abs=1e-9)
    assert total.sd == pytest.approx(math.hypot(mixture.sd, error_sd), rel=1e-9)


@pytest.mark.parametrize(("error_sd", "nodes"), [(-0.1, 8), (math.nan, 8), (math.inf, 8), (1.0, 1)])
def test_an_impossible_error_is_refused(error_sd: float, nodes: int) -> None:
    with pytest.raises(BadParameter):
        plus_normal_error(TWO, error_sd, nodes)
