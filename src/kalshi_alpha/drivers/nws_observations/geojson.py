"""Collections of observations from api.weather.gov.

Newest first or not, with rows every five minutes that are rounded to whole degrees and carry no
report, and with values that are null for hours.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec

from kalshi_alpha.drivers.nws_observations.errors import (
    BadObservation,
    Contradiction,
    NotServed,
    WrongBody,
)
from kalshi_alpha.drivers.nws_observations.metar import Report, read_metar
from kalshi_alpha.drivers.nws_observations.schema import FIVE_MINUTE, METAR, Observation
from kalshi_alpha.drivers.wire import decode_json

_CELSIUS = ("wmoUnit:degC", "unit:degC")
# Codes of the quality control that mean a value failed it.
_REJECTED = frozenset({"B", "Q", "X"})
_LOWEST_TENTHS, _HIGHEST_TENTHS = -800, 600
# Routine reports are made some minutes before the hour they are named after.
_ROUTINE = timedelta(minutes=20)
_SIX_HOURS = timedelta(hours=6)
_AGREEMENT_TENTHS = 6
_YEARS = range(1990, 2101)


class _Quantity(msgspec.Struct, frozen=True):
    value: float | str | None = None
    unitCode: str = ""  # noqa: N815  (the publisher's spelling)
    qualityControl: str = ""  # noqa: N815


class _Properties(msgspec.Struct, frozen=True):
    timestamp: datetime
    station: str = ""
    stationId: str = ""  # noqa: N815
    rawMessage: str | None = None  # noqa: N815
    temperature: _Quantity | None = None


class _Feature(msgspec.Struct, frozen=True):
    properties: _Properties


class _Collection(msgspec.Struct, frozen=True):
    features: list[_Feature]


class _Problem(msgspec.Struct, frozen=True):
    title: str
    status: int
    detail: str = ""


def read_collection(body: bytes, skipped: Counter[str]) -> list[Observation]:
    """Read a collection; ``skipped`` counts the observations left out, by reason.

    Raises
    ------
    ObservationsRefused
        If the service refused the request, or the body is no collection.
    """
    _refuse_problem(body)
    rows: dict[tuple[object, ...], tuple[bool, Observation] | None] = {}
    for feature in decode_json(body, _Collection, WrongBody).features:
        try:
            corrected, row = _observation(feature.properties)
        except (BadObservation, Contradiction) as error:
            skipped[str(error.why).split(":", 1)[0]] += 1
            continue
        key = (row.station, row.observed_at, row.kind)
        rows[key] = _better(rows[key], (corrected, row)) if key in rows else (corrected, row)
    skipped["two reports of one time"] += sum(found is None for found in rows.values())
    return [found[1] for found in rows.values() if found is not None]


def _better(
    known: tuple[bool, Observation] | None, other: tuple[bool, Observation]
) -> tuple[bool, Observation] | None:
    """Return a correction before what it corrects, and nothing if two rows merely differ."""
    if known is None or known[1] == other[1]:
        return known
    if known[0] != other[0]:
        return known if known[0] else other
    return None


def _observation(properties: _Properties) -> tuple[bool, Observation]:
    """Return whether it is a correction, and the row."""
    at = properties.timestamp
    if at.tzinfo is None or at.year not in _YEARS:
        raise BadObservation(f"bad time: {at}")
    station = properties.stationId or properties.station.rsplit("/", 1)[-1]
    if not station.isalnum() or not station.isupper():
        raise BadObservation(f"no station: {station!r}")
    at = at.astimezone(UTC)
    printed = _tenths(properties.temperature)
    if not (properties.rawMessage or "").strip():
        if printed is None:
            raise BadObservation("no temperature: null or rejected")
        return False, Observation(station, at, FIVE_MINUTE, printed, whole_degree=True)
    report = read_metar(properties.rawMessage or "")
    _check(report, station, at, printed)
    return report.corrected, _row(report, station, at, printed)


def _tenths(quantity: _Quantity | None) -> int | None:
    if quantity is None or quantity.value is None or quantity.qualityControl in _REJECTED:
        return None
    if quantity.unitCode not in _CELSIUS:
        raise BadObservation(f"another unit: {quantity.unitCode!r}")
    try:
        tenths = float(quantity.value) * 10
    except ValueError as error:
        raise BadObservation(f"no number: {quantity.value!r}") from error
    if not _LOWEST_TENTHS <= tenths <= _HIGHEST_TENTHS:
        raise Contradiction(f"beyond belief: {quantity.value} C")
    return round(tenths)


def _check(report: Report, station: str, at: datetime, printed: int | None) -> None:
    """Check the raw report against the fields beside it, and its groups against each other."""
    said = (report.station, report.day, report.hour, report.minute)
    if said != (station, at.day, at.hour, at.minute):
        raise Contradiction(f"report of another time or place: {said}, not {station} {at}")
    low_high = (
        (report.min_6h_c_tenths, report.max_6h_c_tenths),
        (report.min_24h_c_tenths, report.max_24h_c_tenths),
    )
    values = [v for pair in low_high for v in pair if v is not None]
    values += [] if report.temp_c_tenths is None else [report.temp_c_tenths]
    if not all(_LOWEST_TENTHS <= value <= _HIGHEST_TENTHS for value in values):
        raise Contradiction(f"beyond belief: {values} tenths C")
    if any(low is not None and high is not None and low > high for low, high in low_high):
        raise Contradiction(f"extremes out of order: {low_high}")
    now = report.temp_c_tenths
    if now is not None and printed is not None and abs(now - printed) > _AGREEMENT_TENTHS:
        raise Contradiction(f"report and field disagree: {now} and {printed} tenths C")


def _row(report: Report, station: str, at: datetime, printed: int | None) -> Observation:
    exact = report.temp_c_tenths
    synoptic = _near_hour(at, _SIX_HOURS)
    midnight = _near_hour(at, timedelta(hours=1))
    row = Observation(
        station=station,
        observed_at=at,
        kind=METAR,
        temp_c_tenths=printed if exact is None else exact,
        whole_degree=exact is None,
        max_6h_c_tenths=report.max_6h_c_tenths if synoptic else None,
        min_6h_c_tenths=report.min_6h_c_tenths if synoptic else None,
        max_24h_c_tenths=report.max_24h_c_tenths if midnight else None,
        min_24h_c_tenths=report.min_24h_c_tenths if midnight else None,
    )
    if row.temp_c_tenths is None and row.max_6h_c_tenths is None and row.max_24h_c_tenths is None:
        raise BadObservation("no temperature: null or rejected")
    return row


def _near_hour(at: datetime, every: timedelta) -> bool:
    """Tell whether ``at`` is a routine report of a full hour that is a multiple of ``every``."""
    since_midnight = at - at.replace(hour=0, minute=0, second=0, microsecond=0)
    past = since_midnight % every
    return min(past, every - past) <= _ROUTINE


def _refuse_problem(body: bytes) -> None:
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    raise NotServed(f"{problem.status} {problem.title}: {problem.detail or 'no detail'}")
