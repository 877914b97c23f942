"""The calendar of releases as the BLS publishes it (iCalendar).

Times are wall times in ``US-Eastern``, a name of the publisher's own and of no time-zone
database; it means New York. Every other release in the calendar is ignored.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from kalshi_alpha.drivers.macro_calendar.errors import BadEvent, Contradiction, WrongBody
from kalshi_alpha.drivers.macro_calendar.schema import MacroEvent
from kalshi_alpha.drivers.wire import NEW_YORK, decode_text

if TYPE_CHECKING:
    import icalendar

_EVENTS = {"consumer price index": "cpi", "employment situation": "jobs"}
# The library reads a thousand lines in some ten milliseconds; a year of releases has hundreds.
_LINES_MOST = 50_000
_YEARS = range(2000, 2100)
_EASTERN = frozenset({"US-Eastern", "US/Eastern", "America/New_York"})


def calendar_events(body: bytes, skipped: Counter[str]) -> list[MacroEvent]:
    """Read the CPI and jobs releases; other ones, cancelled ones and exact repeats are counted.

    Raises
    ------
    CalendarRefused
        If it is no calendar, or a CPI or jobs release has no usable date.
    """
    found: dict[tuple[str, date], MacroEvent] = {}
    for component in _events(body):
        name = _EVENTS.get(" ".join(str(component.get("SUMMARY", "")).split()).casefold())
        if name is None:
            skipped["other release"] += 1
        elif str(component.get("STATUS", "")).upper() == "CANCELLED":
            skipped["cancelled"] += 1
        else:
            event = _event(name, component)
            known = found.setdefault((name, event.release_on), event)
            if known != event:
                raise Contradiction(f"{name} on {event.release_on} stands at two times")
            skipped["repeated"] += known is not event
    return list(found.values())


def _events(body: bytes) -> list[icalendar.Component]:
    import icalendar

    text = decode_text(body, WrongBody)
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise WrongBody("neither an iCalendar file nor any other calendar of a publisher")
    if text.count("\n") > _LINES_MOST:
        raise WrongBody(f"a calendar of more than {_LINES_MOST} lines")
    if not text.rstrip().upper().endswith("END:VCALENDAR"):
        raise WrongBody("the calendar breaks off")
    try:
        return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # The library lets these escape on broken input; each means the text is no calendar.
        raise WrongBody(f"not a calendar: {error}") from error
    except (OSError, RecursionError) as error:
        # It looks the name of a zone up as a file: one that is a folder, is longer than a path
        # may be, or has thousands of parts, ends so.
        raise WrongBody("not a calendar: a time zone of an impossible name") from error


def _event(name: str, component: icalendar.Component) -> MacroEvent:
    from icalendar.prop import vDDDTypes

    if component.errors:
        raise BadEvent(f"{name}: {component.errors[0]}")
    if "RRULE" in component or "RDATE" in component:
        raise BadEvent(f"{name}: a release that repeats by rule")
    start = component.get("DTSTART")
    if not isinstance(start, vDDDTypes):
        raise BadEvent(f"{name}: needs exactly one DTSTART")
    moment = start.dt
    if not (isinstance(moment, date) and moment.year in _YEARS):
        raise BadEvent(f"{name}: DTSTART {moment!r} is no date of this age")
    if not isinstance(moment, datetime):
        return MacroEvent(name, moment, None)
    instant = _instant(name, moment, start.params.get("TZID"))
    return MacroEvent(name, instant.astimezone(NEW_YORK).date(), instant)


def _instant(name: str, moment: datetime, zone: object) -> datetime:
    if zone is not None:
        if str(zone) not in _EASTERN:
            raise BadEvent(f"{name}: time zone {str(zone)[:60]!r} is not New York's")
        # The wall time counts; whatever zone the file defines under that name does not.
        return moment.replace(tzinfo=NEW_YORK).astimezone(UTC)
    if moment.tzinfo is None:
        raise BadEvent(f"{name}: {moment} has no time zone")
    return moment.astimezone(UTC)
