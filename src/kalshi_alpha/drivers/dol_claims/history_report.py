"""The history report (``r539cyNational``): every week of some years, future ones included.

Weeks to come stand there with their seasonal factors only. The report lags the releases, so its
figures are of some revision and never a first print.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, WrongBody
from kalshi_alpha.drivers.dol_claims.release_text import calendar_day
from kalshi_alpha.drivers.dol_claims.schema import (
    CONTINUED,
    HISTORY,
    INITIAL,
    SEASONAL_FACTOR,
    ClaimsFigure,
)

ROOT = "r539cyNational"

_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_COUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{4,8}")
_FACTOR = re.compile(r"([0-9]{1,3})\.([0-9])")
_MEASURES = (("InitialClaims", INITIAL), ("ContinuedClaims", CONTINUED))
# In these weeks factors were added rather than multiplied, and are no percentages.
_ADDITIVE = (date(2020, 3, 1), date(2021, 9, 30))
# A factor is rounded to a tenth of a percent and the figure to a thousand; beyond both, and a
# hair for what the agency rounds on the way, the three numbers exclude each other.
_SLACK = 1.002


def report_rows(text: str, skipped: Counter[str]) -> list[ClaimsFigure]:
    """Read a report.

    Raises
    ------
    WrongBody
        If it is no such report, or carries a document type or entities.
    BadFigure, Contradiction
        If a week repeats, lies ahead with figures, or its three numbers exclude each other.
    """
    root = _root(text)
    run_on = _day(root.get("rundate") or "")
    rows: list[ClaimsFigure] = []
    seen: set[date] = set()
    for week in root.iterfind("week"):
        ending = _day(_text(week, "weekEnded"))
        if ending in seen:
            raise Contradiction(f"the week ending {ending} occurs twice")
        seen.add(ending)
        for name, measure in _MEASURES:
            row = _row(week.find(name), ending, measure)
            if row is None:
                skipped["empty week"] += 1
                continue
            if row.kind == HISTORY and ending >= run_on:
                raise Contradiction(f"figures of {ending} in a report run on {run_on}")
            rows.append(row)
    if not seen:
        raise WrongBody("a report without weeks")
    return rows


def _root(text: str) -> Element:
    # Entities that expand, or fetch, are the one danger of XML, and the report has none.
    fromstring: Callable[..., Any] = import_module("defusedxml.ElementTree").fromstring
    try:
        root = fromstring(text.replace("&nbsp;", "&#160;"), forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        raise WrongBody(f"not the history report: {error}") from error
    if not (isinstance(root, Element) and root.tag == ROOT):
        raise WrongBody("XML of another kind")
    return root


def _row(element: Element | None, ending: date, measure: str) -> ClaimsFigure | None:
    if element is None:
        return None
    sa, nsa = _count(_text(element, "SA")), _count(_text(element, "NSA"))
    factor = _factor(_text(element, "SF"), ending)
    if sa is None and nsa is None:
        if factor is None:
            return None
        return ClaimsFigure(ending, measure, SEASONAL_FACTOR, None, None, factor)
    if sa is not None and nsa is not None and factor is not None:
        _check_factor(sa, nsa, factor, ending)
    return ClaimsFigure(ending, measure, HISTORY, sa, nsa, factor)


def _check_factor(sa: int, nsa: int, tenths: int, ending: date) -> None:
    low = (nsa * 1000 / (tenths + 0.5)) / _SLACK - 500
    high = (nsa * 1000 / (tenths - 0.5)) * _SLACK + 500
    if not low <= sa <= high:
        raise Contradiction(f"{ending}: {nsa} over {tenths / 10} % is not {sa}")


def _count(text: str) -> int | None:
    if not text:
        return None
    if _COUNT.fullmatch(text) is None:
        raise BadFigure(f"number {text[:40]!r}")
    return int(text.replace(",", ""))


def _factor(text: str, ending: date) -> int | None:
    if not text or _ADDITIVE[0] <= ending <= _ADDITIVE[1]:
        return None
    match = _FACTOR.fullmatch(text)
    if match is None:
        raise BadFigure(f"seasonal factor {text[:40]!r}")
    return int(match[1] + match[2])


def _day(text: str) -> date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise BadFigure(f"date {text[:40]!r}")
    return calendar_day(int(match[3]), int(match[1]), int(match[2]))


def _text(element: Element, name: str) -> str:
    """Return a child's text without surrounding blanks, non-breaking ones included."""
    return (element.findtext(name) or "").strip()
