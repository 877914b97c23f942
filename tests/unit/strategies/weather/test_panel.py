from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.strategies.weather.panel import (
    StationPanel,
    from_epoch,
    plausible,
    plausible_spread,
    to_epoch,
)


def test_sentinels_and_slipped_digits_are_absent() -> None:
    values = plausible(np.array([999.0, -99.0, 99.0, -60.0, 140.0, 141.0, np.nan, np.inf]))
    assert np.isnan(values).tolist() == [True, True, False, False, False, True, True, True]
    spreads = plausible_spread(np.array([-0.1, 0.0, 40.0, 99.0, np.nan]))
    assert np.isnan(spreads).tolist() == [True, False, False, True, True]


def test_days_and_dates_agree() -> None:
    assert to_epoch(date(2025, 1, 15)) == 20_103
    assert from_epoch(20_103) == date(2025, 1, 15)


def test_a_day_is_guided_if_it_has_any_input() -> None:
    inputs = np.array([[1.0, np.nan], [np.nan, np.nan]])
    panel = StationPanel("KNYC", 0, ("a", "b"), inputs, np.zeros(2), np.zeros(2))
    assert panel.guided.tolist() == [True, False]
    assert panel.days.tolist() == [0, 1]
    assert panel.date_of(1) == date(1970, 1, 2)


def test_shapes_must_belong_together() -> None:
    with pytest.raises(BadParameter):
        StationPanel("KNYC", 0, ("a",), np.zeros((3, 2)), np.zeros(3), np.zeros(3))
    with pytest.raises(BadParameter):
        StationPanel("KNYC", 0, ("a",), np.zeros((3, 1)), np.zeros(2), np.zeros(3))
