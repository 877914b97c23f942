"""The settlement grid of weekly claims, and PMFs on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast import Distribution, GridPmf, grid_support, on_grid
from kalshi_alpha.core.types import SettlementGrid

THOUSANDS = SettlementGrid(Decimal(1000), "claims")
BINS_MAX = 10_000
"""Ten million claims a week, half as many again as in April 2020: nothing lies above."""


def printed_pmf(dist: Distribution) -> GridPmf:
    """Return the PMF of the printed figure; nobody files a negative claim."""
    lo, hi = grid_support(dist, THOUSANDS)
    return on_grid(dist, THOUSANDS, max(lo, 0), min(max(hi, 1), BINS_MAX))


def on_common_bins(pmfs: Sequence[GridPmf], bins: int) -> FloatArray:
    """Lay PMFs out over ``0 .. bins - 1`` thousand, shape ``(n, bins)``."""
    rows = np.zeros((len(pmfs), bins))
    for row, pmf in zip(rows, pmfs, strict=True):
        row[pmf.lo : pmf.hi + 1] = pmf.probs
    return rows
