"""Reading what the Department of Labor and, in its stead, FRED publish on claims.

Five forms come under one feed: the text of the press release, the newsroom's page, the history
report, and FRED's series as JSON or CSV. The body itself tells which one it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.dol_claims.errors import Contradiction, WrongBody
from kalshi_alpha.drivers.dol_claims.history_report import ROOT, report_rows
from kalshi_alpha.drivers.dol_claims.pages import page_rows
from kalshi_alpha.drivers.dol_claims.release import release_rows
from kalshi_alpha.drivers.dol_claims.schema import ClaimsFigure
from kalshi_alpha.drivers.dol_claims.series import csv_rows, is_series_csv, json_rows
from kalshi_alpha.drivers.wire import decode_text, looks_like_markup

_HEAD_BYTES = 2000
# The mark need not stand first: readers accept some bytes before it.
_PDF = b"%PDF-"


def parse(body: bytes) -> Parsed[ClaimsFigure]:
    """Read a payload, whichever of the five forms it has.

    Returns
    -------
    Parsed of ClaimsFigure
        One row a week, measure and kind. Empty weeks, missing values and other releases on a
        page are counted as skipped, never turned into numbers.

    Raises
    ------
    ClaimsRefused
        If the body is something else, or anything in it is malformed, contradictory or beyond
        belief.
    """
    skipped: Counter[str] = Counter()
    rows = _rows(body, skipped)
    return Parsed(tuple(_without_repeats(rows)), tuple(sorted(skipped.items())))


def _rows(body: bytes, skipped: Counter[str]) -> list[ClaimsFigure]:
    if _PDF in body[:_HEAD_BYTES]:
        raise WrongBody(
            "the release as a PDF: take its text out, for example with 'pdftotext -layout', "
            "and give that text"
        )
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return json_rows(body, skipped)
    if looks_like_markup(body) and ROOT.encode() in body[:_HEAD_BYTES]:
        # The report declares Latin-1, and its figures are ASCII in any case.
        return report_rows(body.decode("latin-1"), skipped)
    text = decode_text(body, WrongBody)
    if looks_like_markup(body):
        return page_rows(text, skipped)
    if is_series_csv(text):
        return csv_rows(text, skipped)
    return release_rows(text)


def _without_repeats(rows: Sequence[ClaimsFigure]) -> list[ClaimsFigure]:
    found: dict[tuple[object, ...], ClaimsFigure] = {}
    for row in rows:
        key = (row.week_ending, row.measure, row.kind)
        if found.setdefault(key, row) != row:
            raise Contradiction(f"two {row.kind} figures of {row.measure} {row.week_ending}")
    return list(found.values())
