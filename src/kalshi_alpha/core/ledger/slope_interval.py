r"""How well an honesty slope is known when it rests on few pieces of news of unequal weight.

The clustered error times a normal quantile is too short twice over. The residuals of a unit that
pulls the slope towards itself are too small; and an error that rests on few effective units is
itself uncertain. The interval here takes the first back by leaving every unit out in turn, and
the second by Student's law with the degrees of freedom that the error really has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter

LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class SlopeInterval:
    """A slope with its jackknife error, the degrees of freedom of that, and the interval."""

    slope: float
    se: float
    dof: float
    low: float
    high: float

    def holds(self, slope: float) -> bool:
        """Say whether a slope lies within."""
        return self.low <= slope <= self.high


def slope_interval(
    expected: FloatArray,
    realised: FloatArray,
    weights: FloatArray,
    units: Sequence[str],
    level: float = LEVEL,
) -> SlopeInterval | None:
    r"""Return the interval of a slope through the origin, clustered by risk unit.

    With :math:`b_g = \sum w x^2` and :math:`u_g = \sum w x (y - \hat\beta x)` of a unit, and its
    leverage :math:`h_g = b_g / \sum b`, the error is that of leaving units out one by one,
    :math:`\mathrm{se}^2 = \sum_g (u_g / (1 - h_g))^2 / (\sum b)^2` (CR3; Bell & McCaffrey 2002).
    Its degrees of freedom are Satterthwaite's under residuals that are independent with the
    variance that the weights say (Imbens & Kolesár 2016): with :math:`d_g = (1 - h_g)^{-2}`,
    :math:`(\sum_g d_g h_g (1 - h_g))^2 / (\sum_g (d_g h_g (1 - h_g))^2 + \sum_{g \neq k} d_g h_g^2
    d_k h_k^2)`, which are :math:`G - 1` where all units weigh alike.

    The weight of an honesty bin does not use it: there a larger error would move a bad slope
    towards the prior, and so allow more.

    Parameters
    ----------
    expected, realised : ndarray of shape (n_fills,)
        ``p - c`` and ``Y - c``, in dollars.
    weights : ndarray of shape (n_fills,)
        Contracts over ``c (1 - c)``.
    units : sequence of length n_fills
        Risk unit of each fill.
    level
        Probability that the interval is to hold the slope with.

    Returns
    -------
    SlopeInterval or None
        None below two units that expected an edge: leaving one out then leaves nothing.

    Raises
    ------
    BadParameter
        If the level is not in (0, 1).
    """
    from scipy.special import stdtrit

    if not 0.0 < level < 1.0:
        raise BadParameter(f"level of an interval must lie in (0, 1), was {level}")
    order = {unit: place for place, unit in enumerate(dict.fromkeys(units))}
    index = np.array([order[unit] for unit in units], dtype=np.int64)
    information = np.bincount(index, weights * expected**2, minlength=len(order))
    cross = np.bincount(index, weights * expected * realised, minlength=len(order))
    weighty = information > 0.0
    if int(weighty.sum()) < 2:
        return None
    information, cross = information[weighty], cross[weighty]
    total = float(information.sum())
    slope, share = float(cross.sum()) / total, information / total
    left_out = (cross - slope * information) / (1.0 - share)
    se = math.sqrt(float(np.dot(left_out, left_out))) / total
    dof = _degrees_of_freedom(share)
    half = float(stdtrit(dof, 0.5 + level / 2.0)) * se
    return SlopeInterval(slope, se, dof, slope - half, slope + half)


def _degrees_of_freedom(share: FloatArray) -> float:
    inflation = (1.0 - share) ** -2
    own = inflation * share * (1.0 - share)
    # Each left-out residual also carries the slope's own error, which ties it to all the others.
    tied = inflation * share**2
    pairs = np.outer(tied, tied)
    np.fill_diagonal(pairs, 0.0)
    return float(own.sum() ** 2 / (np.dot(own, own) + pairs.sum()))
