"""Forecast, wait for the print, learn: the order in which everything here is estimated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.strategies.claims.consensus import ConsensusWeight
from kalshi_alpha.strategies.claims.errors_seen import DOF, ErrorsSeen, holiday_width
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.long_run import LongRun
from kalshi_alpha.strategies.claims.shown import Centre, centre_of
from kalshi_alpha.strategies.claims.weeks import is_ordinary

ModelOf = Callable[[int], LongRun]
"""The long run as seen from a year."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What past weeks taught the model alone, and the model pooled with the consensus."""

    alone: ErrorsSeen
    pooled: ErrorsSeen
    weight: ConsensusWeight

    @classmethod
    def nothing(cls, model: LongRun) -> Learnt:
        """Begin with the long run's typical error."""
        seen = ErrorsSeen(model.typical_error)
        return cls(seen, seen, ConsensusWeight())


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of one week, in persons.

    Attributes
    ----------
    week
        Its Saturday.
    centre
        From the long run alone.
    log, pooled_log
        Log centres with the holiday effects of first prints, and pooled with the consensus;
        the second is None without one.
    width
        Widening of the scale, for holidays and for weeks that were never printed.
    alone, pooled
        Both distributions; the second is None without a consensus.
    """

    week: date
    centre: Centre
    log: float
    pooled_log: float | None
    width: float
    alone: StudentT
    pooled: StudentT | None


@dataclass(frozen=True, slots=True)
class Step:
    """A print, and what was expected of it when the state was ``learnt``."""

    printed: FirstPrint
    outlook: Outlook
    learnt: Learnt


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A release that is announced: its week, its day, and what economists expect of it."""

    week: date
    released_on: date
    consensus: int | None = None


def look_out(
    prints: Sequence[FirstPrint],
    week: date,
    model: LongRun,
    learnt: Learnt,
    consensus: int | None = None,
) -> Outlook:
    """Forecast a week from what was printed and learnt before.

    Raises
    ------
    MissingData
        If too few weeks are known, or the last is too long ago.
    """
    centre = centre_of(prints, week, model)
    log = centre.log + learnt.alone.holiday_effect(week)
    width = holiday_width(week) * model.widening(centre.ahead)
    alone = _around(log, learnt.alone.scale(width))
    if consensus is None:
        return Outlook(week, centre, log, None, width, alone, None)
    pooled_log = log + learnt.weight.value * (math.log(consensus) - log)
    pooled = _around(pooled_log, learnt.pooled.scale(width))
    return Outlook(week, centre, log, pooled_log, width, alone, pooled)


def learn(learnt: Learnt, outlook: Outlook, printed: FirstPrint) -> Learnt:
    """Take in a print that was looked out for."""
    actual = math.log(printed.persons)
    alone = learnt.alone.learned(actual - outlook.log, outlook.width)
    if outlook.centre.ahead == 1:
        alone = alone.taught(outlook.week, actual - outlook.centre.log)
    if outlook.pooled_log is None or printed.consensus is None:
        return Learnt(alone, learnt.pooled, learnt.weight)
    pooled = learnt.pooled.learned(actual - outlook.pooled_log, outlook.width)
    weight = learnt.weight.learned(math.log(printed.consensus) - outlook.log, actual - outlook.log)
    return Learnt(alone, pooled, weight)


def walk(
    prints: Sequence[FirstPrint],
    model_of: ModelOf,
    start: Learnt | None = None,
    known: Sequence[FirstPrint] = (),
) -> Iterator[Step]:
    """Forecast every print from those released before it, and learn from it afterwards.

    Prints of one day, as after a lapse in appropriations, are all forecast from the day before.
    Prints of the pandemic, and those with too few weeks before them, are passed over.

    Parameters
    ----------
    prints
        In any order.
    model_of
        The long run by year of release.
    start
        What was learnt to begin with; None for nothing.
    known
        Prints released before all of them.
    """
    ordered = sorted(
        (each for each in prints if is_ordinary(each.week)),
        key=lambda each: (each.released_on, each.week),
    )
    learnt = start
    for released_on, group in groupby(ordered, key=lambda each: each.released_on):
        model = model_of(released_on.year)
        learnt = Learnt.nothing(model) if learnt is None else learnt
        today = list(group)
        steps = list(_steps(known, today, model, learnt))
        yield from steps
        for step in steps:
            learnt = learn(learnt, step.outlook, step.printed)
        known = sorted((*known, *today), key=lambda each: each.week)


def look_ahead(
    prints: Sequence[FirstPrint],
    steps: Sequence[Step],
    model_of: ModelOf,
    due: Sequence[Scheduled],
    learnt_least: int,
) -> Iterator[tuple[Scheduled, Outlook]]:
    """Forecast weeks that have no print as `walk` would, had they one.

    Parameters
    ----------
    prints, steps, model_of
        What `walk` was given, and every step that it took.
    due
        Releases of the weeks.
    learnt_least
        From how many weeks must have been learnt before.
    """
    for each in due:
        before = [step for step in steps if step.printed.released_on < each.released_on]
        if not before or not is_ordinary(each.week):
            continue
        learnt = learnt_from(before, before[-1].learnt)
        earlier = (p for p in prints if p.released_on < each.released_on and is_ordinary(p.week))
        known = sorted(earlier, key=lambda p: p.week)
        model = model_of(each.released_on.year)
        try:
            outlook = look_out(known, each.week, model, learnt, each.consensus)
        except MissingData:
            continue
        if learnt.alone.n >= learnt_least:
            yield each, outlook


def learnt_from(steps: Sequence[Step], before: Learnt) -> Learnt:
    """Return what is known after some steps, or ``before`` if there were none."""
    if not steps:
        return before
    last_day = steps[-1].printed.released_on
    learnt = steps[-1].learnt
    for step in steps:
        if step.printed.released_on == last_day:
            learnt = learn(learnt, step.outlook, step.printed)
    return learnt


def _steps(
    known: Sequence[FirstPrint], today: Sequence[FirstPrint], model: LongRun, learnt: Learnt
) -> Iterator[Step]:
    for printed in today:
        try:
            outlook = look_out(known, printed.week, model, learnt, printed.consensus)
        except MissingData:
            continue
        yield Step(printed, outlook, learnt)


def _around(log: float, scale: float) -> StudentT:
    level = math.exp(log)
    return StudentT(level, scale * level, DOF)
