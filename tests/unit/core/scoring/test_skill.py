from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring import skill
from kalshi_alpha.core.scoring.skill import loss_ratio


def test_skill_is_the_share_of_the_baselines_loss_that_is_saved() -> None:
    assert skill(np.array([1.0, 2.0]), np.array([2.0, 4.0])) == pytest.approx(0.5)
    assert skill(np.zeros(2), np.ones(2)) == 1.0
    assert skill(np.array([3.0]), np.array([2.0])) == pytest.approx(-0.5)
    assert loss_ratio(np.array([3.0]), np.array([2.0])) == 1.5


@pytest.mark.parametrize(
    ("scores", "baseline"),
    [([1.0], [0.0]), ([1.0], [math.nan]), ([math.nan], [1.0]), ([1.0, 2.0], [1.0]), ([], [])],
)
def test_what_cannot_be_compared_is_refused(scores: list[float], baseline: list[float]) -> None:
    with pytest.raises(BadParameter):
        skill(np.array(scores), np.array(baseline))
