"""The forecast grid of api.weather.gov.

An answer names a grid cell and no station, so it is read here and joined by whoever asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from kalshi_alpha.drivers.weather_guidance.errors import BadBulletin, WrongBody
from kalshi_alpha.drivers.wire import decode_json

_CELSIUS = ("wmoUnit:degC", "unit:degC")
_DURATION = re.compile(r"P(?:([0-9]{1,2})D)?(?:T(?:([0-9]{1,3})H)?(?:([0-9]{1,2})M)?)?")
_LOWEST_C, _HIGHEST_C = -60.0, 60.0


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
