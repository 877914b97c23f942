"""Reliability diagrams with consistency bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring.brier import survival_and_above
from kalshi_alpha.core.scoring.support import require_outcomes, require_pmfs


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Forecasts whose probability fell in [lo, hi), the last bin closed at 1.

    ``bar_low`` and ``bar_high`` bound the observed frequency that reliable forecasts would show
    in this bin, by chance alone.
    """

    lo: float
    hi: float
    n: int
    mean_prob: float
    frequency: float
    bar_low: float
    bar_high: float

    @property
    def consistent(self) -> bool:
        """Whether the frequency lies within the bar."""
        return self.bar_low <= self.frequency <= self.bar_high


@dataclass(frozen=True, slots=True)
class Resampling:
    """How the consistency bars are drawn: bins, repetitions and the coverage of a bar."""

    bins: int = 10
    repetitions: int = 500
    coverage: float = 0.9

    def __post_init__(self) -> None:
        if not (self.bins >= 1 and self.repetitions >= 1 and 0.0 < self.coverage < 1.0):
            raise BadParameter(f"impossible resampling {self}")


def reliability(
    probs: FloatArray,
    happened: BoolArray,
    rng: np.random.Generator,
    resampling: Resampling | None = None,
) -> tuple[ReliabilityBin, ...]:
    """Compare stated probabilities of independent events with observed frequencies.

    The bars come from drawing every outcome from its own forecast (Bröcker & Smith 2007).

    Parameters
    ----------
    probs : ndarray of shape (n,)
        Forecast probabilities.
    happened : ndarray of bool, shape (n,)
        Whether each event came true.
    rng : Generator
        Source of the resampled outcomes.
    resampling : Resampling, optional
        Ten bins, 500 repetitions and 90 % coverage when absent.

    Returns
    -------
    tuple of ReliabilityBin
        The bins that hold a forecast, in ascending order.

    Raises
    ------
    BadParameter
        If the shapes differ, nothing is given, or a probability lies outside [0, 1].
    """
    if probs.shape != happened.shape or probs.ndim != 1 or not probs.size:
        raise BadParameter(f"{probs.shape} probabilities for {happened.shape} outcomes")
    if not ((probs >= 0.0) & (probs <= 1.0)).all():
        raise BadParameter("a probability lies outside [0, 1]")
    return _diagram(
        probs, happened, lambda: rng.random(probs.size) < probs, resampling or Resampling()
    )


def ladder_reliability(
    pmfs: FloatArray,
    outcomes: IntArray,
    rng: np.random.Generator,
    resampling: Resampling | None = None,
) -> tuple[ReliabilityBin, ...]:
    """Compare all ``greater`` rungs of PMFs with what was printed.

    The rungs of one ladder settle on one draw, so the bars resample the printed value from the
    PMF: independent coin flips per rung would make them far too short.

    Parameters
    ----------
    pmfs : ndarray of shape (n, n_outcomes)
        One forecast per row, over one common support.
    outcomes : ndarray of int, shape (n,)
        Position in the support of what was printed.
    rng, resampling
        As in ``reliability``.

    Raises
    ------
    InvalidPmf
        If a row is no PMF.
    BadParameter
        If an outcome lies outside the support, or the support has a single outcome.
    """
    require_pmfs(pmfs)
    require_outcomes(outcomes, pmfs)
    if pmfs.shape[1] < 2:
        raise BadParameter("a support of one outcome has no rung")
    survival, above = survival_and_above(pmfs, outcomes)
    rungs = survival[:, :-1]  # nothing lies above the last outcome

    def draw() -> BoolArray:
        # A printed value drawn by inversion exceeds k exactly where the uniform exceeds F_k.
        return np.ravel(rng.random((len(pmfs), 1)) < rungs)

    return _diagram(rungs.ravel(), above[:, :-1].ravel(), draw, resampling or Resampling())


def _diagram(
    probs: FloatArray, happened: BoolArray, draw: Callable[[], BoolArray], resampling: Resampling
) -> tuple[ReliabilityBin, ...]:
    bins = resampling.bins
    member = np.minimum((probs * bins).astype(np.intp), bins - 1)
    counts = np.bincount(member, minlength=bins)
    filled = np.flatnonzero(counts)

    def per_bin(values: FloatArray | BoolArray) -> FloatArray:
        sums = np.bincount(member, weights=values, minlength=bins)
        return np.asarray(sums[filled] / counts[filled], dtype=np.float64)

    resampled = np.stack([per_bin(draw()) for _ in range(resampling.repetitions)])
    tail = 0.5 * (1.0 - resampling.coverage)
    lows, highs = np.quantile(resampled, (tail, 1.0 - tail), axis=0)
    means, frequencies = per_bin(probs), per_bin(happened)
    return tuple(
        ReliabilityBin(
            lo=int(b) / bins,
            hi=(int(b) + 1) / bins,
            n=int(counts[b]),
            mean_prob=float(means[i]),
            frequency=float(frequencies[i]),
            bar_low=float(lows[i]),
            bar_high=float(highs[i]),
        )
        for i, b in enumerate(filled)
    )
