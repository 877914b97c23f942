"""The CUSUM threshold at which the whole guard, e-detectors included, has the wanted run length.

The guard alarms when any of its detectors does. Its e-detectors are set at twice the wanted run
length, which holds whatever the distribution is. What is left is the sum's threshold: it is chosen
so that all three together run as long as was asked for, on the units really traded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.calibration import (
    N_UNITS_MAX,
    N_UNITS_MIN,
    Threshold,
    UnitForecast,
    inputs_sha256,
)
from kalshi_alpha.core.guards.e_detector import LAMBDAS
from kalshi_alpha.core.guards.new_highs import NewHighs, average_run_length
from kalshi_alpha.core.guards.run_length import bisect_threshold, threshold_for
from kalshi_alpha.core.guards.sequential import UNION_FACTOR
from kalshi_alpha.core.guards.standardise import standardised_atoms

N_PATHS = 2_000
_HORIZON = 4  # in wanted run lengths: about 2 % of honest paths last longer
_RISKLESS_USD = 1e-6
_BATCH = 1_000  # paths side by side: their sums stay in the processor's cache


@dataclass(frozen=True, slots=True)
class AtomTable:
    """What one atom of a unit does to each detector, all units in one table.

    Arrays are of shape ``(n_atoms,)``: how likely the atom is drawn, its clipped z, and the shares
    of their best case by which it beats what was expected, and zero.
    """

    probs: FloatArray
    z: FloatArray
    beyond_expected: FloatArray
    beyond_zero: FloatArray


@dataclass(frozen=True, slots=True)
class UnionPaths:
    """Simulated histories of the whole guard, from which any threshold's run length is read.

    Attributes
    ----------
    highs
        New highs of the sums.
    e_alarm
        Units after which an e-detector alarmed, one more than ``horizon`` if none did, shape
        ``(n_paths,)``.
    horizon
        Units that each path was run for.
    """

    highs: NewHighs
    e_alarm: IntArray
    horizon: int

    def arl(self, h: float) -> float:
        """Average run length at threshold h: units lived through over alarms seen."""
        first = self.highs.first_crossings(h, self.e_alarm.size, self.horizon)
        return average_run_length(np.minimum(first, self.e_alarm), self.horizon)


def union_threshold(
    units: Sequence[UnitForecast],
    k: float,
    arl0: float,
    rng: np.random.Generator,
    *,
    n_paths: int = N_PATHS,
) -> Threshold:
    """Return the sum's threshold with which the guard's run length is ``arl0`` on honest units.

    Parameters
    ----------
    units
        Past units, oldest first; the last 250 are used. Units without risk are passed over.
    k, arl0
        Allowance of the sum, and the wanted run length of the guard in units.
    rng
        Source of randomness; the same one gives the same threshold.
    n_paths
        Simulated histories; their average is off by about ``1 / sqrt(n_paths)``.

    Returns
    -------
    Threshold
        ``source`` is ``simulated``, or ``normal`` with fewer than 10 usable units or where the
        sum could never rise.

    Raises
    ------
    InvalidPmf, BadParameter
        If a unit's probabilities or profits are impossible.
    """
    recent = tuple(units[-N_UNITS_MAX:])
    name = inputs_sha256(recent, k, arl0, n_paths)
    usable = [unit for unit in recent if not unit.risk.is_riskless]
    normal = Threshold(threshold_for(UNION_FACTOR * arl0, k), "normal", name)
    if len(usable) < N_UNITS_MIN:
        return normal
    table = atom_table(usable)
    if table.z.min() + k >= 0.0:
        return normal
    paths = union_paths(table, k, arl0, rng, n_paths=n_paths)
    return Threshold(bisect_threshold(paths.arl, arl0), "simulated", name)


def atom_table(units: Sequence[UnitForecast]) -> AtomTable:
    """Put the atoms of units into one table, each unit equally likely.

    Raises
    ------
    InvalidPmf, BadParameter
        If a unit's probabilities or profits are impossible, or there is no unit.
    """
    if not units:
        raise BadParameter("there is no unit to simulate")
    columns = [_columns(unit) for unit in units]
    probs, z, expected, zero = (np.concatenate(column) for column in zip(*columns, strict=True))
    return AtomTable(probs / len(units), z, expected, zero)


def _columns(unit: UnitForecast) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    risk, probs, pnl = unit.risk, np.array(unit.probs), np.array(unit.pnl)
    z = standardised_atoms(probs, pnl)
    expected = (pnl - risk.expected) / max(risk.best - risk.expected, _RISKLESS_USD)
    # A unit that cannot gain says nothing about breaking even.
    zero = pnl / risk.best if risk.best > 0.0 else np.zeros(pnl.size)
    return probs, z, expected, zero


def union_paths(
    table: AtomTable,
    k: float,
    arl0: float,
    rng: np.random.Generator,
    *,
    n_paths: int,
    draw: FloatArray | None = None,
) -> UnionPaths:
    """Run honest guards side by side.

    Parameters
    ----------
    table, k, arl0
        The units, the sum's allowance, and the wanted run length: e-detectors alarm at twice that.
    rng, n_paths
        Randomness, and number of histories.
    draw
        True probabilities of the atoms, of the table's shape; None for those of the forecasts.

    Raises
    ------
    BadParameter
        If there is nothing to simulate.
    """
    horizon = int(_HORIZON * arl0)
    probs = table.probs if draw is None else draw
    if not (n_paths > 0 and horizon > 0 and probs.shape == table.probs.shape):
        raise BadParameter(f"cannot simulate {n_paths} paths of {horizon} units")
    cumulative = np.cumsum(probs)
    cumulative[-1] = 1.0  # a draw in the last rounding error belongs to the last atom
    batches = [
        _batch(table, cumulative, k, UNION_FACTOR * arl0, horizon, rng, min(_BATCH, n_paths - done))
        for done in range(0, n_paths, _BATCH)
    ]
    return UnionPaths(
        highs=NewHighs(
            path=np.concatenate([b[0] + n * _BATCH for n, b in enumerate(batches)]),
            time=np.concatenate([b[1] for b in batches]),
            high=np.concatenate([b[2] for b in batches]),
        ),
        e_alarm=np.concatenate([b[3] for b in batches]),
        horizon=horizon,
    )


def _batch(
    table: AtomTable,
    cumulative: FloatArray,
    k: float,
    limit: float,
    horizon: int,
    rng: np.random.Generator,
    n: int,
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    sums, peaks = np.zeros(n), np.zeros(n)
    stakes = np.array(LAMBDAS)[:, None]
    degraded, even = np.zeros((len(LAMBDAS), n)), np.zeros((len(LAMBDAS), n))
    e_alarm = np.full(n, horizon + 1, dtype=np.int64)
    highs: list[tuple[IntArray, IntArray, FloatArray]] = []
    for time in range(1, horizon + 1):
        atom = np.searchsorted(cumulative, rng.random(n), side="right")
        np.maximum(sums - table.z[atom] - k, 0.0, out=sums)
        (rising,) = np.nonzero(sums > peaks)
        peaks[rising] = sums[rising]
        highs.append((rising, np.full(rising.size, time), sums[rising]))
        for evidence, beyond in ((degraded, table.beyond_expected), (even, table.beyond_zero)):
            np.multiply(evidence + 1.0, 1.0 - stakes * beyond[atom], out=evidence)
            e_alarm[(evidence.mean(axis=0) >= limit) & (e_alarm > time)] = time
        if (e_alarm <= time).all():
            break
    path, when, high = (np.concatenate(column) for column in zip(*highs, strict=True))
    return path, when, high, e_alarm
