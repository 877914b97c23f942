r"""Kelly sizes over mutually exclusive outcomes that can be bought at an ask and sold at a bid.

Let bin ``i`` have probability ``p``, ask ``a`` and bid ``b`` (fees folded in, so an ask is what a
YES costs and ``1 - b`` what a NO costs), and let ``c`` be the cash left after trading. The
conditions for the best expected log wealth give the budget's multiplier the value one, and

    W_i = max(min(c, p_i / b_i), p_i / a_i)       wealth if bin i happens,
    sum_i p_i / W_i = sum_i clip(p_i / c, b_i, a_i) = 1,

so one scalar root decides everything. It extends the buy-only horse-race rule of Smoczynski &
Tomkins (2010) to selling. With ``u = 1/c`` the sum is piecewise linear and rising in ``u``: the
root is that of a continuous knapsack, which Newton's method inside a bracket finds in a few
O(n) steps (Cominetti, Mascarenhas & Silva 2014), with no sorting of the 2n breakpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import Arbitrage, BadParameter, InvalidPmf

_STEPS_MAX = 200
_TINY = float(np.finfo(np.float64).tiny)
_RELATIVE_TOLERANCE = 64.0 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class PartitionSizes:
    """Positions per dollar of bankroll.

    Attributes
    ----------
    yes_net : ndarray of shape (n_bins,) or (n_ladders, n_bins)
        Contracts: above zero YES to buy at the ask, below zero YES to sell at the bid, which on
        the venue is NO to buy at one minus the bid.
    cash : ndarray of shape () or (n_ladders,)
        Dollars left if a bin without a position happens: one, less what was paid, plus what was
        received.
    """

    yes_net: FloatArray
    cash: FloatArray

    def wealth(self) -> FloatArray:
        """Dollars after settlement if each bin happens, per dollar of bankroll."""
        total: FloatArray = self.cash[..., np.newaxis] + self.yes_net
        return total

    def growth(self, prob: FloatArray) -> FloatArray:
        """Return the expected log growth under ``prob``, in nats per event."""
        with np.errstate(divide="ignore"):
            log_wealth = np.log(self.wealth())
        expected: FloatArray = np.where(prob > 0.0, prob * log_wealth, 0.0).sum(axis=-1)
        return expected


def partition_kelly(
    prob: FloatArray, bid: FloatArray, ask: FloatArray, *, positive_ev_only: bool = True
) -> PartitionSizes:
    """Log-optimal position on every bin of one partition, YES and NO.

    Parameters
    ----------
    prob : ndarray of shape (n_bins,)
        Probability of each bin, summing to one.
    bid, ask : ndarray of shape (n_bins,)
        Dollars received for, and paid for, one YES, after fees. A bid of zero or an ask of one
        says that nothing is quoted there.
    positive_ev_only : bool
        Buy only where ``p > ask`` and sell only where ``p < bid``. False gives the unrestricted
        optimum, which may hedge below fair value.

    Returns
    -------
    PartitionSizes
        Its expected growth is the optimum, among the trades allowed, to rounding error.

    Raises
    ------
    InvalidPmf
        If a probability is negative or NaN, or the sum is off by more than 1e-9.
    BadParameter
        If the shapes differ, a quote leaves [0, 1], an ask is zero, or a bin held impossible has
        a bid (selling it without limit would stake ruin on the forecast's tail).
    Arbitrage
        If a bid exceeds its ask, or not ``sum(ask) > 1 > sum(bid)`` over the possible bins.
    """
    p, b, a = checked_partition(prob, bid, ask, n_axes=1)
    if positive_ev_only:
        b, a = without_negative_ev(p, b, a)
    return positions(p, b, a, _inverse_cash(p, b, a))


def _inverse_cash(p: FloatArray, b: FloatArray, a: FloatArray) -> float:
    low, high, u, before = 0.0, np.inf, 1.0, np.inf
    share = np.empty_like(p)
    for _ in range(_STEPS_MAX):
        unbounded = p * u
        np.minimum(unbounded, a, out=share)
        np.maximum(share, b, out=share)
        excess = float(np.add.reduce(share)) - 1.0
        if excess > 0.0:
            high = u
        else:
            low = u
        slope = float(p.dot(unbounded == share))
        following = u - excess / slope if slope > 0.0 else np.nan
        if abs(following - u) <= _RELATIVE_TOLERANCE * u or excess == 0.0:
            break
        if not (low < following < high and abs(excess) <= 0.5 * before):
            following = 0.5 * (low + high) if high < np.inf else 2.0 * u
        u, before = following, abs(excess)
    return u


def positions(p: FloatArray, b: FloatArray, a: FloatArray, u: FloatArray | float) -> PartitionSizes:
    """Positions that belong to the root ``u``, one over the cash: a float or a column of them."""
    unbounded = p * u
    share = np.maximum(np.minimum(unbounded, a), b)
    # A bin that is not traded gets exactly zero; adding zero turns a negative zero into zero.
    yes_net = (p / np.maximum(share, _TINY) - 1.0 / u) * (unbounded != share) + 0.0
    # Where a position is held the share equals the quote it trades at: ask above, bid below.
    return PartitionSizes(yes_net, 1.0 - np.asarray(np.vecdot(share, yes_net)))


def without_negative_ev(
    p: FloatArray, b: FloatArray, a: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return quotes from which every trade at or below fair value has been withdrawn."""
    return np.where(p < b, b, 0.0), np.where(p > a, a, 1.0)


def checked_partition(
    prob: FloatArray, bid: FloatArray, ask: FloatArray, *, n_axes: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the inputs as float arrays, refusing what `partition_kelly` refuses."""
    p, b, a = np.asarray(prob, np.float64), np.asarray(bid, np.float64), np.asarray(ask, np.float64)
    if p.ndim != n_axes or not p.shape == b.shape == a.shape or p.size == 0:
        raise BadParameter(f"shapes {p.shape}, {b.shape} and {a.shape} do not match")
    _check_values(p, b, a)
    total = np.add.reduce(p, axis=-1)
    least, greatest = _range(total)
    if not (least >= 1.0 - 1e-9 and greatest <= 1.0 + 1e-9):
        raise InvalidPmf(f"probabilities sum to between {least:.12g} and {greatest:.12g}")
    # A bin held impossible is not part of the bundle that cannot lose.
    possible_ask = a if np.count_nonzero(p) == p.size else np.where(p > 0.0, a, 0.0)
    asks, _ = _range(np.add.reduce(possible_ask, axis=-1))
    _, bids = _range(np.add.reduce(b, axis=-1))
    if not (asks > 1.0 > bids and _all(b <= a)):
        raise Arbitrage(f"asks sum to {asks:.6g}, bids to {bids:.6g}, or a bid exceeds its ask")
    return p / total[..., np.newaxis], b, a


def _check_values(p: FloatArray, b: FloatArray, a: FloatArray) -> None:
    # Stated as what must hold, so that a NaN fails too.
    if not _all(p >= 0.0):
        raise InvalidPmf(f"least probability {p.min():.3g}")
    if not (_all(b >= 0.0) and _all(a > 0.0) and _all(a <= 1.0)):
        raise BadParameter("a bid or an ask lies outside [0, 1], or an ask is zero")
    if np.count_nonzero(p) < p.size and not _all((p > 0.0) | (b == 0.0)):
        raise BadParameter("a bin of probability zero has a bid; give it a probability first")


def _all(flags: BoolArray) -> bool:
    # On one ladder counting takes a third of the time of a reduction.
    return int(np.count_nonzero(flags)) == flags.size


def _range(values: FloatArray | np.float64) -> tuple[float, float]:
    """Least and greatest; a sum over one ladder is a scalar, for which reductions are slow."""
    if values.ndim == 0:
        return float(values), float(values)
    return float(values.min()), float(values.max())
