"""The release calendar as a history file: when each release came, and since when it was known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_format import HistoryFile, Layer, Rows, end_of, morning_of
from kalshi_alpha.datastore.macro_calendar import SOURCE
from kalshi_alpha.datastore.tables import Observation

CALENDAR_FILE = "release_calendar.csv"
_COLUMNS: tuple[Column, ...] = (
    ("release", "text"),
    ("reference_month", "date"),
    ("release_date", "date"),
)
_KEY = ("release", "release_date")

CPI_NOTICE = timedelta(days=7)
"""The BLS names the days of a year ahead, and days that it moved after lapses in funding more
than a week before."""

_THURSDAY = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """A release as the table names it; ``timed`` if it always comes at 08:30."""

    publisher: str
    event: str
    timed: bool
    known_from: Callable[[date], datetime]


def _claims_known_from(day: date) -> datetime:
    """Take a Thursday from its eve, by the weekly rule; another day only from the release."""
    return end_of(day - timedelta(days=1)) if day.weekday() == _THURSDAY else morning_of(day)


_KINDS: Mapping[str, _Kind] = {
    "CPI": _Kind("BLS", "cpi", timed=True, known_from=lambda day: end_of(day - CPI_NOTICE)),
    "JOBLESS_CLAIMS": _Kind("DOL", "claims", timed=True, known_from=_claims_known_from),
    # Decisions called at short notice stand among the others, and have hours of their own.
    "FOMC_DECISION": _Kind("FED", "fomc", timed=False, known_from=end_of),
}


def _events(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    del releases
    yield tuple(
        Observation(
            {
                "publisher": kind.publisher,
                "event": kind.event,
                "release_on": row["release_date"],
                "release_at": morning_of(row["release_date"]) if kind.timed else None,
            },
            kind.known_from(row["release_date"]),
        )
        for row in rows
        if (kind := _KINDS.get(row["release"])) is not None
    )


CALENDAR_HISTORY = HistoryFile(
    CALENDAR_FILE, SOURCE, _COLUMNS, _KEY, _events, optional=frozenset({"reference_month"})
)


def release_days(history: History) -> dict[date, date]:
    """Return the CPI's release days by reference month; none without a calendar."""
    if not history.files(CALENDAR_FILE):
        return {}
    rows = history.frame(CALENDAR_FILE, _COLUMNS, _KEY, ()).to_dicts()
    return {
        row["reference_month"]: row["release_date"]
        for row in rows
        if row["release"] == "CPI" and row["reference_month"] and row["release_date"]
    }
