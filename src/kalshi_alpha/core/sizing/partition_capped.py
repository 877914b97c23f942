"""Kelly sizes over a partition when each bin has a largest position: depth, room or policy.

With caps the budget's multiplier ``m`` is no longer one. Given ``m``, the cash ``c`` is the root of
``sum p / W(c, m) = m`` with ``W = c + clip(clip(c, p/(a m), p/(b m)) - c, -sell_cap, buy_cap)``,
whose left side falls in ``c``; and the budget's excess ``c + cost - 1`` falls in ``m``, because the
dual of a concave program is convex. So two nested monotone roots remain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing.partition import (
    PartitionSizes,
    checked_partition,
    without_negative_ev,
)
from kalshi_alpha.core.sizing.root import falling_root

# Growth is flat at its optimum: an error of 1e-12 in the multiplier costs about 1e-24 of it.
_TOLERANCE = 1e-12


def capped_partition_kelly(
    prob: FloatArray,
    bid: FloatArray,
    ask: FloatArray,
    buy_cap: FloatArray,
    sell_cap: FloatArray,
    *,
    positive_ev_only: bool = False,
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
    return _Capped(p, b, a, buys, sells).solve()


@dataclass(frozen=True, slots=True, eq=False)
class _Capped:
    p: FloatArray
    b: FloatArray
    a: FloatArray
    buys: FloatArray
    sells: FloatArray

    def solve(self) -> PartitionSizes:
        # Prices between the quotes that sum to one bound every wealth by their inverse, which
        # bounds the multiplier sum p / W from below; binding caps keep it at one or less.
        asks, bids = self.a.sum(axis=1), self.b.sum(axis=1)
        mix = ((1.0 - bids) / (asks - bids))[:, np.newaxis]
        least = np.vecdot(self.p, self.b + mix * (self.a - self.b))
        one = np.ones(self.p.shape[0])
        multiplier = falling_root(
            self._budget_excess, np.minimum(least, one), one, one, tolerance=_TOLERANCE
        )
        yes_net = self._positions(self._cash(multiplier), multiplier) + 0.0
        paid = np.where(yes_net > 0.0, self.a, self.b) * yes_net
        return PartitionSizes(yes_net, 1.0 - paid.sum(axis=1))

    def _rows(self, rows: IntArray) -> _Capped:
        if rows.size == self.p.shape[0]:
            return self
        return _Capped(self.p[rows], self.b[rows], self.a[rows], self.buys[rows], self.sells[rows])

    def _targets(self, multiplier: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Wealth at which buying and selling each bin stops to pay."""
        m = multiplier[:, np.newaxis]
        never_sold = np.full_like(self.p, np.inf)
        return self.p / (self.a * m), np.divide(
            self.p, self.b * m, out=never_sold, where=self.b > 0.0
        )

    def _positions(self, cash: FloatArray, multiplier: FloatArray) -> FloatArray:
        c = cash[:, np.newaxis]
        bought_to, sold_to = self._targets(multiplier)
        wanted = np.maximum(np.minimum(c, sold_to), bought_to) - c
        held: FloatArray = np.maximum(np.minimum(wanted, self.buys), -self.sells)
        return held

    def _cash(self, multiplier: FloatArray) -> FloatArray:
        bought_to, sold_to = self._targets(multiplier)
        p, buys, sells = self.p, self.buys, self.sells

        def marginal_value(c: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
            cash, to, down = c[:, np.newaxis], bought_to[rows], sold_to[rows]
            wanted = np.maximum(np.minimum(cash, down), to) - cash
            held = np.maximum(np.minimum(wanted, buys[rows]), -sells[rows])
            wealth = cash + held
            share = np.divide(p[rows], wealth, out=np.zeros_like(wealth), where=wealth > 0.0)
            moving = (held != wanted) | (wanted == 0.0)
            slope = -np.divide(share, wealth, out=np.zeros_like(wealth), where=moving).sum(axis=1)
            return share.sum(axis=1) - multiplier[rows], slope

        least = np.where(p > 0.0, bought_to, np.inf).min(axis=1)
        most = 1.0 / (multiplier * (1.0 - self.b.sum(axis=1)))
        return falling_root(marginal_value, least, most, np.ones_like(least))

    def _budget_excess(
        self, multiplier: FloatArray, rows: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        here = self._rows(rows)
        cash = here._cash(multiplier)
        held = here._positions(cash, multiplier)
        quote = np.where(held > 0.0, here.a, here.b)
        excess = cash + np.vecdot(quote, held) - 1.0
        return excess, here._budget_slope(multiplier, cash, held, quote)

    def _budget_slope(
        self, multiplier: FloatArray, cash: FloatArray, held: FloatArray, quote: FloatArray
    ) -> FloatArray:
        """Slope of the budget's excess in the multiplier, from the equation that fixes cash."""
        inside: BoolArray = (held != 0.0) & (held < self.buys) & (held > -self.sells)
        wealth = cash[:, np.newaxis] + held
        bending = np.where(inside, 0.0, self.p) / np.maximum(wealth, np.finfo(np.float64).tiny) ** 2
        curvature = bending.sum(axis=1)
        unhedged = 1.0 - np.vecdot(quote, inside.astype(np.float64))
        traded = np.vecdot(self.p, inside.astype(np.float64))
        through_cash = np.divide(
            unhedged**2, curvature, out=np.full_like(cash, np.inf), where=curvature > 0.0
        )
        slope: FloatArray = -through_cash - traded / multiplier**2
        return slope
