"""The relay of the climate reports that the venue names as its settlement source.

It is undocumented and may change. Its official values are rows of a status of their own, to be
compared with the reports; they never settle, and never make the feed fresh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec

from kalshi_alpha.drivers.nws_daily_climate.errors import BadReport, Contradiction, WrongBody
from kalshi_alpha.drivers.nws_daily_climate.report import day_end
from kalshi_alpha.drivers.nws_daily_climate.schema import RELAYED, ClimateExtreme
from kalshi_alpha.drivers.nws_daily_climate.settlement import settled
from kalshi_alpha.drivers.nws_daily_climate.stations import PLACES
from kalshi_alpha.drivers.wire import decode_json

OFFICIAL = ("official", "revised")
"""Statuses of a day that is no longer preliminary."""

_NOT_YET = ("pending", "preliminary", "no_report")
_LOWEST_F, _HIGHEST_F = -100, 140
_YEARS = range(1990, 2101)


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


class _AnyRelay(msgspec.Struct, frozen=True):
    date: object
    results: list[object]


def is_relay(body: bytes) -> bool:
    """Tell an answer of the relay by its shape: results under one date."""
    try:
        msgspec.json.decode(body, type=_AnyRelay)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def relayed_extremes(body: bytes, skipped: Counter[str]) -> list[ClimateExtreme]:
    """Read the official days of an answer as rows; ``skipped`` counts the others by reason.

    Raises
    ------
    ClimateRefused
        If the body has another shape, a status is unknown, or a value is beyond belief.
    """
    rows: list[ClimateExtreme] = []
    for day in read_relay(body):
        if day.status in _NOT_YET:
            skipped[f"relayed day that is {day.status}"] += 1
        elif day.status not in OFFICIAL or day.climate_day.year not in _YEARS:
            raise BadReport(f"relay: {day.station} {day.climate_day} is {day.status[:40]!r}")
        elif day.station not in PLACES:
            skipped["place without a known standard time"] += 1
        else:
            rows += _extremes(day, skipped)
    return rows


def _extremes(day: RelayedDay, skipped: Counter[str]) -> list[ClimateExtreme]:
    where = f"relay: {day.station} {day.climate_day}"
    known = [value for value in (day.min_f, day.max_f) if value is not None]
    if known != sorted(known) or not all(_LOWEST_F <= value <= _HIGHEST_F for value in known):
        raise Contradiction(f"{where}: minimum {day.min_f} and maximum {day.max_f} F")
    skipped["relayed day without a value"] += 2 - len(known)
    return [
        ClimateExtreme(
            station=day.station,
            climate_day=day.climate_day,
            element=element,
            version=f"relay {day.status}",
            value_f=value,
            status=RELAYED,
            flags="",
            issued_at=day_end(day.climate_day, PLACES[day.station].standard_offset),
            valid_as_of="",
            observed_time="",
        )
        for element, value in (("max", day.max_f), ("min", day.min_f))
        if value is not None
    ]


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
