"""The series as FRED serves them, in JSON or CSV: a fallback, and of the newest revision only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date as day_type

import msgspec

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, NotServed, WrongBody
from kalshi_alpha.drivers.dol_claims.schema import CONTINUED, HISTORY, INITIAL, ClaimsFigure
from kalshi_alpha.drivers.wire import decode_json

_NAMES = {
    "ICSA": (INITIAL, True),
    "ICNSA": (INITIAL, False),
    "CCSA": (CONTINUED, True),
    "CCNSA": (CONTINUED, False),
}
_ASKED = "ICSA"
# The JSON does not name its series. Outside the pandemic initial claims stayed below 1.1 million
# and continued claims above 0.9, so the newest week tells one from the other well enough.
_INITIAL_MAX = 900_000
_VALUE = re.compile(r"([0-9]{4,8})(?:\.0*)?")
_MISSING = frozenset({"", "."})


class _Observation(msgspec.Struct, frozen=True):
    date: day_type
    value: str
    realtime_start: day_type | None = None


class _Answer(msgspec.Struct, frozen=True):
    observations: list[_Observation] | None = None
    units: str = "lin"
    error_message: str | None = None


def json_rows(body: bytes, skipped: Counter[str]) -> list[ClaimsFigure]:
    """Read an answer of FRED's ``series/observations``, asked for ICSA.

    Where several vintages of a week stand in it, the newest counts.

    Raises
    ------
    NotServed
        If FRED says that it did not serve the request.
    WrongBody, BadFigure, Contradiction
        If it is another series, a value is malformed, or one vintage has two values.
    """
    answer = decode_json(body, _Answer, WrongBody)
    if answer.error_message is not None:
        raise NotServed(answer.error_message)
    if answer.observations is None or answer.units != "lin":
        raise WrongBody("no observations of levels in the answer")
    newest: dict[day_type, _Observation] = {}
    for each in answer.observations:
        other = newest.get(each.date)
        if other is None or _vintage(each) > _vintage(other):
            newest[each.date] = each
        elif _vintage(each) == _vintage(other) and each.value != other.value:
            raise Contradiction(f"two values of {each.date} in one vintage")
    pairs = sorted((each.date, each.value) for each in newest.values())
    rows = _rows(_ASKED, pairs, skipped)
    newest_level = rows[-1].sa if rows else None
    if newest_level is not None and newest_level > _INITIAL_MAX:
        raise WrongBody(f"{newest_level} in the newest week: another series than {_ASKED}")
    return rows


def csv_rows(text: str, skipped: Counter[str]) -> list[ClaimsFigure]:
    """Read FRED's ``fredgraph.csv``, whose head names the series.

    Raises
    ------
    WrongBody, BadFigure, Contradiction
        If it is another series, a line is malformed, or a week repeats.
    """
    head, *lines = text.strip().splitlines()
    _, _, name = head.strip().partition(",")
    if name not in _NAMES:
        raise WrongBody(f"series {name[:40]!r} was not asked for")
    pairs: list[tuple[day_type, str]] = []
    for line in lines:
        day, comma, value = line.strip().partition(",")
        if not comma:
            raise BadFigure(f"line {line[:40]!r}")
        pairs.append((_day(day), value))
    if len({day for day, _ in pairs}) != len(pairs):
        raise Contradiction("a week occurs twice")
    return _rows(name, sorted(pairs), skipped)


def is_series_csv(text: str) -> bool:
    """Tell whether text begins as FRED's CSV does, now or before 2024."""
    return text.lstrip().startswith(("observation_date,", "DATE,"))


def _rows(
    name: str, pairs: Iterable[tuple[day_type, str]], skipped: Counter[str]
) -> list[ClaimsFigure]:
    measure, adjusted = _NAMES[name]
    rows = []
    for day, text in pairs:
        if text in _MISSING:
            skipped["missing value"] += 1
            continue
        match = _VALUE.fullmatch(text)
        if match is None:
            raise BadFigure(f"{name} {day}: value {text[:40]!r}")
        figure = int(match[1])
        sa, nsa = (figure, None) if adjusted else (None, figure)
        rows.append(ClaimsFigure(day, measure, HISTORY, sa, nsa))
    return rows


def _vintage(observation: _Observation) -> day_type:
    return observation.realtime_start or day_type.min


def _day(text: str) -> day_type:
    try:
        return day_type.fromisoformat(text)
    except ValueError as error:
        raise BadFigure(f"date {text[:40]!r}") from error
