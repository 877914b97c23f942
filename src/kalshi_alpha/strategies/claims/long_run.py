"""What long-settled values say of any week: how a move fades, and what a holiday does.

Weekly log changes follow an autoregression of four lags, fitted by least squares together with
one effect for each holiday week and the week after. All its coefficients come out negative: a
move is taken back in part over the month that follows. A local level (exponential smoothing)
has the same shape with one parameter for all lags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.claims.history import is_final
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK, holidays_of, is_ordinary

LAGS = 4
SHRINK = 10
"""A holiday seen n times keeps n / (n + 10) of its mean error."""

_SINCE = 1990  # before it the factors were of another kind, and claims moved otherwise
_WEEKS_LEAST = 260
_DIGITS = 9  # parameters are rounded, so that two machines write the same artifact


@dataclass(frozen=True, slots=True)
class LongRun:
    """Fitted on final values.

    Attributes
    ----------
    coefficients
        Of the last four weekly log changes, newest first.
    effects
        Log effect by holiday, shrunk.
    typical_error
        Mean absolute one-week error, as a fraction of the level.
    n
        Weeks fitted on.
    """

    coefficients: tuple[float, ...]
    effects: tuple[tuple[str, float], ...]
    typical_error: float
    n: int

    def effect(self, week: date) -> float:
        """Return the summed log effect of a week's holidays."""
        known = dict(self.effects)
        return sum(known.get(name, 0.0) for name in holidays_of(week))

    def widening(self, ahead: int) -> float:
        """Return the error's growth when the level is forecast some weeks ahead, 1 for one.

        The root of the summed squares of the moving-average weights of the log level.
        """
        weights = [1.0]
        for _ in range(ahead - 1):
            changes = np.diff([0.0, *weights])[::-1][:LAGS]
            step = sum(c * d for c, d in zip(self.coefficients, changes.tolist(), strict=False))
            weights.append(weights[-1] + step)
        return float(np.sqrt(np.square(weights).sum()))

    def next_log(self, logs: list[float]) -> float:
        """Return the next adjusted log level from at least five, oldest first."""
        newest = logs[: -LAGS - 2 : -1]
        changes = [after - before for after, before in pairwise(newest)]
        return logs[-1] + sum(c * d for c, d in zip(self.coefficients, changes, strict=True))


class LongRuns:
    """Fits by the year from which they are seen, each made once.

    Parameters
    ----------
    finals
        Final values by week, in persons; a fit of a year uses those that were final then.
    """

    def __init__(self, finals: Mapping[date, int]) -> None:
        self._finals = finals
        self._seen_from = lru_cache(maxsize=None)(self._fit)

    def seen_from(self, year: int) -> LongRun:
        """Return the fit on what was final in a year.

        Raises
        ------
        MissingData
            If that is fewer than 260 weeks.
        """
        return self._seen_from(year)

    def _fit(self, year: int) -> LongRun:
        return fit_long_run({w: v for w, v in self._finals.items() if is_final(w, year)})


def fit_long_run(finals: Mapping[date, int]) -> LongRun:
    """Fit on final values by week, in persons; the pandemic and weeks before 1990 are left out.

    Raises
    ------
    MissingData
        If fewer than 260 weeks have the five weeks before them.
    """
    logs = {
        week: float(np.log(value))
        for week, value in finals.items()
        if week.year >= _SINCE and is_ordinary(week)
    }
    weeks = [w for w in sorted(logs) if all(w - k * ONE_WEEK in logs for k in range(LAGS + 2))]
    if len(weeks) < _WEEKS_LEAST:
        raise MissingData(f"claims need {_WEEKS_LEAST} final weeks in a row, had {len(weeks)}")
    # Effects are errors' means, and errors need the effects taken out first: twice is enough,
    # because holidays are a quarter of all weeks and their effects a third of an error.
    _, errors = _regress(logs, weeks, {})
    effects = _effects(weeks, errors)
    coefficients, errors = _regress(logs, weeks, effects)
    return LongRun(
        coefficients=tuple(round(each, _DIGITS) for each in coefficients.tolist()),
        effects=tuple(sorted((name, round(each, _DIGITS)) for name, each in effects.items())),
        typical_error=round(float(np.abs(errors).mean()), _DIGITS),
        n=len(weeks),
    )


def _regress(
    logs: Mapping[date, float], weeks: list[date], effects: Mapping[str, float]
) -> tuple[FloatArray, FloatArray]:
    adjusted = {
        week: log - sum(effects.get(name, 0.0) for name in holidays_of(week))
        for week, log in logs.items()
    }
    levels = np.array([[adjusted[w - k * ONE_WEEK] for k in range(LAGS + 2)] for w in weeks])
    changes = -np.diff(levels, axis=1)
    target, lagged = changes[:, 0], changes[:, 1:]
    coefficients = np.linalg.solve(lagged.T @ lagged, lagged.T @ target)
    return coefficients, target - lagged @ coefficients


def _effects(weeks: list[date], errors: FloatArray) -> dict[str, float]:
    sums: dict[str, tuple[float, int]] = {}
    for week, error in zip(weeks, errors.tolist(), strict=True):
        for name in holidays_of(week):
            total, n = sums.get(name, (0.0, 0))
            sums[name] = (total + error, n + 1)
    return {name: total / (n + SHRINK) for name, (total, n) in sums.items()}
