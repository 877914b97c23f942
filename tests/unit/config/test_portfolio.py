from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from kalshi_alpha.config.baselines import PORTFOLIO
from kalshi_alpha.config.portfolio import Portfolio
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.factor_var import factor_var


def with_change(**changes: object) -> Portfolio:
    tree: dict[str, Any] = msgspec.to_builtins(PORTFOLIO)
    return msgspec.convert(tree | changes, Portfolio)


def test_the_five_unit_example_gives_its_published_standard_deviation() -> None:
    # Worked example: 1200, 600, 500, 400 and 300 dollars at risk.
    model = PORTFOLIO.factor_model(["CPI", "CLAIMS", "TNEY", "TEMP_NE", "TEMP_S"])
    at_risk = np.array([1200.0, 600.0, 500.0, 400.0, 300.0])
    got = factor_var(model, at_risk, 0.99)
    assert got.sd == pytest.approx(657.4, abs=0.05)
    np.testing.assert_allclose(got.exposures, [1300, 550, 560, 400, 300])
    assert got.var == pytest.approx(1529, abs=0.5)


def test_rows_follow_the_groups_asked_for() -> None:
    model = PORTFOLIO.factor_model(["TNEY", "TNEY", "CPI"])
    assert model.betas.shape == (3, 5)
    np.testing.assert_array_equal(model.betas[0], model.betas[1])


def test_no_units_have_an_empty_model() -> None:
    assert PORTFOLIO.factor_model([]).n_units == 0


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(BadParameter, match="GOLD has no betas"):
        PORTFOLIO.factor_model(["CPI", "GOLD"])


def test_correlation_is_symmetric_and_zero_where_unnamed() -> None:
    assert PORTFOLIO.rho("RATES", "INFL") == PORTFOLIO.rho("INFL", "RATES") == 0.25
    assert PORTFOLIO.rho("INFL", "LABOR") == 0.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bankroll_usd": 0}, "bankroll_usd"),
        ({"idio_vol": float("nan")}, "volatilities"),
        ({"idio_vol": -0.1}, "volatilities"),
        ({"betas": {"CPI": {"GOLD": 1.0}}}, "GOLD has no volatility"),
        ({"betas": {"CPI": {"INFL": float("inf")}}}, "finite"),
        ({"correlations": [{"between": ["INFL", "INFL"], "rho": 0.1}]}, "pair"),
        ({"correlations": [{"between": ["INFL", "RATES"], "rho": 1.0}]}, "correlations"),
        (
            {
                "correlations": [
                    {"between": ["INFL", "RATES"], "rho": 0.1},
                    {"between": ["RATES", "INFL"], "rho": 0.2},
                ]
            },
            "pair",
        ),
        ({"kelly": {"multiplier": 0.25, "cap": 1.5, "min_probability_se": 0.02}}, "kelly"),
        ({"kelly": {"multiplier": 0.25, "cap": 0.25, "min_probability_se": -1}}, "se"),
        ({"value_at_risk": {"level": 1.0, "limit_usd": 1}}, "value_at_risk"),
    ],
)
def test_impossible_numbers_do_not_load(changes: dict[str, object], message: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=message):
        with_change(**changes)
