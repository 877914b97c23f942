from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.strategies.weather.bias import LAG_DAYS, recent_bias


def test_a_steady_bias_is_found() -> None:
    assert recent_bias(np.full((2000, 1), 3.0))[-1, 0] == pytest.approx(3.0, rel=0.03)


def test_a_new_bias_counts_more_than_an_old_one() -> None:
    errors = np.concatenate((np.zeros((300, 1)), np.full((20, 1), 2.0)))
    found = recent_bias(errors)[-1, 0]
    assert 0.7 < found < 2.0


def test_where_errors_stop_the_recent_bias_fades_into_the_yearly_one() -> None:
    errors = np.concatenate((np.zeros((300, 1)), np.full((20, 1), 2.0), np.full((200, 1), np.nan)))
    bias = recent_bias(errors)[:, 0]
    yearly = 2.0 * 20 / 320
    assert bias[321] > 0.7
    assert abs(bias[-1] - yearly) < 0.1


def test_each_input_has_its_own_bias_and_absent_errors_are_skipped() -> None:
    errors = np.column_stack((np.full(100, 1.0), np.full(100, -1.0)))
    errors[::3, 1] = np.nan
    found = recent_bias(errors)[-1]
    assert 0.8 < found[0] <= 1.0
    assert -1.0 <= found[1] < -0.7


@given(cut=st.integers(0, 40), value=st.floats(-50, 50))
def test_no_day_sees_an_error_of_its_eve_or_later(cut: int, value: float) -> None:
    errors = np.random.default_rng(3).standard_normal((40, 2))
    changed = errors.copy()
    changed[cut:] = value
    before, after = recent_bias(errors), recent_bias(changed)
    assert (before[: cut + LAG_DAYS] == after[: cut + LAG_DAYS]).all()
