from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import Normal, grid_support, on_grid
from kalshi_alpha.core.scoring import (
    check_pit,
    mid_pit,
    mid_pit_sd,
    on_common_support,
    randomised_pit,
)
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
LATENT = Normal(0.27, 0.12)
CPI, PRINTED_0_3, _ = on_common_support([on_grid(LATENT, TENTH, *grid_support(LATENT, TENTH))], [3])


def printed(n: int, sd: float, seed: int, mean: float = 0.27) -> tuple[FloatArray, IntArray]:
    """Forecast the worked example n times while the truth is N(mean, sd)."""
    latent = np.random.default_rng(seed).normal(mean, sd, n)
    values = np.floor(latent / 0.1 + 0.5).astype(int).tolist()
    pmf = on_grid(LATENT, TENTH, -20, 30)
    pmfs, outcomes, _ = on_common_support([pmf] * n, values)
    return pmfs, outcomes


def test_worked_example_of_a_printed_cpi_change() -> None:
    assert mid_pit(CPI, PRINTED_0_3)[0] == pytest.approx(0.5907, abs=5e-5)
    assert mid_pit_sd(CPI)[0] == pytest.approx(0.280, abs=5e-4)


def test_the_stated_sd_is_that_of_the_mid_pit_under_its_own_pmf() -> None:
    pmf = CPI[0]
    values = mid_pit(np.tile(pmf, (pmf.size, 1)), np.arange(pmf.size))
    assert pmf @ values == pytest.approx(0.5, abs=1e-12)
    assert math.sqrt(pmf @ np.square(values - 0.5)) == pytest.approx(mid_pit_sd(CPI)[0], abs=1e-12)


def test_a_randomised_pit_is_uniform_under_calibration() -> None:
    pmfs, outcomes = printed(4000, sd=0.12, seed=7)
    values = np.sort(randomised_pit(pmfs, outcomes, np.random.default_rng(8)))
    distance = np.abs(values - (np.arange(4000) + 0.5) / 4000).max()
    assert distance < 1.63 / math.sqrt(4000)  # the Kolmogorov-Smirnov 1 % point


def test_a_randomised_pit_repeats_with_its_seed_and_stays_within_its_step() -> None:
    pmfs, outcomes = printed(200, sd=0.12, seed=9)
    first = randomised_pit(pmfs, outcomes, np.random.default_rng(1))
    np.testing.assert_array_equal(first, randomised_pit(pmfs, outcomes, np.random.default_rng(1)))
    half = 0.5 * pmfs[np.arange(200), outcomes]
    assert (np.abs(first - mid_pit(pmfs, outcomes)) <= half + 1e-12).all()


@pytest.mark.parametrize(
    ("true_sd", "low", "high"), [(0.12, 0.96, 1.04), (0.06, 0.0, 0.8), (0.24, 1.2, 2.0)]
)
def test_forecasts_too_wide_spread_too_little_and_too_narrow_too_much(
    true_sd: float, low: float, high: float
) -> None:
    assert low < check_pit(*printed(3000, sd=true_sd, seed=11)).sd_ratio < high


def test_forecasts_that_lie_low_have_a_high_mean() -> None:
    honest = check_pit(*printed(3000, sd=0.12, seed=12))
    low = check_pit(*printed(3000, sd=0.12, seed=12, mean=0.32))
    assert abs(honest.mean_z) < 2.6
    assert low.mean_z > 5.0
    assert honest.n == 3000


def test_certain_forecasts_cannot_be_checked() -> None:
    with pytest.raises(BadParameter):
        check_pit(np.eye(3), np.array([0, 1, 2]))
