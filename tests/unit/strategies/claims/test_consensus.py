from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.strategies.claims.consensus import PRIOR_WEIGHT, ConsensusWeight


def test_the_prior_stands_until_something_is_learnt() -> None:
    assert ConsensusWeight().value == pytest.approx(PRIOR_WEIGHT)


def test_the_weight_approaches_the_regression_slope() -> None:
    rng = np.random.default_rng(7)
    weight = ConsensusWeight()
    for gap in (0.02 * rng.standard_normal(5000)).tolist():
        weight = weight.learned(gap, 0.3 * gap + 0.01 * float(rng.standard_normal()))
    assert weight.value == pytest.approx(0.3, abs=0.03)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), max_size=20))
def test_the_weight_is_a_share(pairs: list[tuple[float, float]]) -> None:
    weight = ConsensusWeight()
    for gap, error in pairs:
        weight = weight.learned(gap, error)
    assert 0.0 <= weight.value <= 1.0
