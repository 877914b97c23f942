from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from generators import grids
from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadDistribution, BadStrike
from kalshi_alpha.core.ladder.align import interval_bounds
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval, interval
from kalshi_alpha.core.ladder.latent import half_steps, latent_probabilities
from kalshi_alpha.core.types import SettlementGrid, Strike, StrikeType

Cdf = Callable[[FloatArray], FloatArray]

CPI = SettlementGrid(Decimal("0.1"), "pp")
CLAIMS = SettlementGrid(Decimal(1000), "claims")
YIELD = SettlementGrid(Decimal("0.01"), "pp")
TEMPERATURE = SettlementGrid(Decimal(1), "degF")


def normal(mean: float, sd: float) -> Cdf:
    return lambda x: np.asarray(stats.norm.cdf(x, mean, sd))


def student(mean: float, sd: float, dof: int) -> Cdf:
    scale = sd * math.sqrt((dof - 2) / dof)
    return lambda x: np.asarray(stats.t.cdf((x - mean) / scale, dof))


def price(cdf: Cdf, grid: SettlementGrid, *markets: GridInterval) -> FloatArray:
    return latent_probabilities(cdf, grid, *interval_bounds(markets))


def threshold(kind: StrikeType, at: str, grid: SettlementGrid) -> GridInterval:
    return interval(Strike(kind, floor=Decimal(at)), grid)


@pytest.mark.parametrize(
    ("at", "unrounded", "greater", "greater_or_equal", "greater_t5"),
    [
        ("0.2", 0.7202, 0.5662, 0.8413, 0.5809),
        ("0.3", 0.4013, 0.2525, 0.5662, 0.2144),
        ("0.4", 0.1393, 0.0668, 0.2525, 0.0553),
        ("0.5", 0.0276, 0.0098, 0.0668, 0.0148),
    ],
)
def test_cpi_thresholds_match_the_worked_example(
    at: str, unrounded: float, greater: float, greater_or_equal: float, greater_t5: float
) -> None:
    latent = normal(0.27, 0.12)
    above = threshold(StrikeType.GREATER, at, CPI)
    at_least = threshold(StrikeType.GREATER_OR_EQUAL, at, CPI)
    got = price(latent, CPI, above, at_least)
    np.testing.assert_allclose(got, [greater, greater_or_equal], atol=5e-5)
    assert price(student(0.27, 0.12, 5), CPI, above)[0] == pytest.approx(greater_t5, abs=5e-5)
    # Forgetting that the print is rounded prices the strike itself, and is wrong by this much.
    assert 1.0 - latent(np.array([float(at)]))[0] == pytest.approx(unrounded, abs=5e-5)


def test_the_printed_cpi_values_match_the_worked_example() -> None:
    values = [GridInterval(at, at) for at in range(-1, 7)]
    expected = [0.0036, 0.0295, 0.1253, 0.2752, 0.3137, 0.1857, 0.0570, 0.0090]
    np.testing.assert_allclose(price(normal(0.27, 0.12), CPI, *values), expected, atol=5e-5)


@pytest.mark.parametrize(
    ("at", "at_least", "unrounded", "strict", "exactly"),
    [
        ("215000", 0.6927, 0.6701, 0.6466, 0.0460),
        ("220000", 0.4430, 0.4174, 0.3923, 0.0506),
        ("225000", 0.2191, None, None, None),
    ],
)
def test_claims_thresholds_match_the_worked_example(
    at: str,
    at_least: float,
    unrounded: float | None,
    strict: float | None,
    exactly: float | None,
) -> None:
    latent = student(218_400.0, 9_000.0, 6)
    on_strike = CLAIMS.index(Decimal(at))
    got = price(
        latent,
        CLAIMS,
        threshold(StrikeType.GREATER_OR_EQUAL, at, CLAIMS),
        threshold(StrikeType.GREATER, at, CLAIMS),
        GridInterval(on_strike, on_strike),
    )
    assert got[0] == pytest.approx(at_least, abs=5e-5)
    assert got[0] - got[1] == pytest.approx(got[2], abs=1e-12)
    if unrounded is not None:
        assert got[1] == pytest.approx(strict, abs=5e-5)
        assert got[2] == pytest.approx(exactly, abs=5e-5)
        assert 1.0 - latent(np.array([float(at)]))[0] == pytest.approx(unrounded, abs=5e-5)


