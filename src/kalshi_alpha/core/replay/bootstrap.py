"""Intervals by resampling dates: what settles on one day is one draw, whatever was traded on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter

SEED = 20_240_229
DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends of an equal-tailed interval."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0.0 or self.high < 0.0


class DateBootstrap:
    """Draws of dates with replacement, the same for everything that is measured on them.

    Parameters
    ----------
    n_dates
        How many dates there are.
    draws, seed
        How many times, and where the draws begin.

    Raises
    ------
    BadParameter
        If there is no date or no draw.
    """

    def __init__(self, n_dates: int, draws: int = DRAWS, seed: int = SEED) -> None:
        if n_dates < 1 or draws < 1:
            raise BadParameter(f"{n_dates} dates cannot be drawn {draws} times")
        even = np.full(n_dates, 1.0 / n_dates)
        drawn = np.random.default_rng(seed).multinomial(n_dates, even, draws)
        self._counts: FloatArray = drawn.astype(np.float64)

    @property
    def n_dates(self) -> int:
        """How many dates there are."""
        return int(self._counts.shape[1])

    def sums(self, by_date: FloatArray) -> FloatArray:
        """Return the resampled sums of columns of shape (n_dates,) or (n_dates, n_columns)."""
        return np.asarray(self._counts @ by_date)

    def total(self, by_date: FloatArray, level: float = 0.9) -> Interval:
        """Return the interval of a sum over dates."""
        return quantiles(self.sums(by_date), level)

    def ratio(self, above: FloatArray, below: FloatArray, level: float = 0.9) -> Interval | None:
        """Return the interval of a ratio of sums; None if the lower one can be zero."""
        bottom = self.sums(below)
        if not (bottom > 0.0).any():
            return None
        some = bottom > 0.0
        return quantiles(self.sums(above)[some] / bottom[some], level)


def quantiles(draws: FloatArray, level: float) -> Interval:
    """Return the equal-tailed interval that holds a share of draws.

    Raises
    ------
    BadParameter
        If the level lies outside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise BadParameter(f"level must lie in (0, 1), was {level}")
    low, high = np.quantile(draws, ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    return Interval(float(low), float(high))


def best_of_many_p_value(
    by_date: FloatArray, bootstrap: DateBootstrap, seen: float | None = None
) -> float:
    """Return the chance that the best of several variants without any edge earns this much.

    The reality check of White 2000: every variant is centred on its own mean, all are resampled
    together so that what they share is kept, and the best of each draw is compared with the best
    that was seen.

    Parameters
    ----------
    by_date : ndarray of shape (n_dates, n_variants)
        Profit of each variant on each date.
    bootstrap
        Draws over the same dates.
    seen
        What is judged; by default the best of the variants.
    """
    totals = by_date.sum(axis=0)
    best = float(totals.max()) if seen is None else seen
    luck = (bootstrap.sums(by_date) - totals).max(axis=1)
    return float((1 + (luck >= best).sum()) / (1 + luck.size))
