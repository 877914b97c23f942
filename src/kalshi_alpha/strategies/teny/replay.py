"""Walk-forward forecasts of past closes, from the close before alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, time
from itertools import compress

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.schedule import wall
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.teny.change import WINDOW_BP
from kalshi_alpha.strategies.teny.forecast import QUANTITY
from kalshi_alpha.strategies.teny.history import Changes, changes_between
from kalshi_alpha.strategies.teny.skill import (
    DAYS_LEAST,
    GRID,
    MODEL,
    walk_forward_pmfs,
)

DEFAULT_FIRST = date(2022, 1, 1)
DECIDED_AT = time(14, 45)
"""New York time of the decision, inside the family's window."""

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
    was printed on them is not.

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
    changes = changes_between(days, closes, _scheduled(history))
    start = bisect_left(changes.days, first or DEFAULT_FIRST)
    stop = bisect_right(changes.days, last or date.max)
    if start < DAYS_LEAST and first is None:
        start = DAYS_LEAST
    if not DAYS_LEAST <= start < stop:
        raise MissingData(
            f"no close between {first or DEFAULT_FIRST} and {last or 'the end'} has "
            f"{DAYS_LEAST} closes before it"
        )
    return (replay_of(_until(changes, stop), start),)


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
