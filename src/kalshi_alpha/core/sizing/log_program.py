r"""The concave program behind joint sizing, in units of the bankroll.

    maximise   sum_i p_i log(base_i + (B x)_i)
    subject to 0 <= x <= upper,  cost . x <= cash,  base + B x >= floor,

where column j of ``B`` is what one contract of leg j pays on each row, less its cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LogProgram:
    """Data of the program, with ``x = 0`` inside every limit and ``floor < base``.

    Attributes
    ----------
    probs, base : ndarray of shape (n_rows,)
        Weights, and wealth without new legs.
    gain : ndarray of shape (n_rows, n_legs)
        The matrix ``B``.
    cost, upper : ndarray of shape (n_legs,)
        Dollars per contract, and the most contracts, positive and finite.
    cash, floor : float
        Dollars per dollar of bankroll.
    """

    probs: FloatArray
    base: FloatArray
    gain: FloatArray
    cost: FloatArray
    upper: FloatArray
    cash: float
    floor: float

    def constraints(self) -> tuple[FloatArray, FloatArray]:
        """Matrix ``G`` and vector ``h`` of all limits as ``G x <= h``; the last rows are floors."""
        n_rows, n_legs = self.gain.shape
        G = np.zeros((2 * n_legs + 1 + n_rows, n_legs))
        legs = np.arange(n_legs)
        G[legs, legs] = -1.0
        G[n_legs + legs, legs] = 1.0
        G[2 * n_legs] = self.cost
        np.negative(self.gain, out=G[2 * n_legs + 1 :])
        h = np.concatenate((np.zeros(n_legs), self.upper, (self.cash,), self.base - self.floor))
        return G, h

    def interior_point(self) -> FloatArray:
        """Return a small position strictly inside every limit."""
        budget = min(self.cash, float((self.base - self.floor).min()))
        start: FloatArray = 0.5 * np.minimum(self.upper, budget / (self.cost.size * self.cost))
        return start

    def advantage(self, x: FloatArray, other: FloatArray) -> float:
        """Return by how much the objective at ``x`` exceeds that at ``other``."""
        ratio = (self.gain @ (x - other)) / (self.base + self.gain @ other)
        return float(self.probs @ np.log1p(ratio))

    def marginal_growth(self, x: FloatArray) -> FloatArray:
        """Return the gradient of the objective: growth per contract more of each leg."""
        gradient: FloatArray = (self.probs / (self.base + self.gain @ x)) @ self.gain
        return gradient

    def duality_gap(self, x: FloatArray, duals: FloatArray) -> float:
        """Bound on how far the objective at a feasible ``x`` lies below the optimum.

        For a concave objective ``g(y) - g(x) <= grad . (y - x)``. With non-negative multipliers
        of the cash limit and the floors (the box needs none) that is at most the multipliers'
        complementarity plus the best move of the remaining gradient inside the box, so the
        bound is rigorous for any multipliers.

        Parameters
        ----------
        x : ndarray of shape (n_legs,)
            A feasible position.
        duals : ndarray
            Multipliers of all rows of `constraints`.
        """
        wealth = self.base + self.gain @ x
        n_legs = x.size
        for_cash, for_floor = float(duals[2 * n_legs]), duals[2 * n_legs + 1 :]
        rest = (self.probs / wealth + for_floor) @ self.gain - for_cash * self.cost
        moves = np.maximum(rest * (self.upper - x), -rest * x)
        slack = for_cash * (self.cash - float(self.cost @ x)) + for_floor @ (wealth - self.floor)
        return float(slack + moves.sum())
