"""Diebold-Mariano test of equal accuracy, with the small-sample factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast.special import student_t_cdf
from kalshi_alpha.core.scoring.support import require_finite


@dataclass(frozen=True, slots=True)
class DieboldMariano:
    """Outcome of the test: a negative statistic says that the first model lost less."""

    n: int
    mean_difference: float
    statistic: float
    p_value: float  # two-sided


def diebold_mariano(
    scores: FloatArray, other_scores: FloatArray, *, horizon: int = 1
) -> DieboldMariano:
    r"""Test whether two models' losses on the same days differ in the mean.

    With :math:`d_t` the difference, the statistic is :math:`\bar d/\sqrt{V/T}` with
    :math:`V=\gamma_0+2\sum_{l<h}\gamma_l` (Diebold & Mariano 1995), times the factor of
    Harvey, Leybourne & Newbold (1997), compared with a t of T - 1 degrees of freedom.

    Parameters
    ----------
    scores, other_scores : ndarray of shape (n_days,)
        Losses, one per independent settlement; average the stations of a date first.
    horizon : int
        Steps ahead h; forecasts h steps ahead overlap, so differences correlate up to lag h - 1.

    Raises
    ------
    BadParameter
        If there are fewer than two days, the lengths differ, a loss is not finite, the horizon
        is not in 1..n_days - 1, or V is negative.
    """
    if scores.shape != other_scores.shape or scores.ndim != 1:
        raise BadParameter(f"{scores.shape} scores against {other_scores.shape}")
    differences = scores - other_scores
    statistic, p_value = dm_statistics(differences, horizon)
    return DieboldMariano(
        n=differences.size,
        mean_difference=float(differences.mean()),
        statistic=float(statistic),
        p_value=float(p_value),
    )


def dm_statistics(differences: FloatArray, horizon: int = 1) -> tuple[FloatArray, FloatArray]:
    """Return statistic and two-sided p-value along the last axis, errors as above."""
    n = differences.shape[-1]
    if not 1 <= horizon < n:
        raise BadParameter(f"{n} days cannot carry a test at horizon {horizon}")
    require_finite("score differences", differences)
    mean = differences.mean(axis=-1)
    variance = _long_run_variance(differences - mean[..., None], horizon)
    if not (variance >= 0.0).all():
        raise BadParameter(f"the long-run variance at horizon {horizon} is negative")
    # Differences that never vary leave no doubt: the statistic is infinite, or zero if they are.
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where(mean == 0.0, 0.0, mean / np.sqrt(variance / n))
    statistic = hln_factor(n, horizon) * raw
    return statistic, 2.0 * student_t_cdf(-np.abs(statistic), n - 1)


def hln_factor(n: int, horizon: int = 1) -> float:
    """Return the small-sample factor ``sqrt((n + 1 - 2h + h(h - 1)/n) / n)``."""
    return math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)


def average_by_unit(scores: FloatArray, units: Sequence[str]) -> FloatArray:
    """Average scores that settle on the same news, so that each unit counts once.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Losses.
    units : sequence of str, length n
        Risk unit of each, such as a date in ISO form.

    Returns
    -------
    ndarray of shape (n_units,)
        Mean loss of each unit, units in ascending order.

    Raises
    ------
    BadParameter
        If the lengths differ or a score is not finite.
    """
    if scores.shape != (len(units),):
        raise BadParameter(f"{scores.shape} scores for {len(units)} units")
    require_finite("scores", scores)
    _, position = np.unique(np.asarray(units), return_inverse=True)
    totals = np.bincount(position, weights=scores)
    return np.asarray(totals / np.bincount(position), dtype=np.float64)


def _long_run_variance(centred: FloatArray, horizon: int) -> FloatArray:
    n = centred.shape[-1]
    total = np.square(centred).sum(axis=-1)
    for lag in range(1, horizon):
        total = total + 2.0 * (centred[..., lag:] * centred[..., :-lag]).sum(axis=-1)
    return np.asarray(total / n)
