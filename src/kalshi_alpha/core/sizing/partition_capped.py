"""Kelly sizes over a partition when each bin has a largest position: depth, room or policy.

With caps the budget's multiplier ``m`` is no longer one. Given ``m``, the cash ``c`` is the root of
``sum p / W(c, m) = m`` with ``W = c + clip(clip(c, p/(a m), p/(b m)) - c, -sell_cap, buy_cap)``,
whose left side falls in ``c``; and the budget's excess ``c + cost - 1`` falls in ``m``, because the
dual of a concave program is convex. So two nested monotone roots remain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing.partition import (
    PartitionSizes,
    checked_partition,
    without_negative_ev,
)
from kalshi_alpha.core.sizing.root import falling_root

# Growth is flat at its optimum: an error of 1e-12 in the multiplier costs about 1e-24 of it.
_TOLERANCE = 1e-12
_TINY = 1e-100


def capped_partition_kelly(
    prob: FloatArray,
    bid: FloatArray,
    ask: FloatArray,
    buy_cap: FloatArray,
    sell_cap: FloatArray,
    *,
    positive_ev_only: bool = True,
) -> PartitionSizes:
    """Log-optimal positions on many partitions with a cap on every bin and side.

    Parameters
    ----------
    prob, bid, ask : ndarray of shape (n_ladders, n_bins)
        As in `partition_kelly_batch`; pass ``x[None]`` for one ladder.
    buy_cap, sell_cap : ndarray of shape (n_ladders, n_bins)
        Most contracts to buy at the ask and to sell at the bid, per dollar of bankroll;
        infinity for no cap.
    positive_ev_only : bool
        As in `partition_kelly`.

    Raises
    ------
    InvalidPmf, BadParameter, Arbitrage
        As in `partition_kelly`, and if a cap is negative or NaN or has another shape. Uncapped
        arbitrage is refused even where the caps would bound it.
    """
    p, b, a = checked_partition(prob, bid, ask, n_axes=2)
    if positive_ev_only:
        b, a = without_negative_ev(p, b, a)
    buys, sells = np.asarray(buy_cap, np.float64), np.asarray(sell_cap, np.float64)
    if not buys.shape == sells.shape == p.shape:
        raise BadParameter(f"caps of shapes {buys.shape} and {sells.shape} for {p.shape}")
    if not (buys.min() >= 0.0 and sells.min() >= 0.0):
        raise BadParameter("a cap on a position is negative")
    return _Capped(p, b, a, buys, -sells).solve()


@dataclass(frozen=True, slots=True, eq=False)
class _Capped:
    p: FloatArray
    b: FloatArray
    a: FloatArray
    most: FloatArray
    least: FloatArray

    def solve(self) -> PartitionSizes:
        # Prices between the quotes that sum to one bound every wealth by their inverse, which
        # bounds the multiplier sum p / W from below; binding caps keep it at one or less.
        asks, bids = self.a.sum(axis=1), self.b.sum(axis=1)
        mix = ((1.0 - bids) / (asks - bids))[:, np.newaxis]
        lowest = np.vecdot(self.p, self.b + mix * (self.a - self.b))
        one = np.ones(self.p.shape[0])
        last_cash = one.copy()

        def budget_excess(m: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
            here = self._rows(rows)
            cash = here._cash(m, last_cash[rows])
            last_cash[rows] = cash
            return here._budget(m, cash)

        multiplier = falling_root(
            budget_excess, np.minimum(lowest, one), one, one, tolerance=_TOLERANCE
        )
        yes_net, _ = self._positions(
            self._cash(multiplier, last_cash)[:, np.newaxis], *self._targets(multiplier)
        )
        yes_net += 0.0
        paid = np.where(yes_net > 0.0, self.a, self.b) * yes_net
        return PartitionSizes(yes_net, 1.0 - paid.sum(axis=1))

    def _rows(self, rows: IntArray) -> _Capped:
        if rows.size == self.p.shape[0]:
            return self
        return _Capped(self.p[rows], self.b[rows], self.a[rows], self.most[rows], self.least[rows])

    def _targets(self, multiplier: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Wealth at which buying and selling each bin stops to pay."""
        value = self.p / multiplier[:, np.newaxis]
        never_sold = np.where(self.b > 0.0, 0.0, np.inf)
        return value / self.a, value / np.maximum(self.b, _TINY) + never_sold

    def _positions(
        self, cash: FloatArray, bought_to: FloatArray, sold_to: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Positions at each ladder's cash, within the caps and without them."""
        wanted = np.maximum(np.minimum(cash, sold_to), bought_to) - cash
        return np.maximum(np.minimum(wanted, self.most), self.least), wanted

    def _cash(self, multiplier: FloatArray, start: FloatArray) -> FloatArray:
        targets = self._targets(multiplier)

        def marginal_value(c: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
            here, cash = self._rows(rows), c[:, np.newaxis]
            everyone = here is self
            bought_to, sold_to = targets if everyone else (targets[0][rows], targets[1][rows])
            held, wanted = here._positions(cash, bought_to, sold_to)
            wealth = np.maximum(cash + held, _TINY)
            share = here.p / wealth
            moving = (held != wanted) | (wanted == 0.0)
            value = share.sum(axis=1) - multiplier[rows]
            return value, -np.vecdot(share / wealth, moving.astype(np.float64))

        low = np.where(self.p > 0.0, targets[0], np.inf).min(axis=1)
        high = 1.0 / (multiplier * (1.0 - self.b.sum(axis=1)))
        return falling_root(marginal_value, low, high, start)

    def _budget(self, multiplier: FloatArray, cash: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Excess of the budget, and its slope in the multiplier with the cash following it."""
        held, _ = self._positions(cash[:, np.newaxis], *self._targets(multiplier))
        quote = np.where(held > 0.0, self.a, self.b)
        excess = cash + np.vecdot(quote, held) - 1.0
        inside = ((held != 0.0) & (held < self.most) & (held > self.least)).astype(np.float64)
        wealth = np.maximum(cash[:, np.newaxis] + held, _TINY)
        curvature = np.vecdot(self.p * (1.0 - inside), wealth**-2.0)
        unhedged = 1.0 - np.vecdot(quote, inside)
        through_cash = np.divide(
            unhedged**2, curvature, out=np.full_like(cash, np.inf), where=curvature > 0.0
        )
        return excess, -through_cash - np.vecdot(self.p, inside) / multiplier**2
