"""From the full Kelly size to the quoted one: parameter risk, multiplier, cap per risk unit.

This module belongs to the safety kernel: standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kalshi_alpha.core.errors import BadParameter

KELLY_MULTIPLIER = 0.25
KELLY_CAP_MAX = 0.25
PROB_SE_FLOOR = 0.02


def parameter_risk(prob: float, cost: float, prob_se: float) -> float:
    """Shrinkage of the Kelly fraction for an estimated probability (Baker & McHale 2013).

    ``(p - q)^2 / ((p - q)^2 + se^2)``, with the standard error floored at 0.02. Use it with a raw
    model probability only: one already pooled with the market must not be shrunk again.

    Raises
    ------
    BadParameter
        If the probability or the cost lies outside [0, 1], or the standard error is negative.
    """
    if not (0.0 <= prob <= 1.0 and 0.0 < cost <= 1.0 and 0.0 <= prob_se < float("inf")):
        raise BadParameter(f"prob {prob}, cost {cost}, standard error {prob_se}")
    edge_squared = (prob - cost) ** 2
    return edge_squared / (edge_squared + max(prob_se, PROB_SE_FLOOR) ** 2)


def truncated_fraction(
    full: float, *, kelly_cap: float, shrinkage: float = 1.0, multiplier: float = KELLY_MULTIPLIER
) -> float:
    """Return ``min(multiplier * shrinkage * full, kelly_cap)``, a fraction of the bankroll.

    Raises
    ------
    BadParameter
        If an argument lies outside its range: the fraction, the shrinkage and the multiplier
        in [0, 1], the cap in (0, 0.25].
    """
    _check_cap(kelly_cap)
    if not (0.0 <= full <= 1.0 and 0.0 <= shrinkage <= 1.0 and 0.0 <= multiplier <= 1.0):
        raise BadParameter(f"fraction {full}, shrinkage {shrinkage}, multiplier {multiplier}")
    return min(multiplier * shrinkage * full, kelly_cap)


@dataclass(frozen=True, slots=True)
class LadderOutcomes:
    """Profit of one ladder of a risk unit on each atom, in dollars.

    Attributes
    ----------
    new : tuple of float
        Of the proposed legs, all of them filled.
    filled : tuple of float
        Of the filled book, net of what it cost; zeros for a flat book.
    """

    new: tuple[float, ...]
    filled: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.new or len(self.new) != len(self.filled):
            raise BadParameter(f"{len(self.new)} new and {len(self.filled)} filled outcomes")
        if not all(abs(v) < float("inf") for v in (*self.new, *self.filled)):
            raise BadParameter("a profit is not finite")

    def worst(self, scale: float) -> tuple[float, float]:
        """Return the greatest loss with the new legs scaled, and its slope in the scale."""
        loss, slope = max((-f - scale * n, -n) for f, n in zip(self.filled, self.new, strict=True))
        return loss, slope


def unit_loss(ladders: Sequence[LadderOutcomes], scale: float = 1.0) -> float:
    """Dollars lost by a risk unit in the worst case, never below zero for each ladder.

    Ladders of one unit settle on one piece of news but on different values, whose joint law is
    not known here; so the worst atoms of all of them are taken to happen together.
    """
    return sum(max(ladder.worst(scale)[0], 0.0) for ladder in ladders)


def unit_scale(ladders: Sequence[LadderOutcomes], bankroll: float, kelly_cap: float) -> float:
    """Factor in [0, 1] for all new legs of a risk unit that keeps its loss within the cap.

    The fraction at risk is the worst loss over atoms, all legs filled, over the bankroll. With a
    flat book the factor is ``kelly_cap / fraction`` where the fraction exceeds the cap. A filled
    book that already exceeds it leaves no room: zero.

    Raises
    ------
    BadParameter
        If the bankroll is not positive and finite, or the cap is not in (0, 0.25].
    """
    _check_cap(kelly_cap)
    if not 0.0 < bankroll < float("inf"):
        raise BadParameter(f"bankroll {bankroll!r} dollars")
    allowed = kelly_cap * bankroll
    if unit_loss(ladders) <= allowed:
        return 1.0
    if not unit_loss(ladders, 0.0) < allowed:
        return 0.0
    return _scale_down(ladders, allowed)


def _scale_down(ladders: Sequence[LadderOutcomes], allowed: float) -> float:
    # The loss is convex and piecewise linear in the scale, so Newton from above never passes the
    # root and ends after at most one step per atom.
    scale = 1.0
    for _ in range(1 + sum(len(ladder.new) for ladder in ladders)):
        worst = [ladder.worst(scale) for ladder in ladders]
        excess = sum(max(loss, 0.0) for loss, _ in worst) - allowed
        slope = sum(slope for loss, slope in worst if loss > 0.0)
        if not (excess > 0.0 and slope > 0.0):
            break
        scale = max(scale - excess / slope, 0.0)
    return scale


def _check_cap(kelly_cap: float) -> None:
    if not 0.0 < kelly_cap <= KELLY_CAP_MAX:
        raise BadParameter(f"kelly cap {kelly_cap} outside (0, {KELLY_CAP_MAX}]")
