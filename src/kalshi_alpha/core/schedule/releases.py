"""Release calendars: when each piece of news is due, as the publishers announced it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.schedule.wall_clock import utc_second


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """One scheduled publication.

    Attributes
    ----------
    release_at
        Instant of publication, UTC, whole seconds.
    event
        What is published: ``cpi``, ``claims``, ``jobs``, ``fomc``.
    reference
        The period it reports, as the calendar writes it, such as ``2025-05``.
    """

    release_at: datetime
    event: str
    reference: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "release_at", utc_second(self.release_at))


@dataclass(frozen=True, slots=True)
class ReleaseCalendar:
    """Announced releases in time order; dates are never extrapolated beyond its rows."""

    rows: tuple[Release, ...]

    @classmethod
    def of(cls, rows: Iterable[Release]) -> ReleaseCalendar:
        """Build a calendar from rows in any order; repeated rows count once."""
        return cls(tuple(sorted(set(rows))))

    def of_event(self, event: str) -> tuple[Release, ...]:
        """Return the rows of one event, oldest first."""
        return tuple(row for row in self.rows if row.event == event)

    def upcoming(self, event: str, at: datetime) -> tuple[Release, ...]:
        """Return the releases at or after the second of ``at``, the soonest first.

        A release counts as coming during its own second, which is still frozen.
        """
        second = utc_second(at)
        return tuple(row for row in self.of_event(event) if row.release_at >= second)

    def latest(self, event: str, at: datetime) -> Release | None:
        """Return the last release before the second of ``at``, or None."""
        second = utc_second(at)
        past = [r for r in self.of_event(event) if r.release_at < second]
        return past[-1] if past else None

    def of_reference(self, event: str, reference: str) -> Release | None:
        """Return the first release that reports a period, or None if none is announced."""
        return next((row for row in self.of_event(event) if row.reference == reference), None)
