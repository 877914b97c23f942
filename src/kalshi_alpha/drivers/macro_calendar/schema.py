"""Rows and table of the calendar feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kalshi_alpha.datastore.feeds import Newest, TableSchema

TABLE = TableSchema(
    source="macro_calendar",
    columns=(
        ("publisher", "text"),
        ("event", "text"),
        ("release_on", "date"),
        ("release_at", "time"),
    ),
    key=("publisher", "event", "release_on"),
    # A release that moves leaves its old day: a calendar is complete over the days it covers,
    # for the events of its own publisher.
    span="release_on",
    apart="publisher",
)
PUBLISHERS = {"cpi": "BLS", "jobs": "BLS", "fomc": "FED", "claims": "DOL"}
"""Who announces which kind of event."""


@dataclass(frozen=True, slots=True)
class MacroEvent:
    """One scheduled release.

    Attributes
    ----------
    event : str
        ``cpi`` for the consumer price index, ``jobs`` for the Employment Situation, ``fomc``
        for a decision of the Open Market Committee, ``claims`` for weekly jobless claims.
    release_on : date
        New York date of the release.
    release_at : datetime or None
        Instant of the release (UTC), or None where the calendar gives the day only.
    """

    event: str
    release_on: date
    release_at: datetime | None

    @property
    def publisher(self) -> str:
        """Who announces it."""
        return PUBLISHERS[self.event]


def dated_on(row: MacroEvent) -> date | None:
    """Return None: a schedule speaks of the future by its nature."""
    del row
    return None


def earliest_at(row: MacroEvent) -> datetime | None:
    """Return None: when a date was announced is not in the calendar."""
    del row
    return None


def newest(rows: Sequence[MacroEvent]) -> Newest:
    """Name the last scheduled CPI release, beyond which the calendar knows nothing."""
    days = [row.release_on for row in rows if row.event == "cpi"]
    return Newest(f"cpi until {max(days)}" if days else "no cpi release", None)
