"""FRED's vintages of the adjusted all-items index: what was known of a month, and since when.

The BLS serves the newest levels only, and re-estimates five years of them each February. FRED's
archive keeps what stood before, each value with the days it was valid. The answer names no
series: it is taken for the one that is asked for here, under a name of its own, so that no row
stands in for a level of the BLS.
"""

from __future__ import annotations

import re
from collections import Counter
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
from kalshi_alpha.drivers.bls_cpi.schema import FRED_SERIES, CpiLevel, month_over, vintage_on
from kalshi_alpha.drivers.wire import decode_json

# A month's level has never been revised by more than half a percent; from month to month the
# all-items index has never moved by four.
_LARGEST_REVISION_PCT, _LARGEST_CHANGE_PCT = 1, 4
_VALUE = re.compile(r"([0-9]{1,4})\.([0-9]{1,3})")
_YEARS = range(1947, 2101)


class _Observation(msgspec.Struct, frozen=True):
    realtime_start: date
    realtime_end: date
    date: date
    value: str | None


class _Answer(msgspec.Struct, frozen=True):
    observations: list[_Observation] | None = None
    units: str = "lin"
    series_id: str = FRED_SERIES
    error_code: int | None = None
    error_message: str = ""


class _AnyAnswer(msgspec.Struct, frozen=True):
    status: object = None
    observations: object = None
    error_code: object = None


def is_fred(body: bytes) -> bool:
    """Tell an answer of FRED by what only it has: observations, or an error's code."""
    try:
        answer = msgspec.json.decode(body, type=_AnyAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    said = answer.observations is not None or answer.error_code is not None
    return said and answer.status is None


def read_vintages(body: bytes) -> Parsed[CpiLevel]:
    """Read an answer of ``fred/series/observations`` with real-time periods.

    Returns
    -------
    Parsed of CpiLevel
        One row a month and vintage, named as the archive names it: ``CPIAUCSL_20251024`` is
        the value that was valid from that day. A point is counted as unpublished.

    Raises
    ------
    BlsRefused
        If FRED did not serve the request, it is another series, or a value is malformed, known
        before its month was over, valid at one time with another, or beyond belief.
    """
    answer = decode_json(body, _Answer, WrongBody)
    if answer.error_code is not None:
        raise NotSucceeded(f"{answer.error_code}: {answer.error_message[:200] or 'no message'}")
    if answer.observations is None or answer.units != "lin" or answer.series_id != FRED_SERIES:
        raise WrongBody(f"not levels of {FRED_SERIES}: {answer.series_id[:40]} in {answer.units}")
    skipped: Counter[str] = Counter()
    ordered = sorted(answer.observations, key=lambda each: (each.date, each.realtime_start))
    _check_periods(ordered)
    rows = []
    for each in ordered:
        level = _level(each)
        if level is None:
            skipped["unpublished"] += 1
        else:
            rows.append(level)
    _check_changes(rows)
    return Parsed(tuple(rows), tuple(sorted(skipped.items())))


def _check_periods(ordered: list[_Observation]) -> None:
    for each in ordered:
        if each.date.day != 1 or each.date.year not in _YEARS:
            raise BadObservation(f"{FRED_SERIES}: {each.date} is no month")
        if not month_over(each.date) <= each.realtime_start <= each.realtime_end:
            raise Contradiction(
                f"{FRED_SERIES} {each.date:%Y-%m}: known from {each.realtime_start} "
                f"to {each.realtime_end}"
            )
    for before, after in pairwise(ordered):
        if before.date == after.date and not before.realtime_end < after.realtime_start:
            raise Contradiction(
                f"{FRED_SERIES} {after.date:%Y-%m} has two values on {after.realtime_start}"
            )


def _level(each: _Observation) -> CpiLevel | None:
    if each.value in (None, "", "."):
        return None
    value = _VALUE.fullmatch(each.value or "")
    if value is None or not (index_e3 := int(value[1] + value[2].ljust(3, "0"))) > 0:
        raise BadObservation(f"{FRED_SERIES} {each.date:%Y-%m}: value {str(each.value)[:40]!r}")
    return CpiLevel(vintage_on(each.realtime_start), each.date, index_e3, "")


def _check_changes(rows: list[CpiLevel]) -> None:
    for before, after in pairwise(rows):
        gap = (after.month.year - before.month.year) * 12 + after.month.month - before.month.month
        largest_pct = _LARGEST_CHANGE_PCT * gap if gap else _LARGEST_REVISION_PCT
        if abs(after.index_e3 - before.index_e3) * 100 > largest_pct * before.index_e3:
            raise Contradiction(
                f"{FRED_SERIES} moved from {before.index_e3}e-3 in {before.month:%Y-%m} "
                f"to {after.index_e3}e-3 in {after.month:%Y-%m}"
            )
