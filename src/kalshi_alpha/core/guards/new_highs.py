"""Run lengths read from simulated sums: the new highs say when any threshold was first reached."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.guards.cusum import TIE


@dataclass(frozen=True, slots=True)
class NewHighs:
    """New highs of sums that were run side by side, in time order.

    Attributes
    ----------
    path, time, high
        Which sum, after how many units, and how high, each of shape ``(n_highs,)``.
    """

    path: IntArray
    time: IntArray
    high: FloatArray

    def first_crossings(self, h: float, n_paths: int, horizon: int) -> IntArray:
        """Return the unit at which each sum first reached h, or ``horizon + 1`` if it never did.

        Parameters
        ----------
        h
            Threshold.
        n_paths, horizon
            Number of sums, and units that each was run for.

        Returns
        -------
        ndarray of shape (n_paths,)
        """
        crossed = self.high >= h - TIE
        first = np.full(n_paths, horizon + 1, dtype=np.int64)
        # Written backwards, so that a path's earliest crossing is the one that stays.
        first[self.path[crossed][::-1]] = self.time[crossed][::-1]
        return first


def average_run_length(alarms: IntArray, horizon: int) -> float:
    """Return units lived through over alarms seen, for histories that were cut at a horizon.

    Parameters
    ----------
    alarms
        Unit at which each history alarmed, later than ``horizon`` if it did not.
    horizon
        Units that each history was run for.

    Returns
    -------
    float
        Infinity if nothing alarmed.
    """
    seen = int((alarms <= horizon).sum())
    lived = float(np.minimum(alarms, horizon).sum())
    return lived / seen if seen else math.inf
