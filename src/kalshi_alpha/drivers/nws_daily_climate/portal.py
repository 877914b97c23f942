"""The relay of the climate reports that the venue names as its settlement source.

It is undocumented and may change; its values are compared with ours once a day, not stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec

from kalshi_alpha.drivers.nws_daily_climate.errors import WrongBody
from kalshi_alpha.drivers.nws_daily_climate.schema import ClimateExtreme
from kalshi_alpha.drivers.nws_daily_climate.settlement import settled
from kalshi_alpha.drivers.wire import decode_json

OFFICIAL = ("official", "revised")
"""Statuses of a day that is no longer preliminary."""


class _Station(msgspec.Struct, frozen=True):
    cliId: str  # noqa: N815  (the publisher's spelling)
    icao: str = ""


class _Data(msgspec.Struct, frozen=True):
    maxTemp: int | None = None  # noqa: N815
    minTemp: int | None = None  # noqa: N815


class _Result(msgspec.Struct, frozen=True):
    station: _Station
    status: str
    data: _Data | None = None


class _Answer(msgspec.Struct, frozen=True):
    date: date
    results: list[_Result]


@dataclass(frozen=True, slots=True)
class RelayedDay:
    """One station's extremes of one day as the relay shows them, whole degrees Fahrenheit."""

    station: str
    climate_day: date
    max_f: int | None
    min_f: int | None
    status: str


def read_relay(body: bytes) -> tuple[RelayedDay, ...]:
    """Read the relay's answer for one date.

    Raises
    ------
    WrongBody
        If the body has another shape.
    """
    answer = decode_json(body, _Answer, WrongBody)
    return tuple(
        RelayedDay(
            station=result.station.cliId,
            climate_day=answer.date,
            max_f=None if result.data is None else result.data.maxTemp,
            min_f=None if result.data is None else result.data.minTemp,
            status=result.status,
        )
        for result in answer.results
    )


def disagreements(
    relayed: Iterable[RelayedDay], reports: Iterable[ClimateExtreme]
) -> tuple[str, ...]:
    """Name every official value of the relay that our settled reports contradict."""
    ours = {(r.station, r.climate_day, r.element): r.value_f for r in settled(reports)}
    found = []
    for day in relayed:
        if day.status not in OFFICIAL:
            continue
        for element, value in (("max", day.max_f), ("min", day.min_f)):
            known = ours.get((day.station, day.climate_day, element))
            if value is not None and known is not None and value != known:
                where = f"{day.station} {day.climate_day} {element}"
                found.append(f"{where}: relay {value} F, report {known} F")
    return tuple(found)
