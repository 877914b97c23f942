"""Reading AAA's price page.

The page says the regular price up to three times: in the banner, in a badge and in the table.
All must agree. Cells are found by header name, because columns come and go (E85) and numbers of
other grades stand close to the word "Regular".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.aaa_gas.errors import BadPrice, Contradiction, WrongBody
from kalshi_alpha.drivers.aaa_gas.schema import GasPrice
from kalshi_alpha.drivers.wire import decode_text, parse_html

_GRADES = {
    "Regular": "regular",
    "Mid-Grade": "mid_grade",
    "Mid": "mid_grade",
    "Premium": "premium",
    "Diesel": "diesel",
    "E85": "e85",
}
_PERIODS = {
    "Current Avg.": "current",
    "Yesterday Avg.": "yesterday",
    "Week Ago Avg.": "week_ago",
    "Month Ago Avg.": "month_ago",
    "Year Ago Avg.": "year_ago",
}
_PRICE = re.compile(r"\$([0-9]{1,2})\.([0-9]{3,4})")
_BANNER_PRICE = re.compile(r"National Average\s*(\$\S+)")
_AS_OF = re.compile(r"Price as of\s*([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})(?![0-9])")
# The page has two tables of six rows. Where elements of one kind are nested in one another, each
# holds the text of all below it, and the time to read them grows with the square of their number.
_TABLES_MOST, _CELLS_MOST, _PLACES_MOST = 20, 30, 20
_TABLE_TEXT_MOST = 20_000
_MISSING = frozenset({"", "-", "N/A"})


@dataclass(frozen=True, slots=True)
class _Shown:
    """A price and its date, as one place of the page shows them."""

    price_e4: int
    as_of_on: date


def parse(body: bytes) -> Parsed[GasPrice]:
    """Read the page: every known row and grade of its table.

    Returns
    -------
    Parsed of GasPrice
        Cells in the order of the page, the current regular price always among them. Empty
        cells and unknown rows or columns are counted as skipped.

    Raises
    ------
    AaaRefused
        If it is another page, a price or date is malformed, or banner, badge and table differ.
    """
    tree = parse_html(decode_text(body, WrongBody), WrongBody)
    shown = _agreed(tree)
    skipped: Counter[str] = Counter()
    prices: dict[tuple[str, str], int] = {}
    for table in _few(tree.css("table.table-mob"), _TABLES_MOST):
        for period, grade, price_e4 in _cells(table, skipped):
            if prices.setdefault((period, grade), price_e4) != price_e4:
                raise Contradiction(f"two prices for {period} {grade}")
    regular = prices.get(("current", "regular"))
    if regular is None:
        raise WrongBody("no current regular price in a table")
    if regular != shown.price_e4:
        raise Contradiction(f"banner {shown.price_e4}e-4 differs from table {regular}e-4")
    rows = (GasPrice(shown.as_of_on, *cell, price_e4) for cell, price_e4 in prices.items())
    return Parsed(tuple(rows), tuple(sorted(skipped.items())))


def _agreed(tree: LexborHTMLParser) -> _Shown:
    """Return what banner and badge show, which must be one thing."""
    banners = [_banner(each) for each in _few(tree.css("div.mobi-average-price"), _PLACES_MOST)]
    badges = [_badge(each) for each in _few(tree.css("div.average-price"), _PLACES_MOST)]
    if not banners:
        title = tree.css_first("title")
        name = _text(title) if title is not None else "untitled"
        raise WrongBody(f"no price banner on the page {name!r}")
    shown = {*banners, *badges}
    if len(shown) > 1:
        raise Contradiction(f"banner and badge differ: {sorted(map(str, shown))}")
    return banners[0]


def _banner(node: LexborNode) -> _Shown:
    text = _text(node)
    match = _BANNER_PRICE.search(text)
    if match is None:
        raise BadPrice(f"banner {text[:80]!r}")
    return _Shown(_price_e4(match[1]), _as_of(text))


def _badge(node: LexborNode) -> _Shown:
    number = node.css_first("p.numb")
    if number is None:
        raise BadPrice("a badge without a price")
    return _Shown(_price_e4(_text(number)), _as_of(_text(node)))


def _as_of(text: str) -> date:
    dates = set(_AS_OF.findall(text))
    if len(dates) != 1:
        raise BadPrice(f"{len(dates)} dates in {text[:80]!r}")
    month, day, year = dates.pop()
    try:
        return date(2000 + int(year), int(month), int(day))
    except ValueError as error:
        raise BadPrice(f"price as of {month}/{day}/{year}") from error


def _cells(table: LexborNode, skipped: Counter[str]) -> Iterable[tuple[str, str, int]]:
    if len(table.text()) > _TABLE_TEXT_MOST:
        raise WrongBody("a table of more text than prices have")
    rows = (_few(row.css("th, td"), _CELLS_MOST) for row in _few(table.css("tr"), _CELLS_MOST))
    lines = [[_text(cell) for cell in cells] for cells in rows if cells]
    if not lines or "Regular" not in lines[0]:
        skipped["unknown table"] += 1
        return
    header = lines[0]
    for name, *cells in lines[1:]:
        if len(cells) + 1 != len(header):
            raise WrongBody(f"row {name!r} has {len(cells) + 1} cells below {len(header)} columns")
        if name not in _PERIODS:
            skipped["unknown row"] += 1
            continue
        for column, text in zip(header[1:], cells, strict=True):
            if column not in _GRADES:
                skipped["unknown grade"] += 1
            elif text in _MISSING:
                skipped["empty cell"] += 1
            else:
                yield _PERIODS[name], _GRADES[column], _price_e4(text)


def _price_e4(text: str) -> int:
    match = _PRICE.fullmatch(text)
    if match is None:
        raise BadPrice(f"price {text[:40]!r}")
    return int(match[1] + match[2].ljust(4, "0"))


def _few(nodes: list[LexborNode], most: int) -> list[LexborNode]:
    if len(nodes) > most:
        raise WrongBody(f"{len(nodes)} elements where the page has a few")
    return nodes


def _text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())
