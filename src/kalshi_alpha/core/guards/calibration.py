"""The CUSUM threshold that fits the units really traded.

The textbook threshold assumes normal units. Bought longshots hardly ever alarm under it, and
sold ones alarm twice too often, so the threshold is simulated from the stored forecasts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.new_highs import NewHighs, average_run_length
from kalshi_alpha.core.guards.run_length import bisect_threshold, threshold_for
from kalshi_alpha.core.guards.standardise import UnitRisk, standardised_atoms, unit_risk

N_PATHS = 10_000
N_UNITS_MAX = 250  # the most recent ones describe what is traded now
N_UNITS_MIN = 10  # fewer say too little; the normal threshold is used
_HORIZON = 4  # in wanted run lengths: about 2 % of honest paths last longer


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


@dataclass(frozen=True, slots=True)
class SimulatedPaths:
    """New highs of simulated honest sums, from which any threshold's run length is read."""

    highs: NewHighs
    n_paths: int
    horizon: int

    def arl(self, h: float) -> float:
        """Average run length at threshold h: units lived through over alarms seen."""
        first = self.highs.first_crossings(h, self.n_paths, self.horizon)
        return average_run_length(first, self.horizon)


def inputs_sha256(units: Sequence[UnitForecast], k: float, arl0: float, n_paths: int) -> str:
    """Return the hash that names a calibration, so that its result can be kept."""
    parts = (tuple((unit.probs, unit.pnl) for unit in units), k, arl0, n_paths)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def calibrate_threshold(
    units: Sequence[UnitForecast],
    k: float,
    arl0: float,
    rng: np.random.Generator,
    *,
    n_paths: int = N_PATHS,
) -> Threshold:
    """Return the threshold whose run length is ``arl0`` if every stored forecast is honest.

    Parameters
    ----------
    units
        Past units, oldest first; the last 250 are used. Units without risk are passed over.
    k, arl0
        Allowance, and the wanted run length in units.
    rng
        Source of randomness; the same one gives the same threshold.
    n_paths
        Simulated histories.

    Returns
    -------
    Threshold
        ``source`` is ``simulated``, or ``normal`` with fewer than 10 usable units or where
        the units could never alarm.

    Raises
    ------
    InvalidPmf, BadParameter
        If a unit's probabilities or profits are impossible.
    """
    recent = tuple(units[-N_UNITS_MAX:])
    name = inputs_sha256(recent, k, arl0, n_paths)
    usable = [unit for unit in recent if not unit.risk.is_riskless]
    if len(usable) < N_UNITS_MIN:
        return Threshold(threshold_for(arl0, k), "normal", name)
    values, probs = pooled_units(usable)
    if values.min() + k >= 0.0:
        return Threshold(threshold_for(arl0, k), "normal", name)
    paths = simulate_paths(values, probs, k, rng, n_paths=n_paths, horizon=int(_HORIZON * arl0))
    return Threshold(bisect_threshold(paths.arl, arl0), "simulated", name)


def pooled_units(units: Sequence[UnitForecast]) -> tuple[FloatArray, FloatArray]:
    """Return the z values of all units' atoms and their probabilities, each unit equally likely.

    Raises
    ------
    InvalidPmf, BadParameter
        If a unit's probabilities or profits are impossible.
    """
    arrays = [(np.array(unit.probs), np.array(unit.pnl)) for unit in units]
    values = np.concatenate([standardised_atoms(probs, pnl) for probs, pnl in arrays])
    return values, np.concatenate([probs for probs, _ in arrays]) / len(arrays)


def simulate_paths(
    values: FloatArray,
    probs: FloatArray,
    k: float,
    rng: np.random.Generator,
    *,
    n_paths: int,
    horizon: int,
) -> SimulatedPaths:
    """Run honest sums side by side, and record each new high.

    Parameters
    ----------
    values, probs : ndarray of shape (n_values,)
        Distribution of one unit's z.
    k
        Allowance.
    rng, n_paths, horizon
        Randomness, number of sums, and units each is run for.

    Raises
    ------
    BadParameter
        If there is nothing to simulate.
    """
    if not (n_paths > 0 and horizon > 0 and values.size == probs.size > 0):
        raise BadParameter(f"cannot simulate {n_paths} paths of {horizon} from {values.size}")
    cumulative = np.cumsum(probs)
    cumulative[-1] = 1.0  # a draw in the last rounding error belongs to the last value
    sums, peaks = np.zeros(n_paths), np.zeros(n_paths)
    highs: list[tuple[IntArray, IntArray, FloatArray]] = []
    for time in range(1, horizon + 1):
        drawn = values[np.searchsorted(cumulative, rng.random(n_paths), side="right")]
        np.maximum(sums - drawn - k, 0.0, out=sums)
        (rising,) = np.nonzero(sums > peaks)
        peaks[rising] = sums[rising]
        highs.append((rising, np.full(rising.size, time), sums[rising]))
    path, when, high = (np.concatenate(column) for column in zip(*highs, strict=True))
    return SimulatedPaths(NewHighs(path, when, high), n_paths, horizon)
