"""What a threshold is calibrated on, the units really traded, and what came of it.

The textbook threshold assumes normal units. Bought longshots hardly ever alarm under it, and
sold ones alarm twice too often, so a threshold is simulated from the stored forecasts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.guards.standardise import UnitRisk, unit_risk

N_UNITS_MAX = 250  # the most recent ones describe what is traded now
N_UNITS_MIN = 10  # fewer say too little; the normal threshold is used


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold h, where it came from, and the hash of what it was computed from."""

    h: float
    source: str
    inputs_sha256: str


@dataclass(frozen=True, slots=True)
class UnitForecast:
    """One past unit: atom probabilities stored at fill, and net profit on each atom."""

    probs: tuple[float, ...]
    pnl: tuple[float, ...]

    @property
    def risk(self) -> UnitRisk:
        """The moments of its profit."""
        return unit_risk(np.array(self.probs), np.array(self.pnl))


def inputs_sha256(units: Sequence[UnitForecast], k: float, arl0: float, n_paths: int) -> str:
    """Return the hash that names a calibration, so that its result can be kept."""
    parts = (tuple((unit.probs, unit.pnl) for unit in units), k, arl0, n_paths)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
