"""Walk-forward forecasts of past first prints from history files.

``ICSA_first_prints.csv`` holds the first prints, ``consensus_vs_actual.csv`` the week before as
each release showed it and, optionally, the consensus. ``ICSA.csv`` is a later vintage, and using
it as if known would be look-ahead: it serves the long run only, and only with weeks at least six
years older than the year of the forecast, which no revision reaches. The week before as a release
shows it comes with that release, so that a forecast knows it one week later. Weeks whose release
``release_calendar.csv`` schedules and whose print is not there are forecast too, and awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import Distribution, GridPmf, StudentT
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.claims.baselines import baselines
from kalshi_alpha.strategies.claims.bins import THOUSANDS, on_common_bins, printed_pmf
from kalshi_alpha.strategies.claims.forecast import QUANTITY
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.long_run import LongRuns
from kalshi_alpha.strategies.claims.skill import ERRORS_LEAST
from kalshi_alpha.strategies.claims.walk import Scheduled, Step, look_ahead, walk
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK, released_week
from kalshi_alpha.strategies.replay import Awaited, Replay

DEFAULT_FIRST = date(2022, 7, 1)
WITH_CONSENSUS = f"{QUANTITY}+consensus"

_ZONE = ZoneInfo("America/New_York")
_DECISION = time(8, 25)
_PRINTS: tuple[Column, ...] = (
    ("week_ending", "date"),
    ("release_date", "date"),
    ("first_print_sa_persons", "float"),
    ("second_print_sa_persons", "float"),
)
_CALENDAR: tuple[Column, ...] = (
    ("release_date", "date"),
    ("measure", "text"),
    ("consensus_forecast", "float"),
    ("previous_as_shown", "float"),
)
_FINALS: tuple[Column, ...] = (("date", "date"), ("initial_claims_sa_persons", "float"))
_MEASURE = "initial_claims_persons"
_CALENDAR_FILE, _RELEASE = "release_calendar.csv", "JOBLESS_CLAIMS"
_RELEASES: tuple[Column, ...] = (("release", "text"), ("release_date", "date"))
_BELIEVED = (50_000, 10_000_000)  # a NaN is not inside either


def replay(
    history: History, first: date | None = None, last: date | None = None
) -> tuple[Replay, ...]:
    """Forecast every week between two days from what was known at 08:25 on its release day.

    Parameters
    ----------
    history
        Folders with the files named above; ``consensus_vs_actual.csv`` may be absent.
    first, last
        Bounds of the week-ending day; by default July 2022 to the end of the data.

    Returns
    -------
    tuple of Replay
        Without the consensus, and, where there is one, with it on the weeks that have it.

    Raises
    ------
    MissingData
        If a file is absent, or no week can be forecast.
    """
    low, high = first or DEFAULT_FIRST, last or date.max
    found = replays_of(
        read_prints(history), read_finals(history), low, high, read_scheduled(history)
    )
    if not found:
        raise MissingData(f"no first print of claims to forecast from {low} on")
    return found


def replays_of(
    prints: Sequence[FirstPrint],
    finals: Mapping[date, int],
    low: date,
    high: date,
    scheduled: Sequence[Scheduled] = (),
) -> tuple[Replay, ...]:
    """Forecast every week between two days; empty where none can be forecast.

    Parameters
    ----------
    prints, finals
        First prints, and values that no revision reaches any more, by week.
    low, high
        Bounds of the week-ending day.
    scheduled
        Releases, those of the prints among them or not.
    """
    model_of = LongRuns(finals).seen_from
    steps = list(walk(prints, model_of))
    against = baselines(steps, prints)
    scored = [
        i
        for i, step in enumerate(steps)
        if low <= step.printed.week <= high and step.learnt.alone.n >= ERRORS_LEAST
    ]
    if not scored:
        return ()
    both = [i for i in scored if steps[i].outlook.pooled is not None]
    found = [_replay(QUANTITY, steps, scored, lambda step: step.outlook.alone, against)]
    if both:
        found.append(_replay(WITH_CONSENSUS, steps, both, _pooled, against))
    printed = {each.week for each in prints}
    due = [each for each in scheduled if low <= each.week <= high and each.week not in printed]
    looked = list(look_ahead(prints, steps, model_of, due, ERRORS_LEAST))
    awaited = {
        QUANTITY: tuple(_awaited(each, outlook.alone) for each, outlook in looked),
        WITH_CONSENSUS: tuple(
            _awaited(each, outlook.pooled) for each, outlook in looked if outlook.pooled is not None
        ),
    }
    return tuple(replace(each, awaited=awaited[each.key]) for each in found)


def read_prints(history: History) -> tuple[FirstPrint, ...]:
    """Return first prints with what their releases showed of the week before."""
    frame = history.frame("ICSA_first_prints.csv", _PRINTS, ["week_ending"], ["week_ending"])
    rows = [row for row in frame.iter_rows() if row[1] is not None and _whole(row[2]) is not None]
    second = {week: _whole(value) for week, _, _, value in rows}
    newest = {on: week for week, on, _, _ in rows}
    expected, shown = _calendar(history)
    return tuple(
        FirstPrint(
            week=week,
            released_on=on,
            persons=_whole(persons) or 0,
            # A release that caught up on several weeks shows what came before its newest one.
            previous_shown=(shown.get(on) if newest[on] == week else None)
            or second.get(week - ONE_WEEK),
            consensus=expected.get(on) if newest[on] == week else None,
        )
        for week, on, persons, _ in rows
    )


def read_scheduled(history: History) -> tuple[Scheduled, ...]:
    """Return the releases of the calendar, each with its week and what was expected of it."""
    if not history.files(_CALENDAR_FILE):
        return ()
    expected, _ = _calendar(history)
    key = ["release", "release_date"]
    frame = history.frame(_CALENDAR_FILE, _RELEASES, key, ["release_date"])
    return tuple(
        Scheduled(released_week(on), on, expected.get(on))
        for name, on in frame.iter_rows()
        if name == _RELEASE and on is not None
    )


def read_finals(history: History) -> dict[date, int]:
    """Return today's values by week; which of them are final is for the reader to say."""
    frame = history.frame("ICSA.csv", _FINALS, ["date"], ["date"])
    pairs = ((week, _whole(value)) for week, value in frame.iter_rows())
    return {week: value for week, value in pairs if value is not None}


