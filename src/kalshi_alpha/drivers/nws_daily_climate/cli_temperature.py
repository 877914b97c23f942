"""The temperature section of a climate report.

Only rows between the title ``TEMPERATURE (F)`` and the next section are read: the normals at the
end of the report also say ``MAXIMUM TEMPERATURE (F)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kalshi_alpha.drivers.nws_daily_climate.errors import BadReport, Contradiction
from kalshi_alpha.drivers.nws_daily_climate.local_clock import minutes_of

_TITLE = re.compile(r"\s*TEMPERATURE\s*(?:\(F\))?")
_LABEL = re.compile(r"\s*(TODAY|YESTERDAY)")
_ROW = re.compile(r"\s*(MAXIMUM|MINIMUM|AVERAGE)(?![A-Z])(?P<rest>.*)")
# Record years of a tie stand alone on the lines below.
_CONTINUED = re.compile(r"[\s0-9]*")
_VALUE = re.compile(r"(?P<value>-?[0-9]{1,3}|MM?)(?P<marks>(?: ?(?:\(E\)|[RE]))*)(?=\s|$)")
_TIME = re.compile(r"\s+([0-9]{1,4}|[0-9]{1,2}:[0-9]{2})\s+([AP]M)(?=\s|$)")

# The value stands at most this far behind its label; the record's column begins further right.
# Without the bound, a blank value would let the record be read in its place.
_WIDEST_GAP = 15
_LOWEST_F, _HIGHEST_F, _WIDEST_RANGE_F = -100, 140, 130


@dataclass(frozen=True, slots=True)
class Reading:
    """One observed value: whole degrees Fahrenheit or None, its flags, and when it was."""

    value_f: int | None
    record: bool = False
    estimated: bool = False
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Temperatures:
    """The section's readings; a row that is not printed is None.

    ``label`` is ``TODAY`` or ``YESTERDAY``.
    """

    label: str
    maximum: Reading | None
    minimum: Reading | None


def read_temperatures(body: str) -> Temperatures:
    """Read the temperature section of one place's part of a report.

    Raises
    ------
    BadReport
        If the section, its label or both extremes are missing, or a value is unreadable.
    Contradiction
        If a row or label stands twice, or the values exclude each other.
    """
    label, rows = _section(body)
    maximum, minimum, average = (rows.get(k) for k in ("MAXIMUM", "MINIMUM", "AVERAGE"))
    if maximum is None and minimum is None:
        raise BadReport("no observed extreme in the temperature section")
    _check(maximum, minimum, average)
    return Temperatures(label, maximum, minimum)


def _section(body: str) -> tuple[str, dict[str, Reading]]:
    lines = body.split("\n")
    titles = [i for i, line in enumerate(lines) if _TITLE.fullmatch(line)]
    if not titles:
        raise BadReport("no temperature section")
    if len(titles) > 1:
        raise Contradiction("two temperature sections for one place")
    label = ""
    rows: dict[str, Reading] = {}
    for line in lines[titles[0] + 1 :]:
        if _CONTINUED.fullmatch(line):
            continue
        found = _LABEL.fullmatch(line)
        row = _ROW.fullmatch(line)
        if found is not None:
            if label:
                raise Contradiction("two labels in the temperature section")
            label = found[1]
        elif row is None or row["rest"].lstrip().startswith("TEMPERATURE"):
            break
        elif row[1] in rows:
            raise Contradiction(f"{row[1]} stands twice")
        else:
            rows[row[1]] = _reading(row[1], row["rest"])
    if not label:
        raise BadReport("the temperature section says neither TODAY nor YESTERDAY")
    return label, rows


def _reading(name: str, rest: str) -> Reading:
    text = rest.lstrip()
    if not text or (name != "AVERAGE" and len(rest) - len(text) > _WIDEST_GAP):
        return Reading(None)
    found = _VALUE.match(text)
    if found is None:
        raise BadReport(f"{name} reads {text!r}")
    time = _TIME.match(text, found.end())
    return Reading(
        value_f=None if found["value"].startswith("M") else int(found["value"]),
        record="R" in found["marks"],
        estimated="E" in found["marks"],
        minutes=None if time is None else minutes_of(f"{time[1]} {time[2]}"),
    )


def _check(maximum: Reading | None, minimum: Reading | None, average: Reading | None) -> None:
    low, mid, high = (
        None if reading is None else reading.value_f for reading in (minimum, average, maximum)
    )
    known = [value for value in (low, mid, high) if value is not None]
    if any(not _LOWEST_F <= value <= _HIGHEST_F for value in known):
        raise Contradiction(f"temperatures {known} F are beyond belief")
    if known != sorted(known):
        raise Contradiction(f"minimum {low}, average {mid} and maximum {high} F are out of order")
    if low is not None and high is not None and high - low > _WIDEST_RANGE_F:
        raise Contradiction(f"from {low} to {high} F in one day")
