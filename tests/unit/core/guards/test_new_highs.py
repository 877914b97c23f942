from __future__ import annotations

import math

import numpy as np

from kalshi_alpha.core.guards.new_highs import NewHighs, average_run_length

HIGHS = NewHighs(
    path=np.array([0, 1, 0, 0]), time=np.array([1, 2, 3, 5]), high=np.array([1.0, 2.5, 2.0, 3.0])
)


def test_the_first_of_a_sums_highs_that_reaches_the_threshold_counts() -> None:
    assert HIGHS.first_crossings(2.0, 3, 6).tolist() == [3, 2, 7]
    assert HIGHS.first_crossings(2.6, 3, 6).tolist() == [5, 7, 7]
    # A high a rounding error below the threshold has reached it.
    assert HIGHS.first_crossings(2.0 + 1e-12, 3, 6).tolist() == [3, 2, 7]


def test_a_run_length_is_units_lived_through_over_alarms() -> None:
    assert average_run_length(np.array([3, 2, 7]), 6) == (3 + 2 + 6) / 2
    assert average_run_length(np.array([6]), 6) == 6.0
    assert average_run_length(np.array([7, 7]), 6) == math.inf
