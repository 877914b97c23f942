from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.core.scoring import crps_grid
from kalshi_alpha.strategies.claims.bins import BINS_MAX, on_common_bins, printed_pmf


def test_a_t_of_six_degrees_on_the_grid_scores_as_the_continuous_one_nearly_does() -> None:
    """Worked example: centre 218.4, scale 7.3485, print 225 scores 3.96741 before rounding."""
    pmf = printed_pmf(StudentT(218_400.0, 7348.5, 6))
    rows = on_common_bins([pmf], pmf.hi + 1)
    [score] = crps_grid(rows, np.array([225]), 1.0)
    # Rounding to one step adds about a twelfth of it over the spread.
    assert score == pytest.approx(3.96741, abs=0.05)
    assert pmf.mean == pytest.approx(218_400, abs=1)


def test_nothing_lies_below_zero_or_above_ten_million() -> None:
    pmf = printed_pmf(StudentT(9_000_000.0, 3_000_000.0, 6))
    assert (pmf.lo, pmf.hi) == (0, BINS_MAX)
    assert pmf.probs.sum() == pytest.approx(1.0)


def test_common_bins_keep_every_probability_in_its_place() -> None:
    pmfs = [printed_pmf(StudentT(mean, 8000.0, 6)) for mean in (220_000.0, 240_000.0)]
    rows = on_common_bins(pmfs, 1000)
    assert rows.shape == (2, 1000)
    for row, pmf in zip(rows, pmfs, strict=True):
        assert row[pmf.lo : pmf.hi + 1].tolist() == pmf.probs.tolist()
        assert row.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("strike", "at_least", "exactly"),
    [(215, 0.6927, 0.0460), (220, 0.4430, 0.0506), (225, 0.2191, None)],
)
def test_a_market_on_at_least_a_strike_counts_the_strike_itself(
    strike: int, at_least: float, exactly: float | None
) -> None:
    """Worked example: six degrees, centre 218.4, standard deviation 9, in thousands."""
    pmf = printed_pmf(StudentT.from_sd(218_400.0, 9000.0, 6))
    assert pmf.survival(strike - 1) == pytest.approx(at_least, abs=6e-5)
    if exactly is not None:
        assert pmf.pmf(strike) == pytest.approx(exactly, abs=6e-5)