def test_yield_brackets_match_the_worked_example() -> None:
    latent = normal(4.137, 0.013)
    brackets = [
        GridInterval(None, 408),
        GridInterval(409, 411),
        GridInterval(412, 414),
        GridInterval(415, 417),
        GridInterval(418, None),
    ]
    got = price(latent, YIELD, *brackets)
    np.testing.assert_allclose(got, [0.0, 0.0453, 0.6856, 0.2674, 0.0017], atol=5e-5)
    assert got.sum() == pytest.approx(1.0, abs=1e-12)
    # Read without the half step, the bracket is two basis points wide and the ladder leaks.
    naive = between(latent, [(None, 4.08), (4.09, 4.11), (4.12, 4.14), (4.15, 4.17), (4.18, None)])
    assert naive[2] == pytest.approx(0.4958, abs=5e-5)
    assert sum(naive) == pytest.approx(0.67, abs=5e-3)


def test_temperature_brackets_match_the_worked_example() -> None:
    latent = normal(74.6, 2.9)
    brackets = [
        GridInterval(None, 70),
        GridInterval(71, 72),
        GridInterval(73, 74),
        GridInterval(75, 76),
        GridInterval(77, 78),
        GridInterval(79, None),
    ]
    got = price(latent, TEMPERATURE, *brackets)
    expected = [0.0787, 0.1558, 0.2518, 0.2576, 0.1668, 0.0893]
    np.testing.assert_allclose(got, expected, atol=5e-5)
    assert got.sum() == pytest.approx(1.0, abs=1e-12)
    ends = [(None, 70.0), (71.0, 72.0), (73.0, 74.0), (75.0, 76.0), (77.0, 78.0), (79.0, None)]
    assert sum(between(latent, ends)) == pytest.approx(0.540, abs=5e-4)


def between(cdf: Cdf, ends: list[tuple[float | None, float | None]]) -> list[float]:
    """Price brackets as if the latent value itself were printed, which it is not."""
    return [
        (1.0 if hi is None else float(cdf(np.array([hi]))[0]))
        - (0.0 if lo is None else float(cdf(np.array([lo]))[0]))
        for lo, hi in ends
    ]


@pytest.mark.parametrize(
    ("grid", "market", "ends"),
    [
        (CPI, GridInterval(4, None), [0.35]),
        (CLAIMS, GridInterval(215, None), [214_500.0]),
        (YIELD, GridInterval(412, 414), [4.115, 4.145]),
        (TEMPERATURE, GridInterval(73, 74), [72.5, 74.5]),
        (CPI, GridInterval(None, -2), [-0.15]),
    ],
)
def test_the_latent_ends_lie_half_a_step_outside_and_are_exact(
    grid: SettlementGrid, market: GridInterval, ends: list[float]
) -> None:
    asked: list[float] = []

    def cdf(x: FloatArray) -> FloatArray:
        asked.extend(x.tolist())
        return np.full(x.shape, 0.5)

    price(cdf, grid, market)
    assert asked == ends


@given(st.integers(-10_000, 10_000))
def test_half_steps_round_to_a_float_only_once(count: int) -> None:
    assert half_steps(CPI, np.array([count]))[0] == float(Decimal(count) * Decimal("0.05"))
    assert half_steps(YIELD, np.array([count]))[0] == float(Decimal(count) * Decimal("0.005"))


@given(
    grids,
    st.floats(-30.0, 30.0),
    st.floats(0.05, 20.0),
    st.sets(st.integers(-60, 60), min_size=1, max_size=12),
)
def test_any_latent_forecast_prices_partitions_to_one_and_thresholds_monotone(
    grid: SettlementGrid, centre: float, spread: float, cuts: set[int]
) -> None:
    step = float(grid.step)
    latent = normal(centre * step, spread * step)
    edges = sorted(cuts)
    bins = price(latent, grid, *AtomGrid(tuple(edges)).atoms)
    yes = price(latent, grid, *(GridInterval(edge, None) for edge in edges))
    no = price(latent, grid, *(GridInterval(None, edge - 1) for edge in edges))
    assert bins.sum() == pytest.approx(1.0, abs=1e-12)
    assert bins.min() >= 0.0
    assert (np.diff(yes) <= 0.0).all()
    np.testing.assert_allclose(yes + no, 1.0, atol=1e-15)


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_functions_that_leave_the_unit_range_are_refused(value: float) -> None:
    with pytest.raises(BadDistribution, match="leaves"):
        price(lambda x: np.full(x.shape, value), CPI, GridInterval(3, None))


def test_a_decreasing_function_is_refused() -> None:
    with pytest.raises(BadDistribution, match="decreases"):
        price(lambda x: 1.0 - normal(0.3, 0.1)(x), CPI, GridInterval(2, 4))


def test_an_empty_interval_is_refused() -> None:
    with pytest.raises(BadStrike):
        latent_probabilities(normal(0.0, 1.0), CPI, np.array([4]), np.array([3]))
