"""Three kinds of CSV: the Treasury's, FRED's graph download and the release H.15.

Columns are found by name, never by place: tenors were added in 2022 and in 2025.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.treasury_yields.errors import (
    BadObservation,
    Contradiction,
    SeriesMismatch,
    WrongBody,
)
from kalshi_alpha.drivers.treasury_yields.schema import ParYield
from kalshi_alpha.drivers.treasury_yields.values import Gathering, iso_date
from kalshi_alpha.drivers.wire import decode_csv

_COLUMN = re.compile(r"([0-9]+(?:\.5)?) ?(Mo|Month|Yr|Year)s?", re.IGNORECASE)
_FRED = re.compile(r"DGS([0-9]+)(MO)?")
_H15 = re.compile(r"RIFLGFC([MY])([0-9]{2})_N\.B")
_H15_HEADER_ROWS = 5
_US_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_TREASURY_NAMES = {"1.5M": "BC_1_5MONTH"}

Table = list[list[str]]
Named = list[tuple[str, str] | None]
DateReader = Callable[[str], date]


def read_csv(text: str) -> Parsed[ParYield]:
    """Read whichever of the three it is, told by the first cell.

    Raises
    ------
    WrongBody
        If it is none of them.
    SeriesMismatch
        If it holds no ten-year par yield, such as a file of real yields.
    BadObservation, Contradiction
        If a date or a yield is malformed, repeated with another value, or beyond belief.
    """
    table = [row for row in decode_csv(text, WrongBody) if any(row)]
    first = table[0][0].strip() if table else ""
    if first == "Date":
        return _read_treasury(table)
    if first in {"observation_date", "DATE"}:
        return _read_fred(table)
    if first == "Series Description":
        return _read_h15(table)
    raise WrongBody(f"no file of yields: it begins with {first[:40]!r}")


def _read_treasury(table: Table) -> Parsed[ParYield]:
    names = [_treasury_tenor(name) for name in table[0][1:]]
    series = [None if tenor is None else (tenor, _treasury_series(tenor)) for tenor in names]
    return _gather("treasury", table[1:], _us_date, _with_ten_year(series, table[0]))


def _read_fred(table: Table) -> Parsed[ParYield]:
    series = [_fred_tenor(name.strip()) for name in table[0][1:]]
    return _gather("fred", table[1:], _plain_date, _with_ten_year(series, table[0]))


def _read_h15(table: Table) -> Parsed[ParYield]:
    if len(table) <= _H15_HEADER_ROWS or table[_H15_HEADER_ROWS][0].strip() != "Time Period":
        raise WrongBody("H.15: no row 'Time Period' after five header rows")
    labels = {row[0].strip().rstrip(":"): row[1:] for row in table[1:_H15_HEADER_ROWS]}
    header = table[_H15_HEADER_ROWS]
    if set(labels.get("Unit", ())) != {"Percent:_Per_Year"}:
        raise SeriesMismatch("H.15: the unit is not percent per year")
    if set(labels.get("Multiplier", ())) != {"1"}:
        raise SeriesMismatch("H.15: the multiplier is not 1")
    if [name.rpartition("/")[2] for name in labels.get("Unique Identifier", ())] != header[1:]:
        raise Contradiction("H.15: identifiers and column names differ")
    series = [_h15_tenor(name) for name in header[1:]]
    body = table[_H15_HEADER_ROWS + 1 :]
    return _gather("h15", body, _plain_date, _with_ten_year(series, header))


def _gather(origin: str, rows: Table, read_date: DateReader, series: Named) -> Parsed[ParYield]:
    gathering = Gathering(origin)
    for row in rows:
        if len(row) != len(series) + 1:
            raise BadObservation(f"{row[0][:40]!r}: {len(row)} cells, not {len(series) + 1}")
        curve_on = read_date(row[0].strip())
        for cell, named in zip(row[1:], series, strict=True):
            if named is not None:
                gathering.add(curve_on, *named, cell)
    return gathering.parsed()


def _with_ten_year(series: Named, header: list[str]) -> Named:
    known = [named for named in series if named is not None]
    if len(known) != len(set(known)):
        raise Contradiction(f"a column occurs twice: {header}")
    if "10Y" not in {tenor for tenor, _ in known}:
        raise SeriesMismatch(f"no ten-year par yield among {', '.join(header[1:])[:120]!r}")
    return series


def _treasury_tenor(name: str) -> str | None:
    match = _COLUMN.fullmatch(name.strip())
    return None if match is None else match[1] + match[2][0].upper()


def _treasury_series(tenor: str) -> str:
    word = "MONTH" if tenor.endswith("M") else "YEAR"
    return _TREASURY_NAMES.get(tenor, f"BC_{tenor[:-1]}{word}")


def _fred_tenor(name: str) -> tuple[str, str] | None:
    match = _FRED.fullmatch(name)
    return None if match is None else (match[1] + ("M" if match[2] else "Y"), name)


def _h15_tenor(name: str) -> tuple[str, str] | None:
    match = _H15.fullmatch(name)
    return None if match is None else (f"{int(match[2])}{match[1]}", name)


def _plain_date(text: str) -> date:
    return iso_date("row", text)


def _us_date(text: str) -> date:
    match = _US_DATE.fullmatch(text)
    if match is None:
        raise BadObservation(f"date {text[:40]!r}, must be MM/DD/YYYY")
    return iso_date("row", f"{match[3]}-{match[1]}-{match[2]}")
