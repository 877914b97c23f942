from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.confidence_sequence import (
    confidence_sequence,
    delta_confidence_sequence,
)


def test_without_values_nothing_is_known() -> None:
    assert confidence_sequence(np.array([])) == (0.0, 1.0)


def test_the_interval_only_shrinks_as_values_come() -> None:
    values = np.random.default_rng(4).random(300)
    at = [confidence_sequence(values[:n]) for n in (10, 50, 150, 300)]
    lows, highs = [low for low, _ in at], [high for _, high in at]
    assert lows == sorted(lows)
    assert highs == sorted(highs, reverse=True)
    assert highs[-1] - lows[-1] < 0.2


@pytest.mark.parametrize("mean", [0.1, 0.5, 0.8])
def test_the_mean_is_missed_in_at_most_one_history_of_twenty(mean: float) -> None:
    rng, missed = np.random.default_rng(5), 0
    for _ in range(60):
        low, high = confidence_sequence((rng.random(150) < mean).astype(np.float64), n_grid=200)
        missed += not low <= mean <= high
    # Three would be the promised five per cent; six are allowed to sixty histories.
    assert missed <= 6


def test_a_steady_value_is_closed_in_on() -> None:
    low, high = confidence_sequence(np.full(400, 0.7))
    assert low < 0.7 < high
    assert high - low < 0.1


def test_deltas_are_scaled_from_their_bounds() -> None:
    low, high = delta_confidence_sequence(np.full(400, 600.0))
    assert -1000 < low < 600.0 < high < 2000
    assert delta_confidence_sequence(np.array([])) == (-10_000.0, 10_000.0)


def test_a_history_that_refutes_every_mean_leaves_its_own() -> None:
    values = np.concatenate((np.zeros(200), np.ones(200)))
    assert confidence_sequence(values) == (0.5, 0.5)


def test_impossible_inputs_are_refused() -> None:
    for wrong in ([1.1], [-0.1], [math.nan]):
        with pytest.raises(BadParameter, match="values"):
            confidence_sequence(np.array(wrong))
    with pytest.raises(BadParameter, match="alpha"):
        confidence_sequence(np.array([0.5]), alpha=0.0)
    with pytest.raises(BadParameter):
        delta_confidence_sequence(np.array([10_001.0]))
