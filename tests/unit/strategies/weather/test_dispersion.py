from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.strategies.weather.bias import LAG_DAYS
from kalshi_alpha.strategies.weather.dispersion import dispersion


def test_nothing_known_leaves_the_scale_alone() -> None:
    assert (dispersion(np.full(30, np.nan), 0.8, 30.0) == 1.0).all()


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_errors_wider_than_expected_widen_the_scale(factor: float) -> None:
    found = dispersion(np.full(3000, 0.8 * factor), 0.8, 30.0)[-1]
    assert found == pytest.approx(1.0 + 0.81 * (factor - 1.0), abs=0.02)


def test_a_stronger_prior_moves_less() -> None:
    z = np.full(60, 2.0)
    assert dispersion(z, 0.8, 90.0)[-1] < dispersion(z, 0.8, 30.0)[-1]


@given(cut=st.integers(0, 50))
def test_no_day_sees_an_error_of_its_eve_or_later(cut: int) -> None:
    z = np.random.default_rng(1).standard_normal(50)
    changed = z.copy()
    changed[cut:] = 9.0
    kept = slice(0, cut + LAG_DAYS)
    assert (dispersion(z, 0.8, 30.0)[kept] == dispersion(changed, 0.8, 30.0)[kept]).all()