def _calendar(history: History) -> tuple[dict[date, int], dict[date, int]]:
    """Return the consensus and the week before as shown, by release day."""
    try:
        frame = history.frame(
            "consensus_vs_actual.csv", _CALENDAR, ["release_date", "measure"], ["release_date"]
        )
    except MissingData:
        return {}, {}
    expected: dict[date, int] = {}
    shown: dict[date, int] = {}
    for on, measure, consensus, previous in frame.iter_rows():
        if measure != _MEASURE:
            continue
        for into, value in ((expected, _whole(consensus)), (shown, _whole(previous))):
            if value is not None:
                into[on] = value
    return expected, shown


def _replay(
    key: str,
    steps: Sequence[Step],
    chosen: Sequence[int],
    of: Callable[[Step], Distribution],
    against: Mapping[str, Sequence[Distribution]],
) -> Replay:
    picked = [steps[i] for i in chosen]
    dists = [of(step) for step in picked]
    pmfs = [printed_pmf(dist) for dist in dists]
    others = {name: [printed_pmf(found[i]) for i in chosen] for name, found in against.items()}
    outcomes = np.array([step.printed.persons // 1000 for step in picked], dtype=np.int64)
    bins = 1 + max(int(outcomes.max()), _top(pmfs), *map(_top, others.values()))
    return Replay(
        key=key,
        days=tuple(step.printed.week for step in picked),
        known_at=tuple(_decided_at(step.printed.released_on) for step in picked),
        grid=THOUSANDS,
        lo=0,
        pmfs=on_common_bins(pmfs, bins),
        means=np.array([dist.mean for dist in dists]),
        outcomes=outcomes,
        baselines={name: on_common_bins(found, bins) for name, found in others.items()},
        units=tuple(f"{QUANTITY} {step.printed.week}" for step in picked),
    )


def _awaited(due: Scheduled, dist: StudentT) -> Awaited:
    return Awaited(due.week, _decided_at(due.released_on), printed_pmf(dist))


def _pooled(step: Step) -> StudentT:
    pooled = step.outlook.pooled
    return step.outlook.alone if pooled is None else pooled


def _top(pmfs: Sequence[GridPmf]) -> int:
    return max(pmf.hi for pmf in pmfs)


def _decided_at(released_on: date) -> datetime:
    return datetime.combine(released_on, _DECISION, _ZONE).astimezone(UTC)


def _whole(value: float | None) -> int | None:
    """Return a count of persons, or None if there is none that can be believed."""
    if value is None or not _BELIEVED[0] <= value <= _BELIEVED[1]:
        return None
    return round(value)
