"""Forecast PMFs side by side on one support, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.forecast.pmf import SUM_TOLERANCE


def on_common_support(
    pmfs: Sequence[GridPmf], printed: Sequence[int]
) -> tuple[FloatArray, IntArray, int]:
    """Lay PMFs of one grid side by side, on a support that holds every printed value too.

    Parameters
    ----------
    pmfs : sequence of GridPmf, length n
        Forecasts on the same settlement grid; their supports may differ.
    printed : sequence of int, length n
        Grid index of what was printed for each.

    Returns
    -------
    matrix : ndarray of shape (n, n_outcomes)
        Probabilities, zero where a forecast lists no outcome.
    outcomes : ndarray of int, shape (n,)
        Position of each printed value in the support.
    lo : int
        Grid index of the first column.

    Raises
    ------
    BadParameter
        If nothing is given, the lengths differ, or the grids do.
    """
    if not pmfs or len(pmfs) != len(printed):
        raise BadParameter(f"{len(pmfs)} forecasts for {len(printed)} printed values")
    if len({pmf.grid for pmf in pmfs}) > 1:
        raise BadParameter("forecasts on different settlement grids cannot be scored together")
    lo = min(*(pmf.lo for pmf in pmfs), *printed)
    hi = max(*(pmf.hi for pmf in pmfs), *printed)
    matrix = np.zeros((len(pmfs), hi - lo + 1))
    for row, pmf in zip(matrix, pmfs, strict=True):
        row[pmf.lo - lo : pmf.hi - lo + 1] = pmf.probs
    return matrix, np.asarray(printed, dtype=np.int64) - lo, lo


def require_pmfs(pmfs: FloatArray) -> None:
    """Raise InvalidPmf unless every row of a matrix is non-negative and sums to 1."""
    if pmfs.ndim != 2 or not pmfs.size:
        raise InvalidPmf(f"PMFs form a matrix, one per row; the shape was {pmfs.shape}")
    miss = np.abs(pmfs.sum(axis=1) - 1.0).max()
    # Stated as what must hold, so that a NaN fails too.
    if not (pmfs.min() >= 0.0 and miss <= SUM_TOLERANCE):
        raise InvalidPmf(
            f"smallest probability {pmfs.min():.3g}, largest error of a sum {miss:.3g}"
        )


def require_outcomes(outcomes: IntArray, pmfs: FloatArray) -> None:
    """Raise BadParameter unless there is one position inside the support per row."""
    if outcomes.shape != pmfs.shape[:1] or not np.issubdtype(outcomes.dtype, np.integer):
        raise BadParameter(f"{pmfs.shape[0]} forecasts need as many whole outcome positions")
    if not (outcomes.min() >= 0 and outcomes.max() < pmfs.shape[1]):
        raise BadParameter("an outcome lies outside the support of the forecasts")


def require_finite(what: str, values: npt.NDArray[Any]) -> None:
    """Raise BadParameter unless there is at least one value and all are finite."""
    if not (values.size and np.isfinite(values).all()):
        raise BadParameter(f"{what} must be finite and not empty")
