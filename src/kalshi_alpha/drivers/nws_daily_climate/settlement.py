"""Which of a day's reports counts."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.drivers.nws_daily_climate.schema import SETTLEMENT_GRADE, ClimateExtreme


def settled(rows: Iterable[ClimateExtreme]) -> tuple[ClimateExtreme, ...]:
    """Return the report that counts for each station, day and element.

    It is the latest final or corrected one that has a value. A correction that takes a value
    away does not erase it: the venue settles on the first official value (see `withdrawn`).
    """
    newest: dict[tuple[object, ...], ClimateExtreme] = {}
    for row in rows:
        key = (row.station, row.climate_day, row.element)
        if row.status not in SETTLEMENT_GRADE or row.value_f is None:
            continue
        if key not in newest or _order(newest[key]) < _order(row):
            newest[key] = row
    return tuple(newest[key] for key in sorted(newest, key=str))


def withdrawn(rows: Iterable[ClimateExtreme]) -> tuple[ClimateExtreme, ...]:
    """Return the settled rows whose value a later final or correction calls missing."""
    known = tuple(rows)
    return tuple(
        counted
        for counted in settled(known)
        if any(
            row.value_f is None
            and row.status in SETTLEMENT_GRADE
            and (row.station, row.climate_day, row.element)
            == (counted.station, counted.climate_day, counted.element)
            and row.issued_at > counted.issued_at
            for row in known
        )
    )


def _order(row: ClimateExtreme) -> tuple[object, ...]:
    return (row.issued_at, row.status, row.version)
