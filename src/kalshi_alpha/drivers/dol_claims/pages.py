"""The newsroom's pages, which carry the first paragraph of each release."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime

from selectolax.lexbor import LexborNode

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, NotServed, WrongBody
from kalshi_alpha.drivers.dol_claims.release import release_rows
from kalshi_alpha.drivers.dol_claims.release_text import MONTHS, calendar_day, squeezed
from kalshi_alpha.drivers.dol_claims.schema import RELEASE_TIME, ClaimsFigure
from kalshi_alpha.drivers.wire import NEW_YORK, parse_html

_NO_FORM = "withoutprovidinguserinput"
_ADVANCE = re.compile(r"advance(?:figure|number)forseasonallyadjustedinitialclaims")
_DATE = re.compile(rf"({'|'.join(MONTHS)})([0-9]{{1,2}}),([0-9]{{4}})")
_ADDRESS = re.compile(r"/eta([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")


def page_rows(text: str, skipped: Counter[str]) -> list[ClaimsFigure]:
    """Read every release on a page; the page gives the day, the hour is the release's own 08:30.

    Raises
    ------
    NotServed
        If the page says that a report was not run.
    WrongBody
        If no release of claims is on it.
    BadFigure, Contradiction
        If a release is dated twice and differently, or says the impossible.
    """
    tree = parse_html(text, WrongBody)
    words = squeezed(tree.root.text(separator=" ")) if tree.root is not None else ""
    if _NO_FORM in words:
        raise NotServed("the report was asked for without its form fields")
    blocks = tree.css("[data-history-node-id]") or tree.css("body")
    rows: list[ClaimsFigure] = []
    for block in blocks:
        if _ADVANCE.search(squeezed(block.text(separator=" "))) is None:
            skipped["other release"] += 1
            continue
        rows += release_rows(_paragraphs(block), _published_at(block))
    if not rows:
        title = tree.css_first("title")
        name = title.text().strip() if title is not None else "untitled"
        raise WrongBody(f"no release of claims on the page {name[:80]!r}")
    return rows


def _paragraphs(block: LexborNode) -> str:
    # A separator would cut words at inline tags; squeezing takes out white space anyway.
    return block.text(separator="")


def _published_at(block: LexborNode) -> datetime | None:
    """Return 08:30 New York time of the day the block is dated, or None if it is not."""
    days = {
        calendar_day(int(year), MONTHS.index(month) + 1, int(day))
        for node in block.css(".dol-date-text")
        for month, day, year in _DATE.findall(squeezed(node.text()))
    }
    links = [block.attributes.get("about"), *(a.attributes.get("href") for a in block.css("a"))]
    days |= {_addressed(match) for link in links for match in _ADDRESS.finditer(link or "")}
    if len(days) > 1:
        raise Contradiction(f"a release dated {' and '.join(map(str, sorted(days)))}")
    if not days:
        return None
    return datetime.combine(days.pop(), RELEASE_TIME, NEW_YORK).astimezone(UTC)


def _addressed(match: re.Match[str]) -> date:
    year, month, day = map(int, match.groups())
    if not year >= 1967:
        raise BadFigure(f"a release address of {year}")
    return calendar_day(year, month, day)
