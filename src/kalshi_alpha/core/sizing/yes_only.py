"""Kelly sizes over mutually exclusive outcomes when only YES can be bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import Arbitrage, BadParameter, InvalidPmf


@dataclass(frozen=True, slots=True, eq=False)
class YesOnlySizes:
    """Stakes over a partition.

    Attributes
    ----------
    fraction : ndarray of shape (n_bins,)
        Share of the bankroll staked on each bin.
    reserve : float
        Share of the bankroll kept as cash: the wealth left on every bin that is not bought.
    """

    fraction: FloatArray
    reserve: float


def yes_only_kelly(
    prob: FloatArray, cost: FloatArray, *, positive_ev_only: bool = True
) -> YesOnlySizes:
    r"""Log-optimal stakes on the bins of a partition, by the horse-race closed form.

    Bins are admitted in order of ``p/q`` while it exceeds the reserve rate
    ``R = (1 - sum p) / (1 - sum q)`` of those already in; then ``f = p - q R`` (Kelly 1956;
    Smoczynski & Tomkins 2010, "An explicit solution to the problem of optimizing the
    allocations of a bettor's wealth when wagering on horse races").

    Parameters
    ----------
    prob : ndarray of shape (n_bins,)
        Probability of each bin, summing to one.
    cost : ndarray of shape (n_bins,)
        Dollars per YES contract, fee included, above zero.
    positive_ev_only : bool
        Admit a bin only if ``p > q``. The unrestricted optimum may buy a bin below fair value
        as a hedge, which a desk that refuses negative expected value must not do.

    Raises
    ------
    InvalidPmf
        If a probability is negative or NaN, or the sum is off by more than 1e-9.
    BadParameter
        If the shapes differ or a cost is not above zero.
    Arbitrage
        If the bins held possible cost one dollar or less together: buying them all cannot lose.
    """
    p, q = _checked(prob, cost)
    order = np.argsort(-p / q, kind="stable")
    prob_in = cost_in = 0.0
    reserve = 1.0
    members: list[int] = []
    for k in order:
        # The reserve rate never exceeds one, so fair value is the stricter bar.
        threshold = 1.0 if positive_ev_only else reserve
        if not (p[k] > q[k] * threshold and cost_in + q[k] < 1.0):
            break
        prob_in, cost_in = prob_in + float(p[k]), cost_in + float(q[k])
        reserve = max(1.0 - prob_in, 0.0) / (1.0 - cost_in)
        members.append(int(k))
    fraction = np.zeros_like(p)
    fraction[members] = p[members] - q[members] * reserve
    return YesOnlySizes(fraction, reserve=1.0 - float(fraction.sum()))


def _checked(prob: FloatArray, cost: FloatArray) -> tuple[FloatArray, FloatArray]:
    p, q = np.asarray(prob, np.float64), np.asarray(cost, np.float64)
    if p.ndim != 1 or p.shape != q.shape or p.size == 0:
        raise BadParameter(f"shapes {p.shape} and {q.shape} are not one partition")
    if not (p.min() >= 0.0 and abs(p.sum() - 1.0) <= 1e-9):
        raise InvalidPmf(f"min {p.min():.3g}, sum {p.sum():.12g}")
    if not (q.min() > 0.0 and q.max() < np.inf):
        raise BadParameter("a cost per contract must be above zero dollars")
    if not q[p > 0.0].sum() > 1.0:
        raise Arbitrage(f"every possible bin can be bought for {q[p > 0.0].sum():.6g} dollars")
    return p / p.sum(), q
