"""Our forecast against the market's own price at the moment of deciding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast.pooling import near_market, pool_log_odds, prior_weight
from kalshi_alpha.core.proposals.policy import Pooling
from kalshi_alpha.core.replay.bootstrap import DateBootstrap, Interval
from kalshi_alpha.core.replay.outcome import DayOutcome

_DAY_H = 24.0


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
    family: str,
    pooling: Pooling | None,
    pool_weight: float | None = None,
    city: str | None = None,
) -> Skill:
    """Score our probabilities, the market's, and the two pooled, where all could be had.

    Parameters
    ----------
    outcomes
        Replayed days, one per date of the bootstrap.
    bootstrap
        Draws of dates.
    family, pooling, pool_weight
        How the two are pooled: the family's prior weight where none is given.
    city
        One place only; None for all.
    """
    sums = np.array([_losses(each, family, pooling, pool_weight, city) for each in outcomes])
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


def _losses(
    outcome: DayOutcome,
    family: str,
    pooling: Pooling | None,
    pool_weight: float | None,
    city: str | None,
) -> tuple[float, float, float, float]:
    known = outcome.known
    kept = np.array(
        [city is None or outcome.events[n].city == city for n in known.event], dtype=np.bool_
    )
    if not kept.any():
        return 0.0, 0.0, 0.0, 0.0
    model, market, paid = known.model[kept], known.market[kept], known.paid[kept]
    pooled = model
    if pooling is not None:
        weights = _weights(known.lead_hours[kept], family, pool_weight)
        pooled = near_market(pool_log_odds(model, market, weights), market, pooling.gap)
    losses = [float(((prob - paid) ** 2).sum()) for prob in (model, market, pooled)]
    return float(kept.sum()), losses[0], losses[1], losses[2]


def _weights(lead_hours: FloatArray, family: str, given: float | None) -> FloatArray:
    if given is not None:
        return np.full(lead_hours.shape, given)
    return np.array([prior_weight(family, max(0.0, h / _DAY_H)) for h in lead_hours.tolist()])


def _skill_interval(
    bootstrap: DateBootstrap, ours: FloatArray, theirs: FloatArray
) -> Interval | None:
    ratio = bootstrap.ratio(ours, theirs)
    return None if ratio is None else Interval(1.0 - ratio.high, 1.0 - ratio.low)
