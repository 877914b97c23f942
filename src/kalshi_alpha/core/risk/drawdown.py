"""Drawdown of settled profit: how far it stands below the best it has been."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kalshi_alpha.core.types import Money


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a peak so far, and the fall that stands now; both >= 0."""

    deepest: Money
    current: Money


def drawdown(settled_pnl: Iterable[Money]) -> Drawdown:
    """Measure peak-to-trough falls of cumulative profit, one settlement after another.

    The first peak is zero, the profit before anything settled, so a book that only loses is
    in drawdown by its whole loss. Open positions are not marked: a mark is an opinion.

    Parameters
    ----------
    settled_pnl
        Profit or loss of each settlement, in time order.
    """
    total = peak = deepest = 0
    for pnl in settled_pnl:
        total += pnl.e6
        peak = max(peak, total)
        deepest = max(deepest, peak - total)
    return Drawdown(deepest=Money(deepest), current=Money(peak - total))
