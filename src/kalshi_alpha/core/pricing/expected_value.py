r"""Expected value of buying one contract, per contract, in dollars.

Every function speaks of *our side*: the side bought, at its own price, with the probability that
it pays. Buying NO at ``d`` with ``P(YES) = p`` is buying at ``d`` with probability ``1 - p``. All
arguments are arrays of any shapes that broadcast, or plain numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.pricing.ranges import price_within, within
from kalshi_alpha.core.types import Side


def side_prob(side: Side, prob_yes: npt.ArrayLike) -> FloatArray:
    """Return the probability that our side pays, given that of YES.

    Raises
    ------
    BadParameter
        If a probability lies outside [0, 1] or is NaN.
    """
    yes = within("probability", prob_yes, 0.0, 1.0)
    return yes if side is Side.YES else np.asarray(1.0 - yes)


def model_fee_per_contract(rate: npt.ArrayLike, price: npt.ArrayLike) -> FloatArray:
    """Return the fee before rounding, ``rate * c * (1 - c)``, in dollars per contract.

    For curves and comparisons. A proposal carries the rounded fee of its whole order over its
    contracts (:func:`kalshi_alpha.core.fees.fee_array.fee_per_contract`), which for one contract
    can be more than twice this.

    Parameters
    ----------
    rate : array_like
        Dollars per contract, such as 0.0175 for a maker or 0.07 for a taker.
    price : array_like
        Execution price of either side, in dollars.

    Raises
    ------
    BadParameter
        If a rate is negative or a price lies outside (0, 1).
    """
    c = price_within("price", price)
    return np.asarray(within("fee rate", rate, 0.0) * c * (1.0 - c))


def ev_raw(p: npt.ArrayLike, c: npt.ArrayLike, phi: npt.ArrayLike) -> FloatArray:
    """Return ``p - c - phi``: what buying at ``c`` is worth if the forecast is right.

    Parameters
    ----------
    p : array_like
        Probability that our side pays.
    c : array_like
        Price of our side, in dollars, inside (0, 1).
    phi : array_like
        Whole-order fee over contracts, in dollars per contract.

    Returns
    -------
    ndarray of float64, broadcast shape
        Dollars per contract; 0.01 is 100 basis points of notional.

    Raises
    ------
    BadParameter
        If a probability, price or fee is out of range or NaN.
    """
    fee = within("fee per contract", phi, 0.0)
    return np.asarray(within("probability", p, 0.0, 1.0) - price_within("price", c) - fee)


def honest_prob(
    p: npt.ArrayLike, c: npt.ArrayLike, shrink: npt.ArrayLike, w_bin: npt.ArrayLike = 1.0
) -> FloatArray:
    r"""Probability left after honesty: the edge over the price, shrunk where it is positive.

    .. math:: p_s = c + s\,w\,\max(p - c, 0) + \min(p - c, 0)

    Sizing, value at risk and the ledger's expected value use this and not ``p``. A negative
    edge is passed on whole: shrinking it towards zero would make a bad quote look better.

    Parameters
    ----------
    p, c : array_like
        Probability and price of our side, as in :func:`ev_raw`.
    shrink : array_like
        Overall shrink ``s`` of a positive edge, in [0, 1].
    w_bin : array_like
        Weight of the honesty bin, in [0, 1].

    Returns
    -------
    ndarray of float64, broadcast shape
        In [0, 1], never above ``max(p, c)``.

    Raises
    ------
    BadParameter
        If an argument is out of range or NaN.
    """
    return np.asarray(price_within("price", c) + _honest_edge(p, c, shrink, w_bin))


def ev_honest(
    p: npt.ArrayLike,
    c: npt.ArrayLike,
    phi: npt.ArrayLike,
    shrink: npt.ArrayLike,
    w_bin: npt.ArrayLike = 1.0,
    adverse: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""Return the expected value of buying at ``c`` after honesty, fees and adverse selection.

    .. math:: s\,w\,\max(p - c, 0) + \min(p - c, 0) - \varphi - \lambda

    Only a positive gross edge is shrunk: fee and adverse selection are certain.

    Parameters
    ----------
    p, c, phi : array_like
        As in :func:`ev_raw`.
    shrink, w_bin : array_like
        As in :func:`honest_prob`.
    adverse : array_like
        Expected loss to better-informed takers ``lambda``, dollars per contract, at least 0.

    Returns
    -------
    ndarray of float64, broadcast shape
        Dollars per contract, never above :func:`ev_raw` of the same arguments.

    Raises
    ------
    BadParameter
        If an argument is out of range or NaN.
    """
    certain = within("fee per contract", phi, 0.0) + within("adverse selection", adverse, 0.0)
    return np.asarray(_honest_edge(p, c, shrink, w_bin) - certain)


def _honest_edge(
    p: npt.ArrayLike, c: npt.ArrayLike, shrink: npt.ArrayLike, w_bin: npt.ArrayLike
) -> FloatArray:
    edge = within("probability", p, 0.0, 1.0) - price_within("price", c)
    kept = within("shrink", shrink, 0.0, 1.0) * within("bin weight", w_bin, 0.0, 1.0)
    return np.asarray(kept * np.maximum(edge, 0.0) + np.minimum(edge, 0.0))
