from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadLadder, BadParameter
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.market_curve import (
    market_distribution,
    nearest_partition,
    repaired_survival,
)
from kalshi_alpha.core.ladder.quotes import Quote
from kalshi_alpha.core.types import Price

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
MIDS_E2 = [95, 86, 61, 37, 41, 5]
SPREADS_E2 = [4, 4, 6, 6, 10, 4]
REPAIRED = [0.95, 0.86, 0.61, 0.38072, 0.38072, 0.05]
PMF = [0.05, 0.09, 0.25, 0.22928, 0.0, 0.33072, 0.05]


def quote(mid_e2: int, spread_e2: int, *, age_s: float = 0.0) -> Quote:
    half_e4 = 50 * spread_e2
    return Quote(
        bid=Price(100 * mid_e2 - half_e4),
        ask=Price(100 * mid_e2 + half_e4),
        seen_at=NOW - timedelta(seconds=age_s),
    )


ABOVE = [GridInterval(strike + 1, None) for strike in range(6)]  # above 0.0 .. above 0.5
BELOW = [GridInterval(None, strike) for strike in range(6)]
QUOTES = [quote(mid, spread) for mid, spread in zip(MIDS_E2, SPREADS_E2, strict=True)]


def test_quotes_become_the_repaired_curve_of_the_worked_example() -> None:
    found = market_distribution(ABOVE, QUOTES, NOW)
    assert found.grid == AtomGrid((1, 2, 3, 4, 5, 6))
    np.testing.assert_allclose(found.pmf, PMF, atol=5e-6)
    assert found.pmf[4] == 0.0
    assert found.repair_l1 == pytest.approx(0.040, abs=5e-4)


def test_the_same_beliefs_quoted_from_below_give_the_same_distribution() -> None:
    opposite = [each.complement() for each in QUOTES]
    found = market_distribution(BELOW[::-1], opposite[::-1], NOW)
    expected = market_distribution(ABOVE, QUOTES, NOW)
    assert found.grid == expected.grid
    np.testing.assert_allclose(found.pmf, expected.pmf, atol=1e-12)
    assert found.repair_l1 == pytest.approx(expected.repair_l1)


def test_rungs_without_a_usable_mid_join_their_neighbours_atoms() -> None:
    quotes = list(QUOTES)
    quotes[1] = quote(86, 4, age_s=121)
    found = market_distribution(ABOVE, quotes, NOW)
    assert found.grid == AtomGrid((1, 3, 4, 5, 6))
    assert found.pmf[1] == pytest.approx(0.95 - 0.61)


def test_repaired_curves_are_non_increasing_and_clipped() -> None:
    weights = np.array([2353.0, 2353.0, 1081.0, 1081.0, 396.0, 2353.0])
    got = repaired_survival(np.array(MIDS_E2) / 100, weights)
    np.testing.assert_allclose(got, REPAIRED, atol=2e-5)
    clipped = repaired_survival(np.array([1.01, 0.5, -0.01]), np.ones(3))
    assert clipped.tolist() == [1.0, 0.5, 0.0]


def test_a_partition_gives_way_where_its_quotes_are_wide() -> None:
    bins = [GridInterval(73, None), GridInterval(None, 70), GridInterval(71, 72)]
    quotes = [quote(30, 4), quote(30, 4), quote(46, 10)]
    found = market_distribution(bins, quotes, NOW)
    assert found.grid == AtomGrid((71, 73))
    # Excess .06 is shared as 1/w: .000425, .002525 and .000425.
    share = np.array([0.000425, 0.002525, 0.000425]) / 0.003375
    np.testing.assert_allclose(found.pmf, np.array([0.30, 0.46, 0.30]) - 0.06 * share, atol=1e-12)
    assert found.repair_l1 == pytest.approx(0.06)


def test_a_partition_with_a_silent_bin_is_refused() -> None:
    bins = [GridInterval(None, 70), GridInterval(71, None)]
    with pytest.raises(BadLadder, match="only 1 of 2 bins"):
        market_distribution(bins, [quote(50, 2), quote(50, 2, age_s=999)], NOW)


@st.composite
def weighted(draw: st.DrawFn) -> tuple[FloatArray, FloatArray]:
    pairs = draw(
        st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(1.0, 40_000.0)), min_size=1, max_size=15)
    )
    mids, weights = zip(*pairs, strict=True)
    return np.array(mids), np.array(weights)


@given(weighted())
def test_the_nearest_partition_is_a_pmf_that_meets_the_optimality_conditions(
    case: tuple[FloatArray, FloatArray],
) -> None:
    mids, weights = case
    pmf = nearest_partition(mids, weights)
    assert pmf.min() >= 0.0
    assert pmf.sum() == pytest.approx(1.0, abs=1e-12)
    # Every positive bin has the same gradient w (m - p), and no empty bin would gain by growing.
    gradient = weights * (mids - pmf)
    positive = pmf > 1e-9
    common = gradient[positive].mean()
    scale = 1e-9 * weights.max()
    np.testing.assert_allclose(gradient[positive], common, atol=scale)
    assert (gradient[~positive] <= common + 1e-6 * weights.max()).all()


@pytest.mark.parametrize(
    ("mids", "weights"), [([], []), ([np.nan], [1.0]), ([0.5], [0.0]), ([0.5], [1.0, 1.0])]
)
def test_mids_or_weights_that_mean_nothing_are_refused(
    mids: list[float], weights: list[float]
) -> None:
    with pytest.raises(BadParameter):
        nearest_partition(np.array(mids), np.array(weights))


@pytest.mark.parametrize(
    ("intervals", "quotes", "why"),
    [
        (ABOVE, QUOTES[:-1], "6 markets came with 5 quotes"),
        (ABOVE[:1], [quote(50, 2, age_s=999)], "no rung has a usable mid"),
        ([*ABOVE[:2], GridInterval(2, 3)], QUOTES[:3], "no survival curve"),
    ],
)
def test_ladders_whose_quotes_say_too_little_are_refused(
    intervals: list[GridInterval], quotes: list[Quote], why: str
) -> None:
    with pytest.raises(BadLadder, match=why):
        market_distribution(intervals, quotes, NOW)
