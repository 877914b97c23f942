"""When a family decides about an event, and until when what it decided rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule import BondCalendar, ReleaseCalendar, SeriesState
from kalshi_alpha.core.schedule.families import family_phase

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class DecisionClock:
    """An instant of decision, and the last at which its orders may rest."""

    at: datetime
    rests_until: datetime


def decision_clocks(
    family: str,
    opens_at: datetime,
    closes_at: datetime,
    calendar: ReleaseCalendar,
    every: timedelta | None = None,
    bond_days: BondCalendar | None = None,
) -> tuple[DecisionClock, ...]:
    """Return the decisions of a family between an event's open and close, by its own windows.

    Parameters
    ----------
    family
        Whose windows.
    opens_at, closes_at
        When the event's markets traded.
    calendar
        Announced releases.
    every
        How often it decides anew within a window; None decides once, when the window opens.
    bond_days
        Trading days of the bond market, for the family that follows them.

    Raises
    ------
    BadParameter
        If ``every`` is shorter than a second, or no schedule is known for the family.
    """
    if every is not None and every < _ONE_SECOND:
        raise BadParameter(f"decisions every {every} are too many")
    found: list[DecisionClock] = []
    at = opens_at
    while at < closes_at:
        phase = family_phase(family, at, calendar=calendar, bond_days=bond_days)
        opens, ends = phase.window_opens_at, phase.window_closes_at
        if opens is None or ends is None:
            break
        if phase.state is SeriesState.WINDOW:
            found += _within(max(opens, at), min(ends, closes_at), every)
            at = ends + _ONE_SECOND
        else:
            at = opens
    return tuple(found)


def _within(first: datetime, last: datetime, every: timedelta | None) -> list[DecisionClock]:
    if every is None:
        return [DecisionClock(first, last)] if first < last else []
    starts = [first]
    while starts[-1] + every < last:
        starts.append(starts[-1] + every)
    ends = [*starts[1:], last]
    return [DecisionClock(*pair) for pair in zip(starts, ends, strict=True) if pair[0] < pair[1]]


def to_us(at: datetime) -> int:
    """Return microseconds since 1970 of an aware instant, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(at_us: int) -> datetime:
    """Return the instant, UTC, of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=int(at_us))
