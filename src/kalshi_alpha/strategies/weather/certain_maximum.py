"""The maximum that a climate day has reached for certain, from observations so far.

Only what the final report is sure to include counts: daily summaries, the six-hour and
24-hour maxima of aviation reports whose whole span lies inside the day, and temperatures sent to
a tenth of a degree. Values rounded to whole degrees Celsius before they were sent may overstate
the Fahrenheit value by one degree, so one less is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kalshi_alpha.strategies.weather.panel import HIGHEST_F, LOWEST_F
from kalshi_alpha.strategies.weather.rows import ObservationRow
from kalshi_alpha.strategies.weather.stations import Station

_ROUNDING_F = 1
_SIX_HOURS, _DAY = timedelta(hours=6), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class CertainMaximum:
    """Whole degrees Fahrenheit that the day's maximum will not fall below, and since when."""

    floor_f: int
    available_at: datetime


def certain_maximum(
    rows: Iterable[ObservationRow], station: Station, day: date
) -> CertainMaximum | None:
    """Return the highest certain value of a climate day, or None without any.

    Parameters
    ----------
    rows
        Observations known at the clock, of any station and day.
    station
        Whose day it is.
    day
        The climate day.
    """
    found = [
        CertainMaximum(floor_f, row.available_at)
        for row in rows
        if row.station == station.icao
        for floor_f in _certain(row, station, day)
        if LOWEST_F <= floor_f <= HIGHEST_F
    ]
    if not found:
        return None
    highest = max(each.floor_f for each in found)
    return min(
        (each for each in found if each.floor_f == highest), key=lambda each: each.available_at
    )


def _certain(row: ObservationRow, station: Station, day: date) -> Iterator[int]:
    if row.climate_day == day and row.day_max_f is not None:
        yield row.day_max_f
    begin, end = station.begins_at(day), station.ends_at(day)
    if not begin <= row.observed_at < end:
        return
    if row.temp_c_tenths is not None:
        rounding = _ROUNDING_F if row.whole_degree else 0
        yield _fahrenheit(row.temp_c_tenths) - rounding
    for span, maximum in ((_SIX_HOURS, row.max_6h_c_tenths), (_DAY, row.max_24h_c_tenths)):
        if maximum is not None and row.observed_at - span >= begin:
            yield _fahrenheit(maximum)


def _fahrenheit(c_tenths: int) -> int:
    """Return whole degrees Fahrenheit, rounded half up; exact in integers.

    Stations measure whole degrees Fahrenheit and send tenths of Celsius: this undoes it.
    """
    return (18 * c_tenths + 3200 + 50) // 100
