"""The level as it was shown: newest statement of each week, on one footing of factors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.long_run import LAGS, LongRun
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK, is_ordinary

REACH_WEEKS = 40
"""How far back levels are read; nothing older moves the next week by a hundredth."""

REBASED_FROM = 0.05
"""A first revision beyond this is the yearly change of factors, not news of the week."""

AHEAD_MAX = 26


@dataclass(frozen=True, slots=True)
class Centre:
    """The expected log of a week's print, and how many weeks lie past the last one known."""

    log: float
    ahead: int


def centre_of(prints: Sequence[FirstPrint], week: date, model: LongRun) -> Centre:
    """Forecast a week from the prints known, of weeks before it.

    A week that was never printed is filled with the model's own forecast.

    Parameters
    ----------
    prints
        Oldest first, all released before the forecast is made.
    week
        Saturday of the week to forecast.
    model
        Fitted on final values.

    Raises
    ------
    MissingData
        If fewer than five weeks in a row are known, or the last is too long ago.
    """
    recent = [
        each for each in prints if week - REACH_WEEKS * ONE_WEEK <= each.week < week
        and is_ordinary(each.week)
    ]  # fmt: skip
    if len(recent) <= LAGS:
        raise MissingData(f"claims need {LAGS + 1} weeks before {week}, had {len(recent)}")
    ahead = (week - recent[-1].week).days // 7
    if ahead > AHEAD_MAX:
        raise MissingData(f"the last print known is of {recent[-1].week}, {ahead} weeks before")
    logs = _adjusted_logs(recent, week, model)
    return Centre(model.next_log(logs) + model.effect(week), ahead)


def _adjusted_logs(recent: Sequence[FirstPrint], week: date, model: LongRun) -> list[float]:
    """Return holiday-adjusted log levels of every week from the first to the one before."""
    first = {each.week: math.log(each.persons) for each in recent}
    second = {
        each.week - ONE_WEEK: math.log(each.previous_shown)
        for each in recent
        if each.previous_shown is not None
    }
    logs: list[float] = []
    at = recent[0].week
    while at < week:
        shown = second.get(at, first.get(at))
        if shown is not None:
            revision = shown - first.get(at, shown)
            if abs(revision) > REBASED_FROM:
                logs = [each + revision for each in logs]
            logs.append(shown - model.effect(at))
        elif len(logs) > LAGS:
            logs.append(model.next_log(logs))
        else:
            logs = []
        at += ONE_WEEK
    if len(logs) <= LAGS:
        raise MissingData(f"claims need {LAGS + 1} weeks in a row before {week}")
    return logs
