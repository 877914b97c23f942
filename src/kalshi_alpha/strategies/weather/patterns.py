"""Which inputs a day has, and the sub-model that goes with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.strategies.weather.bias import LAG_DAYS, recent_bias
from kalshi_alpha.strategies.weather.emos import EmosData
from kalshi_alpha.strategies.weather.panel import StationPanel

WINDOW_DAYS = 730
"""Days a fit learns from: two of each season, and not so many that old model versions rule."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Columns of the inputs that a sub-model has, and whether the spread is an ensemble's."""

    columns: tuple[int, ...]
    ensemble: bool

    def data(self, panel: StationPanel, bias: FloatArray, rows: IntArray) -> EmosData:
        """Return the rows' inputs less their bias, and their spread.

        Without an ensemble the spread is the standard deviation of the inputs around their own
        mean, which is zero for a single one.
        """
        columns = list(self.columns)
        inputs = panel.inputs[rows][:, columns] + bias[rows][:, columns]
        spread = panel.spread[rows] if self.ensemble else inputs.std(axis=1)
        return EmosData(inputs, spread, panel.days[rows])

    def complete(self, panel: StationPanel, rows: IntArray) -> IntArray:
        """Return those of the rows that have all of it and an observation."""
        whole = np.isfinite(panel.inputs[rows][:, list(self.columns)]).all(axis=1)
        whole &= np.isfinite(panel.observed[rows])
        if self.ensemble:
            whole &= np.isfinite(panel.spread[rows])
        return np.asarray(rows[whole])


def pattern_of(panel: StationPanel, row: int) -> Pattern:
    """Return the pattern of what a row has."""
    columns = tuple(np.flatnonzero(np.isfinite(panel.inputs[row])).tolist())
    return Pattern(columns, bool(np.isfinite(panel.spread[row])))


def bias_of(panel: StationPanel, lag: int = LAG_DAYS) -> FloatArray:
    """Return each input's recent bias as known for each row of the panel."""
    errors = panel.observed[:, None] - panel.inputs
    return recent_bias(errors, lag)[: panel.observed.size]


def training_rows(row: int, window: int = WINDOW_DAYS, lag: int = LAG_DAYS) -> IntArray:
    """Return the rows that a fit for a row may learn from: known by then, inside the window."""
    after = max(0, row - lag + 1)
    return np.arange(max(0, after - window), after)
