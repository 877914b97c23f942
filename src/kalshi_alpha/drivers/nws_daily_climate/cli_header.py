"""The heading of a climate report: what product it is, who sent it, and when.

A report begins with a communications heading (``CDUS41 KOKX 220626``, day and time in UTC), the
product identifier (``CLINYC``), and the local issue time with its date. The first has no month
and the last no exact time of transmission, so each is checked against the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kalshi_alpha.drivers.nws_daily_climate.errors import BadHeading, Contradiction
from kalshi_alpha.drivers.nws_daily_climate.local_clock import date_of, minutes_of

_HEADING = re.compile(
    r"^ *(?P<collective>[A-Z]{4}[0-9]{2}) +(?P<office>[A-Z]{4}) +"
    r"(?P<day>[0-9]{2})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?: +(?P<bbb>[A-Z]{3}))?$",
    re.MULTILINE,
)
_PRODUCT = re.compile(r"CLI([A-Z0-9]{3})")
_ISSUED = re.compile(
    r"^ *(?P<clock>[0-9]{1,2}:?[0-9]{2} [AP]M) +(?P<zone>[A-Z]{3,4}) +(?:/[^/\n]+/ +)?"
    r"(?P<weekday>[A-Z]{3}) +(?P<month>[A-Z]{3}) +(?P<day>[0-9]{1,2}),? +(?P<year>[0-9]{4})$",
    re.MULTILINE,
)
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

# Standard offset in hours by the zone's initial; the second letter says whether clocks are put
# forward. "AST" is Atlantic from Puerto Rico and was Alaska's from an Alaskan office.
_STANDARD_HOURS = {"E": -5, "C": -6, "M": -7, "P": -8, "H": -10, "S": -11, "AK": -9, "CH": 10}
_ALASKAN_OFFICE = re.compile(r"PA[A-Z]{2}")

# The transmission follows the printed time by minutes; a correction may keep the first one's.
_LARGEST_LAG = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of one report.

    Attributes
    ----------
    collective : str
        Communications identifier, such as ``CDUS41``.
    office : str
        Issuing office, such as ``KOKX``.
    addition : str
        Three letters for a repeated message: ``CCA`` corrected, ``RRA`` delayed; else empty.
    station : str
        Location of the product, such as ``NYC``.
    issued_at : datetime
        Time of the communications heading, in UTC.
    standard_offset : timedelta
        Standard time of the printed zone minus UTC.
    """

    collective: str
    office: str
    addition: str
    station: str
    issued_at: datetime
    standard_offset: timedelta


def tidy(text: str) -> str:
    """Return ``text`` in capitals, one kind of line end, no control characters, no tabs.

    Archives carry ``CR CR LF`` and the separators of the teletype; none of them mean anything.
    """
    kept = re.sub(r"[^\n\t\x20-\x7e]", "", text)
    return "\n".join(line.rstrip() for line in kept.upper().expandtabs().split("\n"))


def split_products(text: str) -> list[str]:
    """Cut a tidy text at its communications headings.

    Raises
    ------
    BadHeading
        If there is none: nothing then says whose report it is.
    """
    starts = [found.start() for found in _HEADING.finditer(text)]
    if not starts:
        raise BadHeading("no communications heading")
    return [text[i:j] for i, j in zip(starts, [*starts[1:], len(text)], strict=True)]


def read_heading(product: str, title: str) -> Heading:
    """Read the heading of a product.

    Parameters
    ----------
    product : str
        The tidy text from its communications heading on.
    title : str
        The part of it before the first headline.

    Raises
    ------
    BadHeading
        If a part is missing or malformed, or it is another kind of product.
    Contradiction
        If the printed time and the communications heading disagree.
    """
    found = _HEADING.match(product)
    following = [line.strip() for line in title.split("\n")[1:] if line]
    identifier = _PRODUCT.fullmatch(following[0]) if following else None
    if found is None or identifier is None:
        raise BadHeading(f"not a climate report: {following[:1]}")
    printed, offset = _printed(title, found["office"])
    return Heading(
        collective=found["collective"],
        office=found["office"],
        addition=found["bbb"] or "",
        station=identifier[1],
        issued_at=_transmitted(found, printed),
        standard_offset=offset,
    )


def _printed(title: str, office: str) -> tuple[datetime, timedelta]:
    """Return the printed issue time in UTC, and the zone's standard offset."""
    found = _ISSUED.search(title)
    if found is None:
        raise BadHeading("no issue time")
    minutes = minutes_of(found["clock"])
    day = date_of(found["month"], found["day"], found["year"])
    offsets = _offsets(found["zone"], office)
    if minutes is None or day is None or offsets is None:
        raise BadHeading(f"issue time {found[0]!r}")
    if _WEEKDAYS[day.weekday()] != found["weekday"]:
        raise Contradiction(f"{day} is no {found['weekday']}")
    standard, clock = offsets
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight + timedelta(minutes=minutes) - clock, standard


def _offsets(zone: str, office: str) -> tuple[timedelta, timedelta] | None:
    """Return the standard offset of a zone's letters and the one of the clock they name."""
    if zone in ("UTC", "GMT"):
        return timedelta(0), timedelta(0)
    area, advanced = zone[:-2], zone[-2:]
    if advanced not in ("ST", "DT"):
        return None
    if area == "A":
        hours: int | None = -9 if _ALASKAN_OFFICE.fullmatch(office) else -4
    else:
        hours = _STANDARD_HOURS.get(area)
    if hours is None:
        return None
    standard = timedelta(hours=hours)
    return standard, standard + timedelta(hours=1 if advanced == "DT" else 0)


def _transmitted(found: re.Match[str], printed: datetime) -> datetime:
    """Give the heading's day and time the month that the printed date says."""
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > 23 or minute > 59:
        raise BadHeading(f"communications heading {found[0]!r}")
    for days in (0, -1, 1):
        near = printed.date() + timedelta(days=days)
        at = datetime(near.year, near.month, near.day, hour, minute, tzinfo=UTC)
        if near.day == int(found["day"]) and abs(at - printed) <= _LARGEST_LAG:
            return at
    raise Contradiction(f"sent {found[0]!r}, but printed {printed:%Y-%m-%d %H:%M} UTC")
