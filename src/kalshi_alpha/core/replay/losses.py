"""What probabilities cost against what was paid, summed up event by event where it was replayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.forecast.pooling import near_market, pool_log_odds, prior_weight
from kalshi_alpha.core.proposals.policy import Pooling
from kalshi_alpha.core.replay.engine import DayReplay
from kalshi_alpha.core.types import E4_PER_DOLLAR

_HOUR_S = 3600.0
_DAY_H = 24.0


@dataclass(frozen=True, slots=True, eq=False)
class KnownProbabilities:
    """Our probability of YES and the market's, at every decision where both were known.

    Attributes
    ----------
    event : ndarray of shape (n,)
        Index of the event in the day.
    model, market, paid, lead_hours : ndarrays of shape (n,)
        Probability of the forecast, the touch's mid, what YES paid, and hours to the close.
    """

    event: IntArray
    model: FloatArray
    market: FloatArray
    paid: FloatArray
    lead_hours: FloatArray


@dataclass(frozen=True, slots=True)
class EventLosses:
    """Sums of squared errors over an event's looks: our forecast's, the price's, and the pool's."""

    looks: int
    model: float
    market: float
    pooled: float


def known_probabilities(day: DayReplay) -> KnownProbabilities:
    """Return what was known of every market with a touch, a forecast and a payout."""
    event: list[int] = []
    parts: list[FloatArray] = []
    for look in day.looks:
        tape = day.views[look.event].event.tape
        paid = np.array(
            [np.nan if m.yes_payout_e4 is None else m.yes_payout_e4 for m in tape.markets]
        )
        mid = np.array(look.twice_mid_e4, dtype=np.float64)
        both = (mid >= 0) & np.isfinite(look.prob_yes) & np.isfinite(paid)
        lead = (tape.closes_at - look.clock.at).total_seconds() / _HOUR_S
        rows = np.stack(
            (
                look.prob_yes,
                mid / (2 * E4_PER_DOLLAR),
                paid / E4_PER_DOLLAR,
                np.full(mid.shape, lead),
            )
        )
        parts.append(rows[:, both])
        event += [look.event] * int(both.sum())
    whole = np.concatenate([*parts, np.empty((4, 0))], axis=1)
    return KnownProbabilities(np.array(event, dtype=np.int64), *whole)


def event_losses(
    known: KnownProbabilities,
    n_events: int,
    family: str,
    pooling: Pooling | None,
    pool_weight: float | None,
) -> tuple[EventLosses, ...]:
    """Sum up squared errors by event.

    Parameters
    ----------
    known
        What was known at decisions.
    n_events
        How many events the day has.
    family, pooling, pool_weight
        How the two are pooled: the family's prior weight where none is given, and not at all
        without pooling, which leaves the model's word.
    """
    pooled = known.model
    if pooling is not None and known.model.size:
        weights = _weights(known.lead_hours, family, pool_weight)
        pooled = pool_log_odds(known.model, known.market, weights)
        pooled = near_market(pooled, known.market, pooling.gap)
    sums = [
        np.bincount(known.event, (prob - known.paid) ** 2, minlength=n_events).tolist()
        for prob in (known.model, known.market, pooled)
    ]
    looks = np.bincount(known.event, minlength=n_events).tolist()
    return tuple(EventLosses(*each) for each in zip(looks, *sums, strict=True))


def _weights(lead_hours: FloatArray, family: str, given: float | None) -> FloatArray:
    if given is not None:
        return np.full(lead_hours.shape, given)
    return np.array([prior_weight(family, max(0.0, h / _DAY_H)) for h in lead_hours.tolist()])
