"""The temperature groups in the remarks of an aviation report.

Groups are those of the Federal Meteorological Handbook No. 1: ``TsnTTTsnTTT`` is temperature and
dew point in tenths, ``1snTTT`` and ``2snTTT`` are the extremes of six hours, ``4snTTTsnTTT`` those
of the local standard day. ``s`` is 1 below zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kalshi_alpha.drivers.nws_observations.errors import BadObservation

_START = re.compile(
    r"(?:(?:METAR|SPECI) )?(?:COR )?(?P<station>[A-Z][A-Z0-9]{3}) "
    r"(?P<day>[0-9]{2})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})Z(?= )"
)
_TENTHS = re.compile(r"T([01])([0-9]{3})(?:[01][0-9]{3}|////)?")
_SIX_HOUR = re.compile(r"([12])([01])([0-9]{3})")
_DAY = re.compile(r"4([01])([0-9]{3})([01])([0-9]{3})")


@dataclass(frozen=True, slots=True)
class Report:
    """What an aviation report says about temperature, in tenths of a degree Celsius.

    ``day``, ``hour`` and ``minute`` are its time in UTC; a group it lacks is None.
    """

    station: str
    day: int
    hour: int
    minute: int
    corrected: bool
    temp_c_tenths: int | None = None
    max_6h_c_tenths: int | None = None
    min_6h_c_tenths: int | None = None
    max_24h_c_tenths: int | None = None
    min_24h_c_tenths: int | None = None


def read_metar(raw: str) -> Report:
    """Read the groups of a report; groups outside the remarks are something else.

    Raises
    ------
    BadObservation
        If the report has no station and time, or a group stands twice with two values.
    """
    text = " ".join(raw.split()).rstrip("=$ ")
    start = _START.match(f"{text} ")
    if start is None:
        raise BadObservation(f"no report: {raw[:30]!r}")
    body, _, remarks = text.partition(" RMK ")
    found: dict[str, int] = {}
    for group in remarks.split():
        for name, value in _values(group).items():
            if found.setdefault(name, value) != value:
                raise BadObservation(f"{start['station']}: {name} has two values")
    return Report(
        station=start["station"],
        day=int(start["day"]),
        hour=int(start["hour"]),
        minute=int(start["minute"]),
        corrected=" COR" in f" {body}",
        **found,
    )


def _values(group: str) -> dict[str, int]:
    tenths = _TENTHS.fullmatch(group)
    if tenths is not None:
        return {"temp_c_tenths": _signed(tenths[1], tenths[2])}
    six_hour = _SIX_HOUR.fullmatch(group)
    if six_hour is not None:
        name = "max_6h_c_tenths" if six_hour[1] == "1" else "min_6h_c_tenths"
        return {name: _signed(six_hour[2], six_hour[3])}
    day = _DAY.fullmatch(group)
    if day is not None:
        return {
            "max_24h_c_tenths": _signed(day[1], day[2]),
            "min_24h_c_tenths": _signed(day[3], day[4]),
        }
    return {}


def _signed(sign: str, digits: str) -> int:
    return -int(digits) if sign == "1" else int(digits)
