"""Probability integral transform of printed values: where in its own forecast each one fell.

On a grid the transform cannot be uniform. The mid-PIT keeps the mean at one half but has a
smaller spread than a uniform; an observed spread below the expected one means forecasts that are
too wide, above it too narrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring.support import require_outcomes, require_pmfs


def mid_pit(pmfs: FloatArray, outcomes: IntArray) -> FloatArray:
    """Return ``F(y-) + p_y / 2`` of each row, in [0, 1].

    Parameters
    ----------
    pmfs : ndarray of shape (n, n_outcomes)
        One forecast per row, over one common support.
    outcomes : ndarray of int, shape (n,)
        Position in the support of what was printed.

    Raises
    ------
    InvalidPmf
        If a row is no PMF.
    BadParameter
        If an outcome lies outside the support.
    """
    below, at = _below_and_at(pmfs, outcomes)
    return np.minimum(below + 0.5 * at, 1.0)


def randomised_pit(pmfs: FloatArray, outcomes: IntArray, rng: np.random.Generator) -> FloatArray:
    """Return ``F(y-) + U p_y`` with U uniform: exactly uniform under perfect calibration.

    Shapes and errors are those of ``mid_pit`` (Czado, Gneiting & Held 2009).
    """
    below, at = _below_and_at(pmfs, outcomes)
    return np.minimum(below + rng.random(outcomes.size) * at, 1.0)


def mid_pit_sd(pmfs: FloatArray) -> FloatArray:
    """Return each row's mid-PIT standard deviation under calibration: ``sqrt((1 - Σp³) / 12)``.

    A continuous forecast has 0.289; a coarse grid has less.

    Raises
    ------
    InvalidPmf
        If a row is no PMF.
    """
    require_pmfs(pmfs)
    return np.sqrt(_mid_pit_variance(pmfs))


@dataclass(frozen=True, slots=True)
class PitCheck:
    """Mid-PITs against what calibrated forecasts would show.

    ``mean_z`` is the standardised distance of the mean from one half: beyond ±2 the forecasts are
    biased, low when positive. ``sd_ratio`` is the root mean square distance from one half over
    the expected one: above 1 the forecasts are too narrow, below 1 too wide.
    """

    n: int
    mean: float
    mean_z: float
    sd: float
    sd_expected: float

    @property
    def sd_ratio(self) -> float:
        """Observed over expected spread around one half."""
        return self.sd / self.sd_expected


def check_pit(pmfs: FloatArray, outcomes: IntArray) -> PitCheck:
    """Compare the mid-PITs of independent forecasts with perfect calibration.

    Shapes and errors are those of ``mid_pit``; BadParameter too if every row is a certainty,
    which no outcome can confirm.
    """
    values = mid_pit(pmfs, outcomes)
    variance = float(_mid_pit_variance(pmfs).mean())
    if not variance > 0.0:
        raise BadParameter("certain forecasts have no PIT spread to compare with")
    mean = float(values.mean())
    return PitCheck(
        n=values.size,
        mean=mean,
        mean_z=(mean - 0.5) / math.sqrt(variance / values.size),
        sd=math.sqrt(float(np.square(values - 0.5).mean())),
        sd_expected=math.sqrt(variance),
    )


def _mid_pit_variance(pmfs: FloatArray) -> FloatArray:
    cubes: FloatArray = np.einsum("ij,ij,ij->i", pmfs, pmfs, pmfs)
    return np.maximum(1.0 - cubes, 0.0) / 12.0


def _below_and_at(pmfs: FloatArray, outcomes: IntArray) -> tuple[FloatArray, FloatArray]:
    require_pmfs(pmfs)
    require_outcomes(outcomes, pmfs)
    rows = np.arange(outcomes.size)
    at = pmfs[rows, outcomes]
    below = np.where(np.arange(pmfs.shape[1]) < outcomes[:, None], pmfs, 0.0).sum(axis=1)
    return below, at
