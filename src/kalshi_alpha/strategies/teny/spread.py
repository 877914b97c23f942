"""How far the yield moves in a day: an exponentially weighted variance, times scheduled news.

The variance of a quiet day follows squared changes from which the effect of news was divided
out. A day with news has more of it: each event adds its own excess, learned from the same kind of
day in the past and shrunk towards a prior, because a few dozen such days cannot carry it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.strategies.teny.history import EVENTS, Changes

DECAY = 0.96
"""Weight of the past, a memory of a month; 0.94 to 0.97 score alike on 2010-2021."""

PRIOR_DAYS = 20
PRIOR_MULTIPLIERS = {"cpi": 1.2, "jobs": 1.4, "fomc": 1.0}
"""Standard deviation of a day with news over a quiet one, before any such day is seen.

Jobs: first Fridays of the months 2000-2019 moved 1.42 times as far as other days. Consumer
prices rank second among the releases that move Treasuries (Fleming & Remolona 1999).
"""

_WIDTH_DECAY = 0.9996  # ten years: what the variance misses on average changes slowly
_START_VARIANCE_BP2 = 36.0
_VARIANCE_LEAST_BP2 = 0.25  # half a basis point: below it rounding is all there is
_LOAD_LEAST = 0.25


@dataclass(frozen=True, slots=True)
class EventMoment:
    """Days with one kind of news seen so far, and the sum of their squared standardised changes."""

    name: str
    days: int
    square_sum: float

    @property
    def multiplier(self) -> float:
        """Standard deviation of such a day over a quiet one's, shrunk towards the prior."""
        return float(np.sqrt(1.0 + self.excess))

    @property
    def excess(self) -> float:
        """Variance that the news adds, in quiet days; negative if such days are calmer."""
        prior = PRIOR_MULTIPLIERS[self.name] ** 2
        return (self.square_sum + PRIOR_DAYS * prior) / (self.days + PRIOR_DAYS) - 1.0


@dataclass(frozen=True, slots=True)
class SpreadState:
    """What the last close left behind.

    Attributes
    ----------
    variance_bp2
        Weighted mean of squared changes, news divided out, in squared basis points.
    width_square
        Mean squared change over its forecast variance in the past, near 1.
    events
        One moment for each of the known events, in their order.

    Raises
    ------
    BadParameter
        If a variance is not positive and finite, or the events are not the known ones.
    """

    variance_bp2: float
    width_square: float
    events: tuple[EventMoment, ...]

    def __post_init__(self) -> None:
        positive = all(0.0 < x < np.inf for x in (self.variance_bp2, self.width_square))
        if not positive or tuple(each.name for each in self.events) != EVENTS:
            raise BadParameter(f"no state of the spread: {self}")

    @property
    def quiet_variance_bp2(self) -> float:
        """Forecast variance of a day without news, in squared basis points."""
        return self.variance_bp2 * self.width_square

    def excess(self, scheduled: Iterable[str]) -> float:
        """Return the variance that these events add, in quiet days; each occurrence counts."""
        moments = {each.name: each.excess for each in self.events}
        return sum(moments[event] for event in scheduled if event in moments)

    def variance_over(self, steps: float, scheduled: Sequence[str]) -> float:
        """Return the forecast variance over some trading days, in squared basis points."""
        return self.quiet_variance_bp2 * _load(steps, self.excess(scheduled))


START = SpreadState(_START_VARIANCE_BP2, 1.0, tuple(EventMoment(event, 0, 0.0) for event in EVENTS))
"""Before anything is seen: six basis points a day."""


def walk(changes: Changes, start: SpreadState = START) -> tuple[FloatArray, SpreadState]:
    """Forecast the variance of each change from the changes before it.

    Returns
    -------
    variances : ndarray of shape (n,)
        As forecast before each change, in squared basis points.
    state : SpreadState
        After the last change.
    """
    variances = np.empty(changes.changes_bp.size)
    variance, width = start.variance_bp2, start.width_square
    counts = [each.days for each in start.events]
    sums = [each.square_sum for each in start.events]
    priors = [PRIOR_DAYS * PRIOR_MULTIPLIERS[event] ** 2 for event in EVENTS]
    squares = (changes.changes_bp.astype(np.float64) ** 2).tolist()
    columns = [np.flatnonzero(row).tolist() if row.any() else () for row in changes.events]
    for i, (square, step) in enumerate(zip(squares, changes.steps.tolist(), strict=True)):
        excesses = [(sums[c] + priors[c]) / (counts[c] + PRIOR_DAYS) - 1.0 for c in columns[i]]
        excess = sum(excesses)
        load = _load(step, excess)
        variances[i] = variance * width * load
        moved = square / variance
        for c, own in zip(columns[i], excesses, strict=True):
            # What the other days of a longer step and the other news account for is not its own.
            sums[c] += max(moved - (step - 1) - (excess - own), 0.0)
            counts[c] += 1
        width = _WIDTH_DECAY * width + (1.0 - _WIDTH_DECAY) * moved / load
        variance = max(DECAY * variance + (1.0 - DECAY) * square / load, _VARIANCE_LEAST_BP2)
    moments = map(EventMoment, EVENTS, counts, sums)
    return variances, SpreadState(variance, width, tuple(moments))


def _load(steps: float, excess: float) -> float:
    return max(steps + excess, _LOAD_LEAST * steps)
