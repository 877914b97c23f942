from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.forecast import Normal, StudentT, on_grid
from kalshi_alpha.strategies.weather.bins import WHOLE_DEGREES, binned
from kalshi_alpha.strategies.weather.crps_shape import DOF
from kalshi_alpha.strategies.weather.panel import HIGHEST_F, LOWEST_F


def test_bins_are_the_rounded_latent() -> None:
    found = binned(np.array([70.2, 31.7]), np.array([2.5, 3.5]), np.array([False, True]))
    normal = on_grid(Normal(70.2, 2.5), WHOLE_DEGREES, LOWEST_F, HIGHEST_F)
    heavy = on_grid(StudentT.from_sd(31.7, 3.5, DOF), WHOLE_DEGREES, LOWEST_F, HIGHEST_F)
    assert found[0] == pytest.approx(normal.probs, abs=1e-14)
    assert found[1] == pytest.approx(heavy.probs, abs=1e-14)


def test_tails_are_kept_in_the_end_bins() -> None:
    found = binned(np.array([200.0, -90.0]), np.array([3.0, 3.0]))
    assert found.shape == (2, 201)
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert found[0, -1] == pytest.approx(1.0)
    assert found[1, 0] == pytest.approx(1.0)


def test_without_any_row_there_are_no_bins() -> None:
    assert binned(np.empty(0), np.empty(0)).shape == (0, 201)
