"""A maximum that has already been reached cannot be undone."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.forecast.pmf import GridPmf


def with_floor(pmf: GridPmf, floor: int) -> GridPmf:
    """Return the PMF of max(H, M): H is certain already, M is still to come.

    ``P(T <= x)`` is zero for x < H and M's own CDF otherwise, so all of M's mass below H moves
    onto H. Pass as ``floor`` only an observation that the settlement report is sure to include.

    Parameters
    ----------
    pmf : GridPmf
        Forecast of the maximum over the rest of the period.
    floor : int
        Grid index of the certain maximum so far.

    Returns
    -------
    GridPmf
        With no mass below ``floor``; unchanged where ``floor`` lies below every outcome.
    """
    if floor <= pmf.lo:
        return pmf
    if floor >= pmf.hi:
        return GridPmf.point(pmf.grid, floor)
    kept = np.array(pmf.probs[floor - pmf.lo :])
    kept[0] = pmf.cdf(floor)
    return GridPmf(pmf.grid, floor, kept)
