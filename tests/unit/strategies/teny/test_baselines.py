from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.strategies.teny.baselines import (
    CLIMATOLOGY,
    RANDOM_WALK,
    ROLLING,
    baseline_pmfs,
)
from kalshi_alpha.strategies.teny.change import WINDOW_BP

RNG = np.random.default_rng(20250612)
MOVES = np.rint(RNG.standard_normal(100) * np.linspace(3.0, 9.0, 100)).astype(np.int64)
FIRST = 70


def spread(pmf: FloatArray) -> float:
    steps = np.arange(-WINDOW_BP, WINDOW_BP + 1)
    return math.sqrt(float(pmf @ (steps * steps) - (pmf @ steps) ** 2))


def test_each_baseline_has_the_spread_that_it_is_named_for() -> None:
    found = baseline_pmfs(MOVES, FIRST)
    assert set(found) == {ROLLING, RANDOM_WALK, CLIMATOLOGY}
    for i, end in enumerate(range(FIRST, 100)):
        rounding = 1 / 12  # the variance that printing whole basis points adds
        rolling = math.hypot(MOVES[end - 60 : end].std(ddof=1), math.sqrt(rounding))
        walk = math.sqrt(float((MOVES[:end] ** 2).mean()) + rounding)
        assert spread(found[ROLLING][i]) == pytest.approx(rolling, rel=1e-6)
        assert spread(found[RANDOM_WALK][i]) == pytest.approx(walk, rel=1e-6)
        assert found[CLIMATOLOGY][i, WINDOW_BP] == pytest.approx(float((MOVES[:end] == 0).mean()))
        for pmfs in found.values():
            assert pmfs[i].sum() == pytest.approx(1.0, abs=1e-9)


def test_a_baseline_knows_only_what_came_before() -> None:
    poisoned = MOVES.copy()
    poisoned[80:] = 150
    clean, after = baseline_pmfs(MOVES, FIRST), baseline_pmfs(poisoned, FIRST)
    for name in clean:
        assert clean[name][:11].tobytes() == after[name][:11].tobytes()
        assert clean[name][11:].tobytes() != after[name][11:].tobytes()
