"""Reading climate reports, whichever way they came.

A payload is a report's text, several texts one after another as archives send them, an answer of
api.weather.gov with the text inside, an answer of the archive at Iowa State, one of the venue's
relay, or several of these bodies, each introduced by a group separator.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.nws_daily_climate.cli_header import split_products, tidy
from kalshi_alpha.drivers.nws_daily_climate.errors import ClimateRefused, WrongBody
from kalshi_alpha.drivers.nws_daily_climate.iem_json import read_archive
from kalshi_alpha.drivers.nws_daily_climate.portal import is_relay, relayed_extremes
from kalshi_alpha.drivers.nws_daily_climate.product import (
    check_envelope,
    read_product,
    refuse_list,
    refuse_problem,
)
from kalshi_alpha.drivers.nws_daily_climate.report import read_report
from kalshi_alpha.drivers.nws_daily_climate.schema import ClimateExtreme
from kalshi_alpha.drivers.wire import decode_text, looks_like_markup

GROUP_SEPARATOR = b"\x1d"


def parse(body: bytes) -> Parsed[ClimateExtreme]:
    """Read a payload of climate reports.

    Returns
    -------
    Parsed of ClimateExtreme
        The maximum and minimum of each report. Of several reports one that is refused is
        named, and the others are kept.

    Raises
    ------
    ClimateRefused
        If no report can be read, with the first reason.
    """
    skipped: Counter[str] = Counter()
    rows: dict[tuple[object, ...], ClimateExtreme] = {}
    refusals: list[ClimateRefused] = []
    for record in _records(body):
        try:
            read = _read(record, skipped, refusals)
        except ClimateRefused as error:
            refusals.append(error)
            continue
        # The same report may come twice, from two lists; its digest makes it one.
        rows.update({(r.station, r.climate_day, r.element, r.version): r for r in read})
    if not rows:
        raise refusals[0] if refusals else WrongBody(_nothing(skipped))
    refused = tuple(f"{type(error).__name__}: {error}" for error in refusals)
    return Parsed(tuple(rows.values()), tuple(sorted((+skipped).items())), refused)


def _nothing(skipped: Counter[str]) -> str:
    left_out = "; ".join(f"{count} {reason}" for reason, count in sorted((+skipped).items()))
    return f"no report in the payload: {left_out}" if left_out else "no report in the payload"


def _records(body: bytes) -> list[bytes]:
    if not body.startswith(GROUP_SEPARATOR):
        return [body]
    return [record for record in body.split(GROUP_SEPARATOR) if record.strip()]


def _read(
    record: bytes, skipped: Counter[str], refusals: list[ClimateRefused]
) -> list[ClimateExtreme]:
    if looks_like_markup(record):
        raise WrongBody("a web page came instead of a report")
    if not record.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _read_texts(decode_text(record, WrongBody), skipped, refusals)
    if is_relay(record):
        return relayed_extremes(record, skipped)
    if _is_archive(record):
        return read_archive(record, skipped)
    refuse_problem(record)
    refuse_list(record)
    product = read_product(record)
    heading, rows = read_report(_only(tidy(product.productText)), skipped)
    check_envelope(product, heading)
    return rows


def _read_texts(
    text: str, skipped: Counter[str], refusals: list[ClimateRefused]
) -> list[ClimateExtreme]:
    rows: list[ClimateExtreme] = []
    for product in split_products(tidy(text)):
        try:
            rows += read_report(product, skipped)[1]
        except ClimateRefused as error:
            refusals.append(error)
    return rows


def _only(text: str) -> str:
    products = split_products(text)
    if len(products) > 1:
        raise WrongBody("an envelope around more than one report")
    return products[0]


def _is_archive(record: bytes) -> bool:
    """Tell an answer of the archive by what only it has: rows named after products."""
    try:
        answer = msgspec.json.decode(record, type=_Archive)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return all("product" in row for row in answer.results)


class _Archive(msgspec.Struct, frozen=True):
    results: list[dict[str, object]]
