"""What a history file is: its columns, and how its rows become observations of a feed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.tables import Observation

_ZONE = ZoneInfo("America/New_York")
_RELEASE = time(8, 30)

Rows = Sequence[Mapping[str, Any]]
Layer = tuple[Observation, ...]
"""Observations of which no two are of the same key; a vintage is a layer of its own."""

Layers = Callable[[Rows, Mapping[date, date]], Iterator[Layer]]


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """One file, and how its rows become observations of a feed.

    Parameters
    ----------
    name
        File name.
    source
        Feed whose table it fills.
    columns
        Columns read, with their types; a file may have others.
    key
        Columns that name a row.
    layers
        ``(rows, releases) -> layers``: what the rows say, vintage by vintage. ``releases`` are
        the CPI's release days by reference month.
    optional
        Columns that may be empty; a row with any other one empty is left out and counted.
    besides
        Columns whose values no table takes; they are counted and named.
    """

    name: str
    source: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    layers: Layers
    optional: frozenset[str] = frozenset()
    besides: tuple[str, ...] = ()

    def whole_rows(self, rows: Rows) -> list[dict[str, Any]]:
        """Return the rows that lack nothing needed; what is not finite is taken as absent."""
        cleaned = [{name: _finite(row[name]) for name in row} for row in rows]
        return [
            row
            for row in cleaned
            if all(value is not None or name in self.optional for name, value in row.items())
        ]


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def end_of(day: date) -> datetime:
    """Return the instant at which a day is over in New York."""
    return datetime.combine(day + timedelta(days=1), time(0), _ZONE).astimezone(UTC)


def morning_of(day: date) -> datetime:
    """Return 08:30 of a day in New York, the hour of the statistical releases."""
    return datetime.combine(day, _RELEASE, _ZONE).astimezone(UTC)
