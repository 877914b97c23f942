"""Walk-forward forecasts of past closes, from the close before alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import compress

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.schedule import wall
from kalshi_alpha.datastore.bond_calendar import FIRST_YEAR, bond_calendar
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.replay import Awaited, Replay
from kalshi_alpha.strategies.teny.change import WINDOW_BP
from kalshi_alpha.strategies.teny.forecast import QUANTITY
from kalshi_alpha.strategies.teny.history import Changes, changes_between
from kalshi_alpha.strategies.teny.skill import (
    DAYS_LEAST,
    GRID,
    MODEL,
    model_pmfs,
    walk_forward_pmfs,
)

DEFAULT_FIRST = date(2022, 1, 1)
DECIDED_AT = time(14, 45)
"""New York time of the decision, inside the family's window."""
_AHEAD = timedelta(days=7)
"""How long after the last close days are forecast from it; nobody trades on an older one."""

_CLOSES: tuple[Column, ...] = (("date", "date"), ("yield_pct", "float"))
_RELEASES: tuple[Column, ...] = (("release", "text"), ("release_date", "date"))
_MEASURES: tuple[Column, ...] = (("measure", "text"), ("release_date", "date"))
# Names of the two files that say on which days news was scheduled, and whose.
_RELEASE_EVENTS = {"CPI": "cpi", "FOMC_DECISION": "fomc"}
_MEASURE_EVENTS = {
    "cpi_mom_pct": "cpi",
    "nonfarm_payrolls_change": "jobs",
    "unemployment_rate_pct": "jobs",
}


def replay(history: History, first: date | None, last: date | None) -> tuple[Replay, ...]:
    """Forecast every close of a span from the closes before it.

    The state of the model is updated with each close, so that every forecast is made by a model
    fitted on its past alone. Which days carry news is known ahead: the schedules are read, what
    was printed on them is not. A trading day of the span without a close, and of those after the
    last close the next few, is `Replay.awaited`.

    Parameters
    ----------
    history
        Holds ``DGS10.csv``; ``release_calendar.csv`` and ``consensus_vs_actual.csv`` where there
        are any.
    first, last
        Bounds of the days, inclusive; from 2022 to the end of the data by default.

    Raises
    ------
    MissingData
        If there is no close of the span, or less than a year of closes before it.
    """
    days, closes = _closes(history)
    scheduled = _scheduled(history)
    changes = changes_between(days, closes, scheduled)
    start = bisect_left(changes.days, first or DEFAULT_FIRST)
    stop = bisect_right(changes.days, last or date.max)
    if start < DAYS_LEAST and first is None:
        start = DAYS_LEAST
    if not DAYS_LEAST <= start < stop:
        raise MissingData(
            f"no close between {first or DEFAULT_FIRST} and {last or 'the end'} has "
            f"{DAYS_LEAST} closes before it"
        )
    found = replay_of(_until(changes, stop), start)
    until = min(last or date.max, days[-1] + _AHEAD)
    bare = _without_close(days, changes.days[start], until)
    awaited = tuple(_awaited(days, closes, scheduled, day) for day in bare)
    return (replace(found, awaited=awaited),)


def replay_of(seen: Changes, start: int) -> Replay:
    """Forecast every close from index ``start`` on from the closes before it."""
    pmfs = walk_forward_pmfs(seen, start)
    before, printed = seen.before_bp[start:], seen.before_bp[start:] + seen.changes_bp[start:]
    lo = int(min(before.min() - WINDOW_BP, printed.min()))
    hi = int(max(before.max() + WINDOW_BP, printed.max()))
    placed = {name: _placed(each, before, lo, hi) for name, each in pmfs.items()}
    own = seen.days[start:]
    return Replay(
        key=QUANTITY,
        days=own,
        known_at=tuple(wall(day, DECIDED_AT) for day in own),
        grid=GRID,
        lo=lo,
        pmfs=placed.pop(MODEL),
        means=before / 100.0,
        outcomes=printed,
        baselines=placed,
        units=tuple(str(day) for day in own),
    )


def _without_close(days: Sequence[date], first: date, last: date) -> list[date]:
    """Return the trading days of a span that have no close."""
    begins = max(first, date(FIRST_YEAR, 1, 1))
    known, calendar = set(days), bond_calendar(begins.year, max(begins, last).year)
    span = (begins + timedelta(n) for n in range((last - begins).days + 1))
    return [day for day in span if day not in known and calendar.trades(day)]


def _awaited(
    days: Sequence[date], closes_bp: Sequence[int], scheduled: Mapping[str, list[date]], day: date
) -> Awaited:
    """Forecast a close from those before it, as if it came: what it were makes no difference."""
    place = bisect_left(days, day)
    closes = [*closes_bp[:place], closes_bp[place - 1]]
    changes = changes_between([*days[:place], day], closes, scheduled)
    (probs,) = model_pmfs(changes, len(changes.days) - 1)
    pmf = GridPmf(GRID, closes[-1] - WINDOW_BP, probs)
    return Awaited(day, wall(day, DECIDED_AT), pmf)


def _closes(history: History) -> tuple[list[date], list[int]]:
    frame = history.frame("DGS10.csv", _CLOSES, ["date"], ["date"])
    percents = frame["yield_pct"].to_numpy()
    there = np.isfinite(percents)
    bps = np.rint(100.0 * percents[there]).astype(np.int64)
    return list(compress(frame["date"].to_list(), there.tolist())), bps.tolist()


def _scheduled(history: History) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for file, columns, names in (
        ("release_calendar.csv", _RELEASES, _RELEASE_EVENTS),
        ("consensus_vs_actual.csv", _MEASURES, _MEASURE_EVENTS),
    ):
        if not history.files(file):
            continue
        keys = [name for name, _ in columns]
        for label, day in history.frame(file, columns, keys, keys).iter_rows():
            if label in names:
                found.setdefault(names[label], []).append(day)
    return found


def _until(changes: Changes, stop: int) -> Changes:
    return Changes(
        changes.days[:stop],
        changes.before_bp[:stop],
        changes.changes_bp[:stop],
        changes.steps[:stop],
        changes.events[:stop],
    )


def _placed(pmfs: FloatArray, before_bp: IntArray, lo: int, hi: int) -> FloatArray:
    """Move PMFs of changes to where the closes before them stood."""
    placed = np.zeros((before_bp.size, hi - lo + 1))
    columns = (before_bp - WINDOW_BP - lo)[:, None] + np.arange(pmfs.shape[1])
    np.put_along_axis(placed, columns, pmfs, axis=1)
    return placed
