from __future__ import annotations

import math

import pytest

from kalshi_alpha.core.errors import BadDistribution, BadParameter
from kalshi_alpha.core.forecast.quantile import invert_cdf


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def logistic_density(x: float) -> float:
    return logistic(x) * (1.0 - logistic(x))


@pytest.mark.parametrize("prob", [1e-12, 0.01, 0.5, 0.9, 1.0 - 1e-9])
@pytest.mark.parametrize("start", [0.0, -50.0, 300.0])
def test_a_known_inverse_is_found_from_any_start(prob: float, start: float) -> None:
    found = invert_cdf(logistic, logistic_density, prob, start=start, width=1.0)
    assert found == pytest.approx(math.log(prob) - math.log1p(-prob), rel=1e-6, abs=1e-12)


def test_a_wrong_density_only_costs_time() -> None:
    found = invert_cdf(logistic, lambda _: 0.0, 0.75, start=0.0, width=1.0)
    assert found == pytest.approx(math.log(3.0), abs=1e-12)


@pytest.mark.parametrize("prob", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_certainties_and_impossible_probabilities_are_refused(prob: float) -> None:
    with pytest.raises(BadParameter):
        invert_cdf(logistic, logistic_density, prob, start=0.0, width=1.0)


def test_a_cdf_of_nans_is_refused() -> None:
    with pytest.raises(BadDistribution):
        invert_cdf(lambda _: math.nan, logistic_density, 0.5, start=0.0, width=1.0)
