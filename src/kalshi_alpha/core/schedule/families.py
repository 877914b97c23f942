"""Freeze and scan window of each family, edges inclusive to the second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.phase import (
    ONE_SECOND,
    Phase,
    SeriesState,
    Span,
    frozen_around_window,
    missing_calendar,
    phase_at,
)
from kalshi_alpha.core.schedule.releases import ReleaseCalendar
from kalshi_alpha.core.schedule.wall_clock import new_york, utc_second, wall

MORNING = time(6, 0)
CLAIMS_FREEZE = time(18, 0)
TENY_FREEZE = time(13, 30)
TENY_WINDOW = (time(14, 30), time(15, 25))
TENY_CLOSE = time(15, 30)
TENY_EVENTS = ("cpi", "fomc", "jobs")
"""News that moves the ten-year yield; a calendar that does not reach them tells nothing."""
CPI_STOP_BEFORE_RELEASE = timedelta(minutes=10)
CLAIMS_STOP_BEFORE_RELEASE = timedelta(minutes=5)
WEATHER_CYCLE_HOURS = (0, 6, 12, 18)
WEATHER_WINDOW = timedelta(minutes=45)
SCHEDULED = ("CPI", "CLAIMS", "TNEY", "WEATHER")
"""The families whose schedule is known here; any other brings its own."""
_ONE_DAY = timedelta(days=1)
_WEDNESDAY = 2


def cpi_phase(at: datetime, calendar: ReleaseCalendar, *, event: str = "cpi") -> Phase:
    """Return the phase of the consumer price series.

    Frozen from 06:00 ET on the calendar day before the release until the release; the window
    is 06:00 ET to ten minutes before the release, on the day.
    """
    return _release_phase(
        at,
        calendar,
        event=event,
        freeze_of=lambda release_at: wall(_eve(release_at), MORNING),
        stop=CPI_STOP_BEFORE_RELEASE,
    )


def claims_phase(at: datetime, calendar: ReleaseCalendar, *, event: str = "claims") -> Phase:
    """Return the phase of the weekly jobless claims series.

    Frozen until the release from the earlier of Wednesday 18:00 ET of the release's week and
    18:00 ET on its eve, so that a release moved to Wednesday by a holiday is guarded as well;
    the window is 06:00 ET to five minutes before the release, on the day.
    """
    return _release_phase(
        at,
        calendar,
        event=event,
        freeze_of=_claims_freeze,
        stop=CLAIMS_STOP_BEFORE_RELEASE,
    )


def teny_phase(at: datetime, bond_days: BondCalendar, *, close: time = TENY_CLOSE) -> Phase:
    """Return the phase of the ten-year yield series.

    Frozen on trading days from 13:30 ET to the market's close, with a window from 14:30 to
    15:25 ET. On days when bonds close at 14:00 the freeze stands and there is no window; on
    days without bond trading nothing settles and there is neither.
    """
    today = new_york(at).date()
    if not bond_days.covers(today):
        return missing_calendar(f"the bond-market calendar does not cover {today}")
    spans = [
        span for day in bond_days.neighbours(today) for span in _teny_day(day, bond_days, close)
    ]
    if not bond_days.trades(today):
        note = "no bond trading today"
    elif today in bond_days.early_closes:
        note = "bonds close at 14:00 ET today: no window"
    else:
        note = "bond trading day"
    return phase_at(at, spans, gap=SeriesState.OPEN, note=note)


def weather_phase(at: datetime) -> Phase:
    """Return the phase of the weather series.

    The window is the first 45 minutes of each model cycle (00, 06, 12, 18 UTC, all year);
    everything else is frozen.
    """
    today = utc_second(at).date()
    spans = [
        Span(SeriesState.WINDOW, start, start + WEATHER_WINDOW)
        for day in (today - _ONE_DAY, today, today + _ONE_DAY)
        for start in (datetime.combine(day, time(h), tzinfo=UTC) for h in WEATHER_CYCLE_HOURS)
    ]
    return phase_at(at, spans, gap=SeriesState.FROZEN, note="model cycles 00/06/12/18Z")


def daily_window(opens: time, closes: time) -> Callable[[datetime, ReleaseCalendar], Phase]:
    """Return the phase of a family that is quoted every day between two times of New York.

    Everything else is frozen; the closing second is still in.
    """

    def phase(at: datetime, calendar: ReleaseCalendar) -> Phase:
        del calendar
        today = new_york(at).date()
        spans = [
            Span(SeriesState.WINDOW, wall(day, opens), wall(day, closes))
            for day in (today - _ONE_DAY, today, today + _ONE_DAY)
        ]
        note = f"every day {opens:%H:%M} to {closes:%H:%M} ET"
        return phase_at(at, spans, gap=SeriesState.FROZEN, note=note)

    return phase


def family_phase(
    family: str,
    at: datetime,
    *,
    calendar: ReleaseCalendar,
    bond_days: BondCalendar | None = None,
) -> Phase:
    """Return the phase of a family by its name.

    Parameters
    ----------
    family
        ``CPI``, ``CLAIMS``, ``TNEY`` or ``WEATHER``.
    at
        The instant.
    calendar
        Announced releases: CPI's and claims' own, and those that move the ten-year yield.
    bond_days
        Bond-market days, for the ten-year yield; without them its calendar is missing.

    Raises
    ------
    BadParameter
        If no schedule is known for the family.
    """
    match family:
        case "CPI":
            return cpi_phase(at, calendar)
        case "CLAIMS":
            return claims_phase(at, calendar)
        case "TNEY" if bond_days is None:
            return missing_calendar("there is no bond-market calendar")
        case "TNEY" if bond_days is not None:
            unknown = [event for event in TENY_EVENTS if not calendar.upcoming(event, at)]
            if unknown:
                # A day that news may move cannot be told from a quiet one.
                return missing_calendar(f"the calendar has no {unknown[0]} after {_stamp(at)}")
            return teny_phase(at, bond_days)
        case "WEATHER":
            return weather_phase(at)
        case _:
            raise BadParameter(f"no schedule is known for family {family!r}")


def _release_phase(
    at: datetime,
    calendar: ReleaseCalendar,
    *,
    event: str,
    freeze_of: Callable[[datetime], datetime],
    stop: timedelta,
) -> Phase:
    coming = calendar.upcoming(event, at)
    if not coming:
        return missing_calendar(f"the calendar has no {event} release after {_stamp(at)}")
    previous = calendar.latest(event, at)
    spans: list[Span] = []
    if previous is not None:
        # Only its end matters: it says since when the series has been open.
        spans.append(Span(SeriesState.FROZEN, previous.release_at, previous.release_at))
    # The release after the coming one is there to name the next window once this one is over.
    for release_at in sorted({release.release_at for release in coming})[:2]:
        freeze_at = freeze_of(release_at)
        if spans:
            freeze_at = max(freeze_at, spans[-1].last + ONE_SECOND)
        opens_at = max(freeze_at, wall(new_york(release_at).date(), MORNING))
        spans += frozen_around_window(freeze_at, (opens_at, release_at - stop), release_at)
    note = f"{event} {coming[0].reference} is due at {_stamp(coming[0].release_at)}"
    return phase_at(at, spans, gap=SeriesState.OPEN, note=note)


def _teny_day(day: date, bond_days: BondCalendar, close: time) -> list[Span]:
    opens, closes = TENY_WINDOW
    window = (wall(day, opens), wall(day, min(closes, close)))
    if day in bond_days.early_closes:
        return frozen_around_window(wall(day, TENY_FREEZE), None, wall(day, close))
    return frozen_around_window(wall(day, TENY_FREEZE), window, wall(day, close))


def _claims_freeze(release_at: datetime) -> datetime:
    eve = _eve(release_at)
    released_on = eve + _ONE_DAY
    wednesday = released_on + timedelta(days=_WEDNESDAY - released_on.weekday())
    return wall(min(eve, wednesday), CLAIMS_FREEZE)


def _eve(release_at: datetime) -> date:
    return new_york(release_at).date() - _ONE_DAY


def _stamp(at: datetime) -> str:
    return f"{new_york(at):%Y-%m-%d %H:%M:%S} ET"
