"""Kelly size of one contract that pays one dollar or nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter


def kelly_fraction(prob: npt.ArrayLike, cost: npt.ArrayLike) -> FloatArray:
    """Fraction of the bankroll whose stake maximises expected log wealth (Kelly 1956).

    A contract of our side costs ``q`` (price plus fee) and pays one dollar with probability
    ``p``; the optimum is ``(p - q) / (1 - q)``, and zero when the expected value is not
    positive. For NO, pass the probability and the cost of NO.

    Parameters
    ----------
    prob : array_like
        Probability that our side pays, in [0, 1].
    cost : array_like
        Dollars per contract, fee included, above zero; broadcasts against ``prob``. A cost of
        one dollar or more can never profit and gets zero.

    Returns
    -------
    ndarray
        Fractions in [0, 1], of the broadcast shape (zero-dimensional for scalars).

    Raises
    ------
    BadParameter
        If a probability lies outside [0, 1], or a cost is not above zero, NaN included.

    Examples
    --------
    >>> float(kelly_fraction(0.47, 0.43).round(4))
    0.0702
    """
    p, q = _checked(prob, cost)
    edge = np.where(q < 1.0, p - q, 0.0)
    fraction: FloatArray = np.maximum(edge, 0.0) / np.where(q < 1.0, 1.0 - q, 1.0)
    return fraction


def kelly_contracts(prob: npt.ArrayLike, cost: npt.ArrayLike, bankroll: float) -> FloatArray:
    """Contracts that the Kelly fraction of ``bankroll`` dollars buys, before lots and caps.

    Raises
    ------
    BadParameter
        As in `kelly_fraction`, or if the bankroll is negative or not finite.
    """
    if not 0.0 <= bankroll < np.inf:
        raise BadParameter(f"bankroll {bankroll!r} dollars")
    contracts: FloatArray = kelly_fraction(prob, cost) * bankroll / np.asarray(cost, np.float64)
    return contracts


def growth(prob: npt.ArrayLike, cost: npt.ArrayLike, fraction: npt.ArrayLike) -> FloatArray:
    """Return the expected log growth when a fraction of the bankroll is staked on one contract.

    ``p log(1 + f (1 - q) / q) + (1 - p) log(1 - f)``, in nats per event; 1e-4 is one basis
    point. Staking everything on an outcome that is not certain returns minus infinity.

    Raises
    ------
    BadParameter
        As in `kelly_fraction`, or if a fraction lies outside [0, 1].
    """
    p, q = _checked(prob, cost)
    f = np.asarray(fraction, np.float64)
    if not np.all((f >= 0.0) & (f <= 1.0)):
        raise BadParameter("a staked fraction must lie in [0, 1]")
    with np.errstate(divide="ignore", invalid="ignore"):
        if_won = np.where(p > 0.0, p * np.log1p(f * (1.0 - q) / q), 0.0)
        if_lost = np.where(p < 1.0, (1.0 - p) * np.log1p(-f), 0.0)
    total: FloatArray = if_won + if_lost
    return total


def _checked(prob: npt.ArrayLike, cost: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    p, q = np.asarray(prob, np.float64), np.asarray(cost, np.float64)
    # Stated as what must hold, so that a NaN fails too.
    if not np.all((p >= 0.0) & (p <= 1.0)):
        raise BadParameter("a probability must lie in [0, 1]")
    if not np.all((q > 0.0) & (q < np.inf)):
        raise BadParameter("a cost per contract must be above zero dollars")
    return p, q
