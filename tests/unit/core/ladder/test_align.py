from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadLadder, BadParameter, BadStrike, InvalidPmf
from kalshi_alpha.core.ladder.align import (
    UNBOUNDED_ABOVE,
    UNBOUNDED_BELOW,
    batch_market_probabilities,
    interval_bounds,
    market_probabilities,
    stack_pmfs,
)
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval


def printed_cpi() -> FloatArray:
    """Return the PMF of the printed values -0.1 .. 0.6, tails in the end bins, of N(0.27, 0.12)."""
    inner = [(tenths / 10 - 0.05 - 0.27) / 0.12 for tenths in range(7)]
    below = [0.0, *(0.5 * (1.0 + math.erf(z / math.sqrt(2.0))) for z in inner), 1.0]
    return np.diff(below)


PRINTED = printed_cpi()


@st.composite
def pmfs(draw: st.DrawFn) -> FloatArray:
    masses = draw(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
    raw = np.array(masses) + 1e-9
    return np.asarray(raw / raw.sum())


@st.composite
def intervals(draw: st.DrawFn) -> GridInterval:
    lo, hi = sorted((draw(st.integers(-25, 25)), draw(st.integers(-25, 25))))
    return GridInterval(
        lo if draw(st.booleans()) else None,
        hi if draw(st.booleans()) else None,
    )


def naive(pmf: FloatArray, lo: int, market: GridInterval) -> float:
    return sum(float(p) for at, p in enumerate(pmf) if lo + at in market)


def probabilities(pmf: FloatArray, lo: int, *markets: GridInterval) -> list[float]:
    return [float(p) for p in market_probabilities(pmf, lo, *interval_bounds(markets))]


def test_a_grid_pmf_is_summed_without_a_half_step() -> None:
    above, at_least, exactly = probabilities(
        PRINTED, -1, GridInterval(4, None), GridInterval(3, None), GridInterval(3, 3)
    )
    assert above == pytest.approx(0.2525, abs=5e-5)
    assert at_least == pytest.approx(0.5662, abs=5e-5)
    assert exactly == pytest.approx(at_least - above, abs=1e-15)


def test_intervals_outside_the_support_are_worth_exactly_nothing_or_one() -> None:
    got = probabilities(
        PRINTED,
        -1,
        GridInterval(7, None),
        GridInterval(None, -2),
        GridInterval(-9, -5),
        GridInterval(-1, 6),
        GridInterval(None, 6),
        GridInterval(-50, None),
        GridInterval(None, None),
    )
    assert got == [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]


@given(pmfs(), st.integers(-10, 10), st.lists(intervals(), min_size=1, max_size=8))
def test_one_ladder_equals_a_naive_sum(
    pmf: FloatArray, lo: int, markets: list[GridInterval]
) -> None:
    expected = [naive(pmf, lo, market) for market in markets]
    np.testing.assert_allclose(probabilities(pmf, lo, *markets), expected, atol=1e-12)


@given(
    st.lists(
        st.tuples(pmfs(), st.integers(-10, 10), st.lists(intervals(), max_size=6)),
        min_size=1,
        max_size=6,
    )
)
def test_a_batch_equals_a_naive_loop(
    ladders: list[tuple[FloatArray, int, list[GridInterval]]],
) -> None:
    markets = [market for _, _, listed in ladders for market in listed]
    ladder_of = [at for at, (_, _, listed) in enumerate(ladders) for _ in listed]
    got = batch_market_probabilities(
        stack_pmfs([pmf for pmf, _, _ in ladders]),
        np.array([lo for _, lo, _ in ladders], dtype=np.int64),
        np.array(ladder_of, dtype=np.int64),
        *interval_bounds(markets),
    )
    expected = [naive(pmf, lo, market) for pmf, lo, listed in ladders for market in listed]
    np.testing.assert_allclose(got, expected, atol=1e-12)
    assert got.size == 0 or (got.min() >= 0.0 and got.max() <= 1.0)


@given(pmfs(), st.integers(-10, 10), st.sets(st.integers(-15, 25), max_size=10))
def test_the_markets_of_a_partition_sum_to_one(pmf: FloatArray, lo: int, cuts: set[int]) -> None:
    atoms = AtomGrid(tuple(sorted(cuts))).atoms
    assert sum(probabilities(pmf, lo, *atoms)) == pytest.approx(1.0, abs=1e-12)


@given(pmfs(), st.integers(-10, 10), st.integers(-15, 25))
def test_yes_and_no_of_a_threshold_sum_to_exactly_one(pmf: FloatArray, lo: int, at: int) -> None:
    yes, no = probabilities(pmf, lo, GridInterval(at, None), GridInterval(None, at - 1))
    assert yes + no == 1.0


@given(pmfs(), st.integers(-10, 10))
def test_thresholds_never_rise_with_the_strike(pmf: FloatArray, lo: int) -> None:
    rungs = [GridInterval(at, None) for at in range(-15, 30)]
    assert (np.diff(probabilities(pmf, lo, *rungs)) <= 0.0).all()


def test_a_sum_within_tolerance_of_one_never_leaves_the_unit_range() -> None:
    pmf = np.array([0.0, 0.5, 0.5 + 5e-10])
    assert probabilities(pmf, 0, GridInterval(None, 0), GridInterval(1, None)) == [0.0, 1.0]


def test_inputs_are_left_as_they_were() -> None:
    pmf = PRINTED.copy()
    lo, hi = interval_bounds([GridInterval(3, None), GridInterval(None, 4)])
    market_probabilities(pmf, -1, lo, hi)
    np.testing.assert_array_equal(pmf, PRINTED)
    assert lo.tolist() == [3, UNBOUNDED_BELOW]
    assert hi.tolist() == [UNBOUNDED_ABOVE, 4]


def test_rows_of_different_length_are_filled_up_with_zeros() -> None:
    stacked = stack_pmfs([np.array([1.0]), np.array([0.25, 0.75])])
    assert stacked.tolist() == [[1.0, 0.0], [0.25, 0.75]]
    with pytest.raises(InvalidPmf):
        stack_pmfs([])


@pytest.mark.parametrize(
    "pmf", [[], [0.5, 0.4], [1.2, -0.2], [np.nan, 1.0], [0.5, np.nan], [0.5, 0.5 + 2e-9]]
)
def test_numbers_that_are_no_pmf_are_refused(pmf: list[float]) -> None:
    with pytest.raises(InvalidPmf):
        probabilities(np.array(pmf), 0, GridInterval(0, None))


def test_strikes_as_floats_are_refused() -> None:
    with pytest.raises(BadParameter, match="never floats"):
        market_probabilities(
            PRINTED,
            -1,
            np.array([3.0]),
            np.array([UNBOUNDED_ABOVE]),
        )


def batch(ladder_lo: list[int], ladder_of: list[int], lo: list[int], hi: list[int]) -> FloatArray:
    return batch_market_probabilities(
        np.array([[0.5, 0.5], [0.1, 0.9]]),
        *(np.array(each, dtype=np.int64) for each in (ladder_lo, ladder_of, lo, hi)),
    )


@pytest.mark.parametrize(
    ("ladder_lo", "ladder_of", "lo", "hi", "error"),
    [
        ([0, 0], [2], [0], [1], BadLadder),
        ([0, 0], [-1], [0], [1], BadLadder),
        ([0, 0], [0], [2], [1], BadStrike),
        ([0], [0], [0], [1], BadParameter),
        ([0, 0], [0, 1], [0], [1], BadParameter),
        ([0, 1 << 60], [0], [0], [1], BadParameter),
        ([0, -(1 << 60)], [0], [0], [1], BadParameter),
        ([0, 0], [0], [UNBOUNDED_BELOW - 1], [1], BadParameter),
        ([0, 0], [0], [0], [UNBOUNDED_ABOVE + 1], BadParameter),
    ],
)
def test_indices_that_point_nowhere_are_refused(
    ladder_lo: list[int], ladder_of: list[int], lo: list[int], hi: list[int], error: type[Exception]
) -> None:
    with pytest.raises(error):
        batch(ladder_lo, ladder_of, lo, hi)


def test_ladders_far_from_zero_keep_their_sentinels_apart() -> None:
    far = (1 << 60) - 10
    got = batch([far, -far], [0, 0, 1, 1], [far + 1, UNBOUNDED_BELOW, -far + 1, UNBOUNDED_BELOW],
                [UNBOUNDED_ABOVE, far, UNBOUNDED_ABOVE, -far])  # fmt: skip
    np.testing.assert_allclose(got, [0.5, 0.5, 0.9, 0.1], atol=1e-15)
