"""Range checks of array parameters, stated so that NaN fails them too."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter


def within(name: str, values: npt.ArrayLike, low: float, high: float = math.inf) -> FloatArray:
    """Return the values as float64 if every one lies in [low, high] and is finite.

    Raises
    ------
    BadParameter
        If one does not, NaN and infinity included.
    """
    array = np.asarray(values, dtype=np.float64)
    # Two reductions and no temporary: NaN propagates through min and max and fails the comparison.
    least, most = array.min(initial=math.inf), array.max(initial=-math.inf)
    if array.size and not (-math.inf < least >= low and math.inf > most <= high):
        raise BadParameter(f"{name} must lie in [{low:g}, {high:g}], was {least:g}..{most:g}")
    return array


def price_within(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return prices in dollars as float64 if every one lies strictly between 0 and 1.

    An empty side of a book has no price; 0 and 1 dollar stand for one in some payloads, and are
    refused so that absence is never priced.

    Raises
    ------
    BadParameter
        If one does not, NaN included.
    """
    array = within(name, values, 0.0, 1.0)
    if array.size and not (array.min() > 0.0 and array.max() < 1.0):
        raise BadParameter(f"{name} of 0 or 1 dollar is an empty side, not a price")
    return array
