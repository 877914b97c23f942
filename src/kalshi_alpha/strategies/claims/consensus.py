"""Pooling with what economists expect: an optional input, whose weight is learned."""

from __future__ import annotations

from dataclasses import dataclass

PRIOR_WEIGHT = 0.7
"""Of the consensus, before anything is learned; regressions on 2022-2025 gave 0.69."""

_PRIOR_WEEKS = 100.0
_TYPICAL_GAP = 0.02  # root mean square log difference of consensus and model


@dataclass(frozen=True, slots=True)
class ConsensusWeight:
    """Least squares of the print's distance from the model on the consensus's, with a prior.

    Attributes
    ----------
    square, product
        Sums over the weeks seen.
    """

    square: float = 0.0
    product: float = 0.0

    @property
    def value(self) -> float:
        """Weight of the consensus, in [0, 1]."""
        prior = _PRIOR_WEEKS * _TYPICAL_GAP**2
        weight = (self.product + prior * PRIOR_WEIGHT) / (self.square + prior)
        return min(max(weight, 0.0), 1.0)

    def learned(self, gap: float, error: float) -> ConsensusWeight:
        """Take in a week: consensus less model, and print less model, in logs."""
        return ConsensusWeight(self.square + gap * gap, self.product + gap * error)
