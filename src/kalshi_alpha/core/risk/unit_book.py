"""What one risk unit's positions pay in each of its outcomes, on the contract grid.

A contract pays one dollar or nothing, so a book's profit is a constant less an integer number
of contract steps: the grid has as many points as contracts, not as cents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadDistribution, BadParameter
from kalshi_alpha.core.types import Money

E6_PER_PAYOFF_E2 = 10_000  # a hundredth of a contract pays a cent
_PROB_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class UnitBook:
    """A unit's cost, its possible payoffs in ascending order, and their probabilities.

    Parameters
    ----------
    cost
        Dollars paid for the positions, fees included.
    payoff_e2
        What the positions may pay, in hundredths of a dollar, strictly ascending.
    probs
        Probability of each payoff; they sum to one within 1e-9.
    lean
        Dollars by which a value one standard deviation higher raises what is paid; negative for
        a book that gains when the value falls, 0 where that is not known.

    Raises
    ------
    BadDistribution
        If payoffs and probabilities do not describe a distribution, or the lean is no number.
    """

    cost: Money
    payoff_e2: tuple[int, ...]
    probs: tuple[float, ...]
    lean: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if not self.payoff_e2 or len(self.payoff_e2) != len(self.probs):
            raise BadDistribution(f"{len(self.payoff_e2)} payoffs, {len(self.probs)} probabilities")
        if self.payoff_e2[0] < 0 or not all(a < b for a, b in pairwise(self.payoff_e2)):
            raise BadDistribution("payoffs must be >= 0 and strictly ascending")
        if not (min(self.probs) >= 0.0 and abs(sum(self.probs) - 1.0) <= _PROB_TOLERANCE):
            raise BadDistribution(f"payoff probabilities sum to {sum(self.probs):.12g}")
        if not isfinite(self.lean):
            raise BadDistribution(f"lean was {self.lean}")

    @classmethod
    def from_outcomes(
        cls, cost: Money, outcomes: Iterable[tuple[int, float]], lean: float = 0.0
    ) -> UnitBook:
        """Build from (payoff_e2, probability) pairs in any order, adding up equal payoffs."""
        total: dict[int, float] = {}
        for payoff, prob in outcomes:
            # A negative part must not hide behind a larger one of the same payoff.
            if not prob >= 0.0:
                raise BadDistribution(f"probability of payoff {payoff} was {prob}")
            total[payoff] = total.get(payoff, 0.0) + prob
        payoffs = tuple(sorted(total))
        return cls(cost, payoffs, tuple(total[p] for p in payoffs), lean)

    @classmethod
    def from_positions(
        cls,
        cost: Money,
        yes_payoff: BoolArray,
        atom_probs: FloatArray,
        yes_e2: IntArray,
        no_e2: IntArray,
    ) -> UnitBook:
        """Settle a ladder's positions in every atom.

        Parameters
        ----------
        cost
            Dollars paid for all positions, fees included.
        yes_payoff : ndarray of shape (n_atoms, n_markets)
            Whether a market's YES pays in an atom; atoms stand in the order of the value.
        atom_probs : ndarray of shape (n_atoms,)
            Probability of each atom.
        yes_e2, no_e2 : ndarray of shape (n_markets,)
            Contracts held of each side, in hundredths, >= 0.

        Raises
        ------
        BadParameter
            If the shapes disagree or a count is negative.
        """
        atoms, markets = yes_payoff.shape
        if atom_probs.shape != (atoms,) or yes_e2.shape != (markets,) or no_e2.shape != (markets,):
            raise BadParameter(f"positions and probabilities do not fit payoffs {atoms}x{markets}")
        if (yes_e2 < 0).any() or (no_e2 < 0).any():
            raise BadParameter("contracts held must be >= 0; a short YES is a NO")
        payoff = yes_payoff @ yes_e2 + ~yes_payoff @ no_e2
        outcomes = zip(payoff.tolist(), atom_probs.tolist(), strict=True)
        return cls.from_outcomes(cost, outcomes, _lean(payoff, atom_probs))

    @property
    def direction(self) -> float:
        """1 if the book gains when the value rises, -1 if it gains when the value falls."""
        return -1.0 if self.lean < 0.0 else 1.0

    @property
    def max_loss(self) -> Money:
        """The loss in the worst outcome; negative if even that is a gain."""
        return Money(self.cost.e6 - self.payoff_e2[0] * E6_PER_PAYOFF_E2)

    @property
    def losses(self) -> FloatArray:
        """Loss in dollars of each outcome, in the order of the payoffs (worst first)."""
        paid_e6 = np.array(self.payoff_e2, dtype=np.int64) * E6_PER_PAYOFF_E2
        return (self.cost.e6 - paid_e6) / 1e6


def comonotone(first: UnitBook, second: UnitBook) -> UnitBook:
    """Join two ladders that settle on one piece of news, good outcomes with good ones.

    Ladders of one unit have a joint distribution that nobody has measured. This coupling gives
    the largest CVaR that their margins allow, so it errs on the safe side.
    """
    joint: dict[int, float] = {}
    i = j = 0
    left, right = first.probs[0], second.probs[0]
    while True:
        step = min(left, right)
        payoff = first.payoff_e2[i] + second.payoff_e2[j]
        joint[payoff] = joint.get(payoff, 0.0) + step
        left, right = left - step, right - step
        if left <= 0.0 and i + 1 < len(first.probs):
            i, left = i + 1, first.probs[i + 1]
        elif right <= 0.0 and j + 1 < len(second.probs):
            j, right = j + 1, second.probs[j + 1]
        else:
            break
    return UnitBook.from_outcomes(first.cost + second.cost, joint.items(), first.lean + second.lean)


def _lean(payoff_e2: IntArray, probs: FloatArray) -> float:
    """Return the covariance of the payoff, in dollars, with the rank of the value made standard."""
    middles = np.cumsum(probs) - 0.5 * probs
    centred = middles - probs @ middles
    spread = np.sqrt(probs @ centred**2)
    return float(probs @ (payoff_e2 / 100.0 * centred) / spread) if spread > 0.0 else 0.0
