"""Final climate reports: the maxima that settle markets and that guidance is measured by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kalshi_alpha.strategies.weather.rows import ClimateRow
from kalshi_alpha.strategies.weather.stations import BY_CODE

_FINAL = ("final", "correction")
_MAXIMUM = "max"


def first_finals(rows: Iterable[ClimateRow]) -> dict[tuple[str, date], ClimateRow]:
    """Return the first final report of each location and climate day that gives a maximum.

    Contracts settle on the first publication that is not preliminary and ignore revisions, so a
    later correction changes nothing, and one that takes the value away does not erase it. A
    report whose day was not over when it was issued is no final one, whatever it calls itself.
    """
    found: dict[tuple[str, date], ClimateRow] = {}
    for row in rows:
        if row.element != _MAXIMUM or row.status not in _FINAL or row.value_f is None:
            continue
        station = BY_CODE.get(row.station)
        if station is not None and row.issued_at < station.ends_at(row.climate_day):
            continue
        key = row.station, row.climate_day
        if key not in found or row.issued_at < found[key].issued_at:
            found[key] = row
    return found
