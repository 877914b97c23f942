"""From one report's text to its rows: whose day it is, and whether it is over."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from kalshi_alpha.drivers.nws_daily_climate.cli_header import Heading, read_heading
from kalshi_alpha.drivers.nws_daily_climate.cli_summary import (
    Summary,
    is_corrected,
    read_summaries,
    title_of,
)
from kalshi_alpha.drivers.nws_daily_climate.cli_temperature import Reading, read_temperatures
from kalshi_alpha.drivers.nws_daily_climate.errors import Contradiction, WrongStation
from kalshi_alpha.drivers.nws_daily_climate.schema import (
    CORRECTION,
    FINAL,
    INTERIM,
    ClimateExtreme,
)
from kalshi_alpha.drivers.nws_daily_climate.stations import PLACES, named

# Corrections were seen three weeks later. A year mistyped in the new year is further off.
_OLDEST_DAYS = 60


def read_report(product: str, skipped: Counter[str]) -> tuple[Heading, list[ClimateExtreme]]:
    """Read one tidy product from its communications heading to its end.

    Returns
    -------
    Heading
        For checks against an envelope.
    list of ClimateExtreme
        Up to two rows for each place; ``skipped`` counts what was left out.

    Raises
    ------
    ClimateRefused
        If any part of the report is missing, malformed or contradictory, or its headline names
        another place than its product.
    """
    title = title_of(product)
    heading = read_heading(product, title)
    summaries = read_summaries(product)
    version = _version(product)
    corrected = heading.addition.startswith("CC") or is_corrected(title)
    rows: list[ClimateExtreme] = []
    for summary in summaries:
        station = _station(heading, summary, alone=len(summaries) == 1)
        if station is None:
            skipped["unknown place in a shared report"] += 1
            continue
        rows += _rows(station, heading, summary, version, corrected=corrected)
    if not rows:
        raise WrongStation(f"CLI{heading.station} names no place we can tell")
    if len({(row.station, row.element) for row in rows}) != len(rows):
        raise Contradiction(f"CLI{heading.station} holds one place twice")
    skipped["no extreme printed"] += 2 * len({row.station for row in rows}) - len(rows)
    return heading, rows


def _version(product: str) -> str:
    """Return the same digest whichever way the text travelled."""
    lines = [line for line in product.split("\n") if line]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _station(heading: Heading, summary: Summary, *, alone: bool) -> str | None:
    """Return whose part this is; None if a shared report does not let us tell."""
    place = named(summary.name)
    if alone and place is None and heading.station not in PLACES:
        return heading.station
    if alone and place != heading.station:
        raise WrongStation(f"CLI{heading.station} is about {summary.name!r}")
    return place


def _rows(
    station: str, heading: Heading, summary: Summary, version: str, *, corrected: bool
) -> list[ClimateExtreme]:
    temperatures = read_temperatures(summary.body)
    corrected = corrected or summary.corrected
    running = summary.valid_as_of is not None or temperatures.label == "TODAY"
    # A forecaster may print another zone's letters; a known place keeps its own time.
    place = PLACES.get(station)
    offset = heading.standard_offset if place is None else place.standard_offset
    status = _status(heading.issued_at, offset, summary, running=running, corrected=corrected)
    return [
        ClimateExtreme(
            station=station,
            climate_day=summary.climate_day,
            element=element,
            version=version,
            value_f=reading.value_f,
            status=status,
            flags=_flags(reading),
            issued_at=heading.issued_at,
            valid_as_of=summary.valid_as_of or "",
            observed_time=_clock(reading.minutes),
        )
        for element, reading in (("max", temperatures.maximum), ("min", temperatures.minimum))
        if reading is not None
    ]


def _status(
    issued_at: datetime,
    standard_offset: timedelta,
    summary: Summary,
    *,
    running: bool,
    corrected: bool,
) -> str:
    """Tell an interim report from a final one, and check its day against its issue time."""
    day, issued_on = summary.climate_day, (issued_at + standard_offset).date()
    days_since = (issued_on - day).days
    if not 0 <= days_since <= _OLDEST_DAYS:
        raise Contradiction(f"issued on {issued_on} about {day}")
    if running or issued_at < day_end(day, standard_offset):
        if days_since > 1:
            raise Contradiction(f"an interim report of {day} issued on {issued_on}")
        return INTERIM
    # Issued the day after is the rule. Otherwise the almanac must confirm the day of the headline,
    # or, where none is printed, the report must call itself a correction.
    sunrise_on = summary.first_sunrise_on
    confirmed = corrected if sunrise_on is None else sunrise_on == day + timedelta(days=1)
    if days_since != 1 and not confirmed:
        raise Contradiction(f"a final report of {day} issued on {issued_on}")
    return CORRECTION if corrected else FINAL


def day_end(day: date, standard_offset: timedelta) -> datetime:
    """Return the instant at which a climate day ends: midnight of standard time, all year."""
    return datetime.combine(day + timedelta(days=1), time(), UTC) - standard_offset


def _flags(reading: Reading) -> str:
    flags = {
        "estimated": reading.estimated,
        "missing": reading.value_f is None,
        "record": reading.record,
    }
    return ",".join(name for name, is_set in flags.items() if is_set)


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"
