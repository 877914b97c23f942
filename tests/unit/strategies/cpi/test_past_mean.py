from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.past_mean import around_past_mean
from kalshi_alpha.strategies.cpi.scale import SCALE_FLOOR


def test_worked_by_hand_a_two_month_mean() -> None:
    """Means .3 (of .2, .4) and .6 (of .4, .8); the one known error is .8 - .3."""
    dist = around_past_mean(np.array([0.2, 0.4, 0.8]), 2)
    assert (dist.mean, dist.sd) == pytest.approx((0.6, 0.5))
    assert dist.dof == 6


def test_a_random_walk_is_centred_on_the_last_print() -> None:
    dist = around_past_mean(np.array([0.1, 0.4, 0.2]), 1)
    assert dist.mean == pytest.approx(0.2)
    assert dist.sd == pytest.approx(np.sqrt((0.3**2 + 0.2**2) / 2))


def test_a_run_of_equal_prints_does_not_make_the_next_one_certain() -> None:
    assert around_past_mean(np.full(30, 0.2), 12).scale == SCALE_FLOOR


def test_a_mean_whose_error_was_never_seen_is_refused() -> None:
    with pytest.raises(MissingData, match="needs more, had 12"):
        around_past_mean(np.zeros(12), 12)
