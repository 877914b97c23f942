"""Daily rows of the archive at the Iowa Environmental Mesonet, made from the same reports.

A row first shows the interim report and is overwritten by the final one; the name of the product
it was made from says which.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime

import msgspec

from kalshi_alpha.drivers.nws_daily_climate.errors import BadReport, Contradiction, WrongBody
from kalshi_alpha.drivers.nws_daily_climate.local_clock import minutes_of
from kalshi_alpha.drivers.nws_daily_climate.report import day_end
from kalshi_alpha.drivers.nws_daily_climate.schema import FINAL, INTERIM, ClimateExtreme
from kalshi_alpha.drivers.nws_daily_climate.stations import PLACES
from kalshi_alpha.drivers.wire import decode_json

_PRODUCT = re.compile(r"([0-9]{12})-[A-Z]{4}-[A-Z]{4}[0-9]{2}-CLI([A-Z0-9]{3})(?:-[A-Z]{3})?")
_LOWEST_F, _HIGHEST_F = -100, 140
_YEARS = range(1869, 2101)


class _Day(msgspec.Struct, frozen=True):
    station: str
    valid: date
    product: str
    high: int | float | str | None = None
    low: int | float | str | None = None
    high_time: str | None = None
    low_time: str | None = None


class _Answer(msgspec.Struct, frozen=True):
    results: list[_Day]


def read_archive(body: bytes, skipped: Counter[str]) -> list[ClimateExtreme]:
    """Read the archive's answer for a station and a year; ``skipped`` counts what is left out.

    Raises
    ------
    ClimateRefused
        If the body is no such answer, or a row is malformed or contradictory.
    """
    rows: list[ClimateExtreme] = []
    for day in decode_json(body, _Answer, WrongBody).results:
        found = _PRODUCT.fullmatch(day.product)
        if found is None or day.valid.year not in _YEARS:
            raise BadReport(f"{day.station} {day.valid}: product {day.product!r}")
        if found[2] not in PLACES:
            skipped["place without a known standard time"] += 1
            continue
        rows += _extremes(day, found[2], _instant(day, found[1]))
    return rows


def _instant(day: _Day, digits: str) -> datetime:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadReport(f"{day.station} {day.valid}: product {day.product!r}") from error


def _extremes(day: _Day, station: str, issued_at: datetime) -> list[ClimateExtreme]:
    if day.station[1:] != station:
        raise Contradiction(f"{day.station} {day.valid} comes from CLI{station}")
    over = issued_at >= day_end(day.valid, PLACES[station].standard_offset)
    high, low = _degrees(day, day.high), _degrees(day, day.low)
    if high is not None and low is not None and low > high:
        raise Contradiction(f"{day.station} {day.valid}: low {low} above high {high}")
    return [
        ClimateExtreme(
            station=station,
            climate_day=day.valid,
            element=element,
            version=day.product,
            value_f=value,
            status=FINAL if over else INTERIM,
            flags="missing" if value is None else "",
            issued_at=issued_at,
            valid_as_of="",
            observed_time=_clock(time),
        )
        for element, value, time in (("max", high, day.high_time), ("min", low, day.low_time))
    ]


def _degrees(day: _Day, value: int | float | str | None) -> int | None:
    if value is None or value == "M":
        return None
    if isinstance(value, str) or not _LOWEST_F <= value <= _HIGHEST_F or value != int(value):
        raise BadReport(f"{day.station} {day.valid}: {value!r} F")
    return int(value)


def _clock(text: str | None) -> str:
    minutes = minutes_of(text) if text else None
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"
