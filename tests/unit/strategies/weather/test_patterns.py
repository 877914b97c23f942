from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.strategies.weather.panel import StationPanel
from kalshi_alpha.strategies.weather.patterns import (
    Pattern,
    bias_of,
    pattern_of,
    training_rows,
)

MakePanel = Callable[..., StationPanel]


def test_a_pattern_names_what_a_day_has(make_panel: MakePanel) -> None:
    panel = make_panel(50, inputs=3)
    inputs, spread = panel.inputs.copy(), panel.spread.copy()
    inputs[4, 1], spread[5] = np.nan, 2.0
    panel = replace(panel, inputs=inputs, spread=spread)
    assert pattern_of(panel, 3) == Pattern((0, 1, 2), ensemble=False)
    assert pattern_of(panel, 4) == Pattern((0, 2), ensemble=False)
    assert pattern_of(panel, 5) == Pattern((0, 1, 2), ensemble=True)


def test_complete_days_have_the_inputs_the_spread_and_an_observation(
    make_panel: MakePanel,
) -> None:
    panel = make_panel(6)
    panel.inputs[0, 1] = np.nan
    panel.observed[1] = np.nan
    panel.spread[3:] = 1.0
    rows = np.arange(6)
    assert Pattern((0, 1), ensemble=False).complete(panel, rows).tolist() == [2, 3, 4, 5]
    assert Pattern((0,), ensemble=False).complete(panel, rows).tolist() == [0, 2, 3, 4, 5]
    assert Pattern((0, 1), ensemble=True).complete(panel, rows).tolist() == [3, 4, 5]


def test_inputs_are_moved_by_their_bias_and_the_spread_is_theirs(make_panel: MakePanel) -> None:
    panel = make_panel(300)
    bias = bias_of(panel)
    rows = np.array([250, 251])
    data = Pattern((0, 1), ensemble=False).data(panel, bias, rows)
    assert data.inputs == pytest.approx(panel.inputs[rows] + bias[rows])
    assert data.spread == pytest.approx(np.abs(np.diff(data.inputs, axis=1))[:, 0] / 2.0)
    assert Pattern((1,), ensemble=False).data(panel, bias, rows).spread.tolist() == [0.0, 0.0]


def test_a_fit_learns_from_what_was_reported_by_then() -> None:
    assert training_rows(5, window=3).tolist() == [1, 2, 3]
    assert training_rows(5, window=3, lag=1).tolist() == [2, 3, 4]
    assert training_rows(1, window=3).tolist() == []
