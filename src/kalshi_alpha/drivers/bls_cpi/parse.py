"""Reading version 2 answers of the BLS public data API, and vintages of the index from FRED.

An answer with HTTP status 200 may still be a refusal, said in ``status``; a value may be ``"-"``
for a month that was never published; annual and half-year averages stand between the months.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import msgspec

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.bls_cpi.errors import (
    BadObservation,
    Contradiction,
    NotSucceeded,
    WrongBody,
)
from kalshi_alpha.drivers.bls_cpi.fred_vintages import is_fred, read_vintages
from kalshi_alpha.drivers.bls_cpi.schema import CpiLevel
from kalshi_alpha.drivers.wire import decode_json

# Largest month-over-month change taken for real, in percent. Since 1947 the all-items index has
# never moved 2 % in a month; gasoline has moved by a quarter. A misplaced digit moves far more.
_LARGEST_CHANGE_PCT = {
    "CUSR0000SA0": 4,
    "CUSR0000SA0L1E": 4,
    "CUUR0000SA0": 4,
    "CUUR0000SA0L1E": 4,
    "CUSR0000SAH1": 4,
    "CUSR0000SETB01": 50,
}
SERIES = tuple(_LARGEST_CHANGE_PCT)
"""Every series that is read."""

_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_VALUE = re.compile(r"([0-9]{1,4})\.([0-9]{3})")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PERIOD = re.compile(r"M(0[1-9]|1[0-2])")
_AVERAGE = re.compile(r"M13|S0[1-3]")


class _Entry(msgspec.Struct, frozen=True):
    year: str
    period: str
    periodName: str  # noqa: N815  (the publisher's spelling)
    value: str
    footnotes: list[dict[str, str | None]] = []
    latest: str = "false"


class _Series(msgspec.Struct, frozen=True):
    seriesID: str  # noqa: N815  (the publisher's spelling)
    data: list[_Entry]


class _Results(msgspec.Struct, frozen=True):
    series: list[_Series] = []


class _Answer(msgspec.Struct, frozen=True):
    status: str
    message: list[str] = []
    Results: _Results | None = None


def parse(body: bytes) -> Parsed[CpiLevel]:
    """Read an answer of the API, or of FRED in its stead.

    Returns
    -------
    Parsed of CpiLevel
        One row a series and month. Averages, unpublished months and empty series are counted
        as skipped, never turned into numbers.

    Raises
    ------
    BlsRefused
        If the API did not serve the request, or anything in the answer is malformed,
        repeated, contradictory, or beyond belief.
    """
    if is_fred(body):
        return read_vintages(body)
    answer = decode_json(body, _Answer, WrongBody)
    if answer.status != "REQUEST_SUCCEEDED":
        raise NotSucceeded(f"{answer.status}: {' '.join(answer.message) or 'no message'}")
    if answer.Results is None or not answer.Results.series:
        raise WrongBody(f"no series in the answer: {' '.join(answer.message) or 'no message'}")
    skipped: Counter[str] = Counter()
    rows: list[CpiLevel] = []
    names = Counter(series.seriesID for series in answer.Results.series)
    for series in answer.Results.series:
        if names[series.seriesID] > 1:
            raise Contradiction(f"series {series.seriesID} occurs twice")
        rows += _levels(series, skipped)
    return Parsed(tuple(rows), tuple(sorted(skipped.items())))


def _levels(series: _Series, skipped: Counter[str]) -> list[CpiLevel]:
    largest = _LARGEST_CHANGE_PCT.get(series.seriesID)
    if largest is None:
        raise Contradiction(f"series {series.seriesID!r} was not asked for")
    if not series.data:
        skipped["empty series"] += 1
    months: dict[date, CpiLevel | None] = {}
    latest: list[date] = []
    for entry in series.data:
        month = _month(series.seriesID, entry)
        if month is None:
            skipped["average"] += 1
            continue
        if month in months:
            raise Contradiction(f"{series.seriesID} {month:%Y-%m} occurs twice")
        months[month] = _level(series.seriesID, month, entry)
        if months[month] is None:
            skipped["unpublished"] += 1
        if entry.latest == "true":
            latest.append(month)
    if latest and latest != [max(months)]:
        raise Contradiction(f"{series.seriesID}: 'latest' is not on the newest month alone")
    levels = sorted(
        (level for level in months.values() if level is not None), key=lambda level: level.month
    )
    _check_changes(levels, largest)
    return levels


def _month(series_id: str, entry: _Entry) -> date | None:
    """Return the month of ``entry``, or None for an average over several."""
    if _YEAR.fullmatch(entry.year) is None:
        raise BadObservation(f"{series_id}: year {entry.year!r}")
    if _AVERAGE.fullmatch(entry.period) is not None:
        return None
    period = _PERIOD.fullmatch(entry.period)
    if period is None:
        raise BadObservation(f"{series_id}: period {entry.period!r}")
    month = int(period[1])
    # The name repeats the number: the one check against a mistyped month.
    if entry.periodName != _MONTH_NAMES[month - 1]:
        raise Contradiction(f"{series_id}: {entry.period} is named {entry.periodName!r}")
    return date(int(entry.year), month, 1)


def _level(series_id: str, month: date, entry: _Entry) -> CpiLevel | None:
    if entry.value == "-":
        return None
    value = _VALUE.fullmatch(entry.value)
    if value is None:
        raise BadObservation(f"{series_id} {month:%Y-%m}: value {entry.value!r}")
    index_e3 = int(value[1] + value[2])
    if not index_e3 > 0:
        raise BadObservation(f"{series_id} {month:%Y-%m}: index {entry.value}")
    codes = sorted({note.get("code") or "" for note in entry.footnotes} - {""})
    return CpiLevel(series_id, month, index_e3, ",".join(codes))


def _check_changes(levels: Sequence[CpiLevel], largest_pct: int) -> None:
    for before, after in pairwise(levels):
        gap = (after.month.year - before.month.year) * 12 + after.month.month - before.month.month
        change = abs(after.index_e3 - before.index_e3) * 100
        if change > largest_pct * gap * before.index_e3:
            raise Contradiction(
                f"{after.series_id} moved from {before.index_e3}e-3 in {before.month:%Y-%m} "
                f"to {after.index_e3}e-3 in {after.month:%Y-%m}"
            )
