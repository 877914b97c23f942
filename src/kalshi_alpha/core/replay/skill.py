"""Our forecast against the market's own price at the moment of deciding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.replay.bootstrap import DateBootstrap, Interval
from kalshi_alpha.core.replay.outcome import DayOutcome


@dataclass(frozen=True, slots=True)
class Skill:
    """Brier scores of the same statements at the same instants.

    Attributes
    ----------
    n
        Market looks with a forecast, a touch and a known payout.
    n_days
        Days that they come from.
    model, market, pooled
        Mean Brier scores; None without a look.
    skill_model, skill_pooled
        One less score over the market's.
    skill_model_ci90, skill_pooled_ci90
        Their intervals over dates.
    """

    n: int
    n_days: int
    model: float | None
    market: float | None
    pooled: float | None
    skill_model: float | None
    skill_pooled: float | None
    skill_model_ci90: Interval | None
    skill_pooled_ci90: Interval | None


def market_skill(
    outcomes: Sequence[DayOutcome],
    bootstrap: DateBootstrap,
    city: str | None = None,
) -> Skill:
    """Score our probabilities, the market's, and the two pooled, where all could be had.

    Parameters
    ----------
    outcomes
        Replayed days, one per date of the bootstrap.
    bootstrap
        Draws of dates.
    city
        One place only; None for all.
    """
    sums = np.array([_losses(each, city) for each in outcomes])
    count, model, market, pooled = sums.T
    n = int(count.sum())
    if not n or not market.sum() > 0.0:
        return Skill(n, 0, None, None, None, None, None, None, None)
    totals = model.sum(), market.sum(), pooled.sum()
    return Skill(
        n=n,
        n_days=int((count > 0).sum()),
        model=float(totals[0] / n),
        market=float(totals[1] / n),
        pooled=float(totals[2] / n),
        skill_model=float(1.0 - totals[0] / totals[1]),
        skill_pooled=float(1.0 - totals[2] / totals[1]),
        skill_model_ci90=_skill_interval(bootstrap, model, market),
        skill_pooled_ci90=_skill_interval(bootstrap, pooled, market),
    )


def _losses(outcome: DayOutcome, city: str | None) -> tuple[float, float, float, float]:
    kept = [
        losses
        for facts, losses in zip(outcome.events, outcome.losses, strict=True)
        if city is None or facts.city == city
    ]
    return (
        float(sum(each.looks for each in kept)),
        sum(each.model for each in kept),
        sum(each.market for each in kept),
        sum(each.pooled for each in kept),
    )


def _skill_interval(
    bootstrap: DateBootstrap, ours: FloatArray, theirs: FloatArray
) -> Interval | None:
    ratio = bootstrap.ratio(ours, theirs)
    return None if ratio is None else Interval(1.0 - ratio.high, 1.0 - ratio.low)
