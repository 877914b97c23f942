"""The next print around the mean of the last ones: what a forecast costs without any data."""

from __future__ import annotations

import math

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.strategies.cpi.scale import SCALE_FLOOR

MEAN_MONTHS = 12
_DOF = 6


def around_past_mean(prints: FloatArray, span: int) -> StudentT:
    """Return the next print's distribution around the mean of the last ``span`` prints.

    A Student t with six degrees of freedom, whose standard deviation is the root mean square of
    the errors that such means made before, and whose scale has the floor of the nowcast's.

    Parameters
    ----------
    prints : ndarray of shape (n,)
        Changes as printed, in percent, oldest first.
    span : int
        How many prints the mean is over; 1 is a random walk.

    Raises
    ------
    MissingData
        If there are not more prints than ``span``: no error of such a mean is known then.
    """
    if not prints.size > span:
        raise MissingData(f"a mean of {span} prints needs more, had {prints.size}")
    means = np.lib.stride_tricks.sliding_window_view(prints, span).mean(axis=1)
    errors = prints[span:] - means[:-1]
    scale = math.sqrt(float(np.mean(errors**2)) * (_DOF - 2) / _DOF)
    return StudentT(float(means[-1]), max(SCALE_FLOOR, scale), _DOF)
