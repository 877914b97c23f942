"""The month table of the bank's web page: the fallback when the month file cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from selectolax.lexbor import LexborNode

from kalshi_alpha.drivers.cleveland_nowcast.errors import BadPoint, Contradiction, WrongBody
from kalshi_alpha.drivers.wire import parse_html

_MEASURES = {"CPI": "cpi", "Core CPI": "core_cpi", "PCE": "pce", "Core PCE": "core_pce"}
_COLUMNS = ["Month", *_MEASURES, "Updated"]


@dataclass(frozen=True, slots=True)
class PageRow:
    """One target month as the page prints it: texts, not yet numbers."""

    target_month: date
    values: tuple[tuple[str, str], ...]
    updated: str


def month_table(text: str) -> list[PageRow]:
    """Find the month-over-month table and read it by its column names.

    Raises
    ------
    ClevelandRefused
        If there is not exactly one such table, or a row does not fit its header.
    """
    tables = [table for table in parse_html(text, WrongBody).css("table") if _is_monthly(table)]
    if len(tables) != 1:
        raise WrongBody(f"{len(tables)} month-over-month tables on the page")
    header = [_text(cell) for cell in tables[0].css("thead th")]
    if sorted(header) != sorted(_COLUMNS):
        raise WrongBody(f"columns of the month table are {header}")
    rows = [_row(header, [_text(c) for c in row.css("td")]) for row in tables[0].css("tbody tr")]
    if len({row.target_month for row in rows}) != len(rows):
        raise Contradiction("the month table names a month twice")
    return rows


def _is_monthly(table: LexborNode) -> bool:
    caption = table.css_first("caption")
    return caption is not None and "month-over-month" in _text(caption).lower()


def _row(header: list[str], cells: list[str]) -> PageRow:
    if len(cells) != len(header):
        raise WrongBody(f"a row of {len(cells)} cells below {len(header)} columns")
    named = dict(zip(header, cells, strict=True))
    try:
        month = datetime.strptime(named["Month"], "%B %Y").date()  # noqa: DTZ007  (a month)
    except ValueError as error:
        raise BadPoint(f"target month {named['Month']!r}") from error
    values = tuple((measure, named[column]) for column, measure in _MEASURES.items())
    return PageRow(month, values, named["Updated"])


def _text(node: LexborNode) -> str:
    return " ".join(node.text().split())
