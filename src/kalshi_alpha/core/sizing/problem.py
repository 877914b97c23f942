"""The joint sizing problem of one ladder: candidate legs, the filled book and the limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf


@dataclass(frozen=True, slots=True, eq=False)
class KellyProblem:
    """Candidate legs over the atoms of one ladder. Build it with `kelly_problem`.

    Attributes
    ----------
    atom_probs : ndarray of shape (n_atoms,)
        Probability of each atom, summing to one.
    payoff : ndarray of shape (n_atoms, n_legs)
        Dollars that one contract of our side of each leg pays on each atom, in [0, 1].
    cost : ndarray of shape (n_legs,)
        Dollars per contract of our side, fee included.
    markets : tuple of str
        The market of each leg; no market twice.
    bankroll : float
        Dollars.
    existing : ndarray of shape (n_atoms,)
        Dollars the filled book, already paid for, will pay on each atom.
    caps : ndarray of shape (n_legs,)
        Most contracts of each leg; infinity for no cap.
    cash : float
        Dollars that the legs may cost together.
    max_loss : float
        Share of the bankroll that may be lost on any atom, in (0, 1].
    """

    atom_probs: FloatArray
    payoff: FloatArray
    cost: FloatArray
    markets: tuple[str, ...]
    bankroll: float
    existing: FloatArray
    caps: FloatArray
    cash: float
    max_loss: float

    def __post_init__(self) -> None:
        n_atoms, n_legs = self.payoff.shape
        shapes = (self.atom_probs.shape, self.existing.shape, self.cost.shape, self.caps.shape)
        if shapes != ((n_atoms,), (n_atoms,), (n_legs,), (n_legs,)) or n_atoms == 0:
            raise BadParameter(f"shapes {shapes} do not fit a payoff of {self.payoff.shape}")
        total = float(self.atom_probs.sum())
        if not (self.atom_probs.min() >= 0.0 and abs(total - 1.0) <= 1e-9):
            raise InvalidPmf(f"min {self.atom_probs.min():.3g}, sum {total:.12g}")
        if len(self.markets) != n_legs or len(set(self.markets)) != n_legs:
            raise BadParameter("each leg needs a market of its own: one side per strike")
        self._check_amounts()

    def _check_amounts(self) -> None:
        finite = 0.0 < self.bankroll < np.inf and 0.0 <= self.cash < np.inf
        if not (finite and 0.0 < self.max_loss <= 1.0):
            raise BadParameter(
                f"bankroll {self.bankroll}, cash {self.cash}, max_loss {self.max_loss}"
            )
        if not (self.existing.min() >= 0.0 and self.existing.max() < np.inf):
            raise BadParameter("the filled book's payoff must be finite and not negative")
        if self.n_legs == 0:
            return
        if not (self.payoff.min() >= 0.0 and self.payoff.max() <= 1.0):
            raise BadParameter("a payoff lies outside [0, 1] dollars")
        if not (self.cost.min() > 0.0 and self.cost.max() < np.inf and self.caps.min() >= 0.0):
            raise BadParameter("a cost is not above zero, or a cap is negative")

    @property
    def n_legs(self) -> int:
        """Number of candidate legs."""
        return int(self.cost.size)

    def expected_values(self) -> FloatArray:
        """Return the expected profit of one contract of each leg, in dollars."""
        values: FloatArray = self.atom_probs @ self.payoff - self.cost
        return values

    def wealth(self, contracts: FloatArray) -> FloatArray:
        """Dollars on each atom after settlement, if all the contracts given are filled."""
        total: FloatArray = (
            self.bankroll + self.existing + self.payoff @ contracts - self.cost @ contracts
        )
        return total

    def growth(self, contracts: FloatArray) -> float:
        """Return the expected log growth over the filled book alone, in nats per event."""
        possible: BoolArray = self.atom_probs > 0.0
        before = self.bankroll + self.existing[possible]
        gain = self.wealth(contracts)[possible] - before
        return float(self.atom_probs[possible] @ np.log1p(gain / before))


def kelly_problem(
    atom_probs: npt.ArrayLike,
    payoff: npt.ArrayLike,
    cost: npt.ArrayLike,
    markets: Sequence[str],
    *,
    bankroll: float = 1.0,
    existing: npt.ArrayLike | None = None,
    caps: npt.ArrayLike | None = None,
    cash: float | None = None,
    max_loss: float = 1.0,
) -> KellyProblem:
    """Build a `KellyProblem` from anything array-like.

    Absent ``existing`` is an empty book, absent ``caps`` no caps, and absent ``cash`` the whole
    bankroll.

    Raises
    ------
    InvalidPmf
        If the atoms' probabilities are negative, NaN, or do not sum to one within 1e-9.
    BadParameter
        If shapes differ, a value leaves its range, or two legs are on one market.
    """
    probs, pays = np.asarray(atom_probs, np.float64), np.asarray(payoff, np.float64)
    costs = np.asarray(cost, np.float64)
    if pays.ndim != 2:
        raise BadParameter(f"payoff of shape {pays.shape} is not (n_atoms, n_legs)")
    return KellyProblem(
        probs,
        pays,
        costs,
        tuple(markets),
        float(bankroll),
        np.zeros_like(probs) if existing is None else np.asarray(existing, np.float64),
        np.full_like(costs, np.inf) if caps is None else np.asarray(caps, np.float64),
        float(bankroll if cash is None else cash),
        float(max_loss),
    )
