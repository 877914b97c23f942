from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.factor_var import FactorModel, factor_var


def _five_units() -> FactorModel:
    """CPI, claims, ten-year, New York, Austin on inflation, labour, rates and two regions."""
    betas = np.array(
        [
            [1.0, 0.0, 0.1, 0.0, 0.0],
            [0.0, 1.0, -0.1, 0.0, 0.0],
            [0.2, -0.1, 1.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 1.0],
        ]
    )
    correlation = np.eye(5)
    correlation[0, 2] = correlation[2, 0] = 0.25
    correlation[1, 2] = correlation[2, 1] = -0.2
    correlation[3, 4] = correlation[4, 3] = 0.3
    return FactorModel(betas, np.array([0.35, 0.30, 0.40, 0.45, 0.40]), correlation, idio=0.15)


AT_RISK = np.array([1200.0, 600.0, 500.0, 400.0, 300.0])


def test_worked_example_of_five_units() -> None:
    at_95, at_99 = (factor_var(_five_units(), AT_RISK, level) for level in (0.95, 0.99))

    np.testing.assert_allclose(at_95.exposures, [1300.0, 550.0, 560.0, 400.0, 300.0])
    assert at_95.sd == pytest.approx(657.4, abs=0.05)
    assert at_95.var == pytest.approx(1081.0, abs=0.5)
    assert at_99.var == pytest.approx(1529.0, abs=0.5)
    assert at_95.es == pytest.approx(1356.0, abs=0.5)


def test_no_more_than_the_dollars_at_risk_can_be_lost() -> None:
    wild = FactorModel(np.ones((1, 1)), np.array([5.0]), np.eye(1), idio=0.0)

    result = factor_var(wild, np.array([100.0]), 0.99)

    assert result.var == result.es == 100.0


ONE_FACTOR = FactorModel(np.ones((2, 1)), np.array([0.3]), np.eye(1), idio=0.1)


@pytest.mark.parametrize(
    ("betas", "vols", "correlation", "idio"),
    [
        pytest.param([[1.0, 1.0]], [0.3], [[1.0]], 0.1, id="a beta too many"),
        pytest.param([1.0], [0.3], [[1.0]], 0.1, id="betas are no matrix"),
        pytest.param([[1.0]], [0.3], [[1.0, 0.0], [0.0, 1.0]], 0.1, id="another correlation"),
        pytest.param([[np.nan]], [0.3], [[1.0]], 0.1, id="beta is NaN"),
        pytest.param([[1.0]], [-0.1], [[1.0]], 0.1, id="negative volatility"),
        pytest.param([[1.0]], [np.inf], [[1.0]], 0.1, id="infinite volatility"),
        pytest.param([[1.0]], [0.3], [[1.0]], -0.1, id="negative own volatility"),
        pytest.param([[1.0]], [0.3], [[1.0]], np.nan, id="own volatility is NaN"),
        pytest.param([[1.0]], [0.3], [[0.9]], 0.1, id="diagonal is not one"),
        pytest.param([[1.0]], [0.3], [[np.nan]], 0.1, id="correlation is NaN"),
        pytest.param([[1.0, 1.0]], [1.0, 1.0], [[1.0, 1.2], [1.2, 1.0]], 0.1, id="beyond one"),
        pytest.param([[1.0, 1.0]], [1.0, 1.0], [[1.0, 0.2], [0.1, 1.0]], 0.1, id="asymmetric"),
    ],
)
def test_an_impossible_model_is_refused(
    betas: list[list[float]], vols: list[float], correlation: list[list[float]], idio: float
) -> None:
    with pytest.raises(BadParameter):
        FactorModel(np.array(betas), np.array(vols), np.array(correlation), idio)


@pytest.mark.parametrize(
    ("at_risk", "level"),
    [
        (np.array([1.0]), 0.99),
        (np.array([1.0, -1.0]), 0.99),
        (np.array([1.0, np.nan]), 0.99),
        (np.array([1.0, np.inf]), 0.99),
        (np.array([1.0, 1.0]), 0.4),
        (np.array([1.0, 1.0]), 1.0),
        (np.array([1.0, 1.0]), float("nan")),
    ],
)
def test_impossible_inputs_are_refused(at_risk: np.ndarray, level: float) -> None:
    with pytest.raises(BadParameter):
        factor_var(ONE_FACTOR, at_risk, level)


@given(
    st.lists(st.floats(0.0, 1e4), min_size=5, max_size=5), st.floats(0.5, 0.999), st.floats(0.1, 3)
)
def test_var_is_capped_es_is_not_below_it_and_both_scale(
    at_risk: list[float], level: float, scale: float
) -> None:
    x = np.array(at_risk)
    once, scaled = (factor_var(_five_units(), s * x, level) for s in (1.0, scale))

    assert 0.0 <= once.var <= once.es <= x.sum()
    assert scaled.var == pytest.approx(scale * once.var, rel=1e-9, abs=1e-9)
