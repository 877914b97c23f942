"""The forecast grid of api.weather.gov.

An answer names a grid cell and no station. Its rows bear the cell's name, so that no forecast of a
station takes them for its own: which cell a station lies in, only ``/points`` can tell.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from kalshi_alpha.drivers.weather_guidance.errors import (
    BadBulletin,
    Contradiction,
    NotServed,
    WrongBody,
)
from kalshi_alpha.drivers.weather_guidance.schema import GRID, Guidance
from kalshi_alpha.drivers.wire import decode_json

_CELSIUS = ("wmoUnit:degC", "unit:degC")
_DURATION = re.compile(r"P(?:([0-9]{1,2})D)?(?:T(?:([0-9]{1,3})H)?(?:([0-9]{1,2})M)?)?")
_LOWEST_C, _HIGHEST_C = -60.0, 60.0
# Daytime of the contiguous states lies between these offsets from UTC, standard time.
_EASTERN, _PACIFIC = timedelta(hours=-5), timedelta(hours=-8)
_LONGEST = timedelta(hours=24)


class _Value(msgspec.Struct, frozen=True):
    validTime: str  # noqa: N815  (the publisher's spelling)
    value: float | None


class _Layer(msgspec.Struct, frozen=True):
    uom: str = ""
    values: list[_Value] = []


class _Properties(msgspec.Struct, frozen=True):
    updateTime: datetime  # noqa: N815
    gridId: str  # noqa: N815
    gridX: int | str  # noqa: N815
    gridY: int | str  # noqa: N815
    maxTemperature: _Layer  # noqa: N815
    minTemperature: _Layer = _Layer()  # noqa: N815


class _Problem(msgspec.Struct, frozen=True):
    title: str
    status: int
    detail: str = ""


class _Answer(msgspec.Struct, frozen=True):
    properties: _Properties


@dataclass(frozen=True, slots=True)
class GridMaximum:
    """The highest temperature forecast for one interval, in degrees Celsius.

    ``cell`` reads ``OKX/33,37``; the interval is half-open, in UTC.
    """

    cell: str
    issued_at: datetime
    begins_at: datetime
    ends_at: datetime
    max_c: float


def is_json(body: bytes) -> bool:
    """Tell a JSON object from the texts of bulletins."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def daily_maxima(body: bytes, skipped: Counter[str]) -> list[Guidance]:
    """Read a grid's answer as rows: one a climate day, in whole degrees Fahrenheit.

    A day is that on which its interval begins, in standard time. The forecasts were entered in
    whole Fahrenheit and come as Celsius, so the conversion is rounded half up. The highest of
    several intervals of a day counts; minima are counted as skipped.

    Raises
    ------
    NotServed
        If the service says what went wrong.
    GuidanceRefused
        As `read_gridpoints`, or if an interval is longer than a day.
    """
    _refuse_problem(body)
    intervals = read_gridpoints(body)
    properties = decode_json(body, _Answer, WrongBody).properties
    skipped["missing maximum"] += len(properties.maxTemperature.values) - len(intervals)
    skipped["minimum"] += len(properties.minTemperature.values)
    highest: dict[date, GridMaximum] = {}
    for each in intervals:
        day = _day(each)
        if day not in highest or each.max_c > highest[day].max_c:
            highest[day] = each
    return [
        Guidance(each.cell, GRID, each.issued_at, day, _fahrenheit(each.max_c))
        for day, each in sorted(highest.items())
    ]


def _day(interval: GridMaximum) -> date:
    if interval.ends_at - interval.begins_at > _LONGEST:
        raise BadBulletin(f"a maximum of {interval.ends_at - interval.begins_at}")
    eastern, pacific = ((interval.begins_at + each).date() for each in (_EASTERN, _PACIFIC))
    if eastern != pacific:
        raise Contradiction(f"a daytime that begins at {interval.begins_at:%H}Z")
    return eastern


def _fahrenheit(celsius: float) -> int:
    return math.floor(celsius * 1.8 + 32.5)


def _refuse_problem(body: bytes) -> None:
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    raise NotServed(f"{problem.status} {problem.title}: {problem.detail or 'no detail'}")


def read_gridpoints(body: bytes) -> tuple[GridMaximum, ...]:
    """Read the maxima of a grid cell; an interval without a value says nothing.

    Raises
    ------
    GuidanceRefused
        If the body has another shape or unit, an interval is malformed, or a value is beyond
        belief.
    """
    properties = decode_json(body, _Answer, WrongBody).properties
    layer = properties.maxTemperature
    if layer.values and layer.uom not in _CELSIUS:
        raise BadBulletin(f"temperatures in {layer.uom!r}")
    if properties.updateTime.tzinfo is None:
        raise BadBulletin("update time without a zone")
    maxima = []
    for value in layer.values:
        if value.value is None:
            continue
        if not _LOWEST_C <= value.value <= _HIGHEST_C:
            raise BadBulletin(f"a maximum of {value.value} C")
        begins_at, ends_at = _interval(value.validTime)
        cell = f"{properties.gridId}/{properties.gridX},{properties.gridY}"
        issued_at = properties.updateTime.astimezone(UTC)
        maxima.append(GridMaximum(cell, issued_at, begins_at, ends_at, value.value))
    return tuple(maxima)


def _interval(text: str) -> tuple[datetime, datetime]:
    start, _, length = text.partition("/")
    duration = _DURATION.fullmatch(length)
    try:
        begins_at = datetime.fromisoformat(start)
    except ValueError as error:
        raise BadBulletin(f"interval {text!r}") from error
    if duration is None or begins_at.tzinfo is None or not 1990 <= begins_at.year <= 2100:
        raise BadBulletin(f"interval {text!r}")
    days, hours, minutes = (int(part or 0) for part in duration.groups())
    span = timedelta(days=days, hours=hours, minutes=minutes)
    if not span > timedelta(0):
        raise BadBulletin(f"interval {text!r}")
    return begins_at.astimezone(UTC), begins_at.astimezone(UTC) + span
