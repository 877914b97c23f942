"""Value at risk and expected shortfall of a discrete or sampled loss.

Rockafellar and Uryasev 2000, "Optimization of conditional value-at-risk", and 2002,
"Conditional value-at-risk for general loss distributions".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadDistribution, BadParameter

_PROB_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LossDistribution:
    """Losses in dollars (a gain is a negative loss), ascending, and their probabilities.

    Raises
    ------
    BadDistribution
        If the shapes differ, a loss is not finite or out of order, a probability is negative,
        or they do not sum to one within 1e-9.
    """

    losses: FloatArray
    probs: FloatArray

    def __post_init__(self) -> None:
        if self.losses.ndim != 1 or self.losses.shape != self.probs.shape or not self.losses.size:
            raise BadDistribution(
                f"losses {self.losses.shape} and probabilities {self.probs.shape} do not pair up"
            )
        if not (np.isfinite(self.losses).all() and (np.diff(self.losses) >= 0.0).all()):
            raise BadDistribution("losses must be finite and ascending")
        if not (self.probs.min() >= 0.0 and abs(self.probs.sum() - 1.0) <= _PROB_TOLERANCE):
            raise BadDistribution(
                f"loss probabilities: min {self.probs.min():.3g}, sum {self.probs.sum():.12g}"
            )

    @classmethod
    def from_draws(cls, losses: FloatArray) -> LossDistribution:
        """Build the empirical distribution of equally likely draws, shape (n_draws,)."""
        if losses.size == 0:
            raise BadDistribution("no draws")
        return cls(np.sort(losses), np.full(losses.shape, 1.0 / losses.size))

    @property
    def max_loss(self) -> float:
        """The largest loss that is listed, whatever its probability."""
        return float(self.losses[-1])

    def value_at_risk(self, level: float) -> float:
        """Return the smallest loss that is not exceeded with probability ``level``.

        Negative when even this quantile is a gain.

        Raises
        ------
        BadParameter
            If the level is not in (0, 1).
        """
        if not 0.0 < level < 1.0:
            raise BadParameter(f"level must be in (0, 1), was {level}")
        reached = np.searchsorted(np.cumsum(self.probs), level - _PROB_TOLERANCE)
        return float(self.losses[min(int(reached), self.losses.size - 1)])

    def expected_shortfall(self, level: float) -> float:
        r"""Return CVaR: :math:`\mathrm{VaR} + E[(L - \mathrm{VaR})^+] / (1 - \alpha)`.

        The plain mean of the losses at or beyond VaR is wrong when VaR is an atom: it takes in
        all of the atom, of which only a part lies in the tail.

        Raises
        ------
        BadParameter
            If the level is not in (0, 1).
        """
        var = self.value_at_risk(level)
        excess = float(np.maximum(self.losses - var, 0.0) @ self.probs)
        # The quantile is found within a tolerance, which must not lift CVaR over the worst case.
        return min(var + excess / (1.0 - level), self.max_loss)
