"""The three states of a series, and which of them holds at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule.wall_clock import utc_second

ONE_SECOND = timedelta(seconds=1)


class SeriesState(StrEnum):
    """What may be done with a series.

    ``OPEN``: a scan may quote, a daily mode only takes notes. ``FROZEN``: nothing is sent and
    nothing rests. ``WINDOW``: the scan window, in which submissions are allowed.
    """

    OPEN = "open"
    FROZEN = "frozen"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Span:
    """A state and the whole seconds it holds for, both ends included."""

    state: SeriesState
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Phase:
    """The state of a series at an instant.

    Attributes
    ----------
    state
        What may be done now.
    since, until
        First and last whole second (UTC) of this state; None where the calendar does not say.
    window_opens_at, window_closes_at
        First and last second of the scan window that is open or comes next, or None.
    note
        One sentence for reports.
    calendar_missing
        True if the calendar names no coming release; ``state`` is then ``FROZEN``.
    """

    state: SeriesState
    since: datetime | None
    until: datetime | None
    window_opens_at: datetime | None
    window_closes_at: datetime | None
    note: str
    calendar_missing: bool = False

    @property
    def rests_until(self) -> datetime | None:
        """Last second at which an order may rest; None if none may, or if no end is known.

        Nothing rests in a freeze, so a runner cancels by this second.
        """
        return None if self.state is SeriesState.FROZEN else self.until


def missing_calendar(note: str) -> Phase:
    """Return the phase of a series whose calendar does not reach far enough: frozen."""
    return Phase(SeriesState.FROZEN, None, None, None, None, note, calendar_missing=True)


def frozen_around_window(
    freeze_at: datetime,
    window: tuple[datetime, datetime] | None,
    last_frozen: datetime,
) -> list[Span]:
    """Split a freeze by the scan window inside it; both ends of each part are included.

    An inverted window, such as one before a release earlier than its opening, is no window.
    """
    if window is None or window[0] > window[1]:
        return [Span(SeriesState.FROZEN, freeze_at, last_frozen)]
    parts = [
        Span(SeriesState.FROZEN, freeze_at, window[0] - ONE_SECOND),
        Span(SeriesState.WINDOW, window[0], window[1]),
        Span(SeriesState.FROZEN, window[1] + ONE_SECOND, last_frozen),
    ]
    return [part for part in parts if part.first <= part.last]


def phase_at(at: datetime, spans: Iterable[Span], *, gap: SeriesState, note: str) -> Phase:
    """Return the phase that an instant falls in.

    Parameters
    ----------
    at
        The instant; the whole second it lies in decides, so 15:25:00.9 counts as 15:25:00.
    spans
        Spans that do not overlap.
    gap
        The state that holds between spans.
    note
        Carried into the phase.

    Raises
    ------
    BadParameter
        If spans overlap, which would give a second two states.
    """
    second = utc_second(at)
    ordered = sorted(spans, key=lambda span: span.first)
    for early, late in pairwise(ordered):
        if late.first <= early.last:
            raise BadParameter(f"schedule spans overlap at {late.first.isoformat()}")
    window = next((s for s in ordered if s.state is SeriesState.WINDOW and s.last >= second), None)
    now = next((s for s in ordered if s.first <= second <= s.last), None)
    if now is None:
        before = max((s.last for s in ordered if s.last < second), default=None)
        after = min((s.first for s in ordered if s.first > second), default=None)
        since = None if before is None else before + ONE_SECOND
        until = None if after is None else after - ONE_SECOND
        state = gap
    else:
        state, since, until = now.state, now.first, now.last
    return Phase(
        state=state,
        since=since,
        until=until,
        window_opens_at=window.first if window else None,
        window_closes_at=window.last if window else None,
        note=note,
    )
