"""What a resting order is worth, and which of many to send first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.pricing.ranges import within


def order_value(
    contracts: npt.ArrayLike, fill_ratio: npt.ArrayLike, ev: npt.ArrayLike
) -> FloatArray:
    """Return what a resting order is worth, ``n * alpha * ev``, in dollars.

    What does not fill is worth nothing, so an order is not chased: a price with better odds of a
    fill and a thinner edge has to win on this product.

    Parameters
    ----------
    contracts : array_like
        Contracts ``n``, at least 0.
    fill_ratio : array_like
        Expected share filled ``alpha``, in [0, 1]; the lower confidence bound when ranking.
    ev : array_like
        Honest expected value in dollars per contract, of either sign.

    Raises
    ------
    BadParameter
        If an argument is out of range or NaN.
    """
    worth = within("expected value", ev, -np.inf)
    filled = within("contracts", contracts, 0.0) * within("fill ratio", fill_ratio, 0.0, 1.0)
    return np.asarray(filled * worth)


def value_per_capital_hour(
    value: npt.ArrayLike, capital: npt.ArrayLike, hours: npt.ArrayLike
) -> FloatArray:
    """Return ``value / (capital * hours)``, dollars earned per dollar-hour locked.

    Parameters
    ----------
    value : array_like
        Order value in dollars.
    capital : array_like
        Dollars that the order locks, fee included, above 0.
    hours : array_like
        Hours from now until the capital is free again, above 0.

    Raises
    ------
    BadParameter
        If capital or hours are not above 0, or anything is NaN.
    """
    locked = within("capital", capital, 0.0) * within("hours", hours, 0.0)
    if locked.size and not locked.min() > 0.0:
        raise BadParameter("capital and hours locked must be above 0")
    return np.asarray(within("order value", value, -np.inf) / locked)


def rank_legs(
    legs: npt.ArrayLike, value: npt.ArrayLike, capital: npt.ArrayLike, hours: npt.ArrayLike
) -> IntArray:
    """Choose one candidate price per leg, and order the legs by what they earn on capital.

    Within a leg the candidate of the highest order value wins; across legs the highest value per
    capital-hour comes first. Candidates worth nothing or less are left out, and equals keep the
    order they were given in.

    Parameters
    ----------
    legs : array_like of int, shape (n_candidates,)
        The leg that each candidate belongs to.
    value, capital, hours : array_like, broadcast to (n_candidates,)
        As in :func:`value_per_capital_hour`.

    Returns
    -------
    ndarray of int64, shape (n_chosen,)
        Positions of the chosen candidates, best first.

    Raises
    ------
    BadParameter
        As :func:`value_per_capital_hour`.
    """
    leg = np.asarray(legs)
    worth = np.broadcast_to(within("order value", value, -np.inf), leg.shape)
    rate = np.broadcast_to(value_per_capital_hour(worth, capital, hours), leg.shape)
    by_leg = np.lexsort((-worth, leg))  # stable: ties keep the order given
    first = np.ones(leg.shape, dtype=np.bool_)
    first[1:] = leg[by_leg][1:] != leg[by_leg][:-1]
    # Ascending positions, so that the stable sort below breaks ties by the order given.
    chosen = np.sort(by_leg[first & (worth[by_leg] > 0.0)])
    return np.asarray(chosen[np.argsort(-rate[chosen], kind="stable")], dtype=np.int64)
