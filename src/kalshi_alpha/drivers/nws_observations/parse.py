"""Reading observations, whichever way they came.

A payload is a collection of observations, a daily summary message in the envelope of
api.weather.gov or bare, or several of these bodies, each introduced by a group separator.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import msgspec

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.nws_observations.dsm import observations, read_summaries
from kalshi_alpha.drivers.nws_observations.errors import (
    Contradiction,
    NoYear,
    ObservationsRefused,
    WrongBody,
)
from kalshi_alpha.drivers.nws_observations.geojson import read_collection
from kalshi_alpha.drivers.nws_observations.schema import Observation
from kalshi_alpha.drivers.wire import decode_text, looks_like_markup

GROUP_SEPARATOR = b"\x1d"
_YEARS = range(1990, 2101)


class _Product(msgspec.Struct, frozen=True):
    productCode: str  # noqa: N815  (the publisher's spelling)
    productText: str  # noqa: N815
    issuanceTime: datetime  # noqa: N815


def parse(body: bytes) -> Parsed[Observation]:
    """Read a payload of observations.

    Returns
    -------
    Parsed of Observation
        One row a station, instant and kind. Nulls, rejected values and reports that contradict
        themselves are counted by reason; a collection without features gives no rows.

    Raises
    ------
    ObservationsRefused
        If nothing in the payload can be read, with the first reason; or if one station and
        instant has two values. A bare daily summary is refused with `NoYear`.
    """
    return _parse(body, None)


def parse_received(body: bytes, received_at: datetime) -> Parsed[Observation]:
    """Read a payload of observations that was received at an instant.

    As `parse`, and a bare daily summary, which prints day and month, is of the nearest such day
    that is not after the receipt.

    Raises
    ------
    ObservationsRefused
        As `parse`; a bare summary that lies ahead of its receipt is refused with `NoYear` or
        `Contradiction`.
    """
    return _parse(body, received_at)


def _parse(body: bytes, received_at: datetime | None) -> Parsed[Observation]:
    skipped: Counter[str] = Counter()
    rows: dict[tuple[object, ...], Observation] = {}
    refusals: list[ObservationsRefused] = []
    records = _records(body)
    for record in records:
        try:
            read = _read(record, skipped, received_at)
        except ObservationsRefused as error:
            refusals.append(error)
            continue
        for row in read:
            key = (row.station, row.observed_at, row.kind)
            if rows.setdefault(key, row) != row:
                raise Contradiction(f"{row.station} {row.observed_at} has two values")
    if refusals and len(refusals) == len(records):
        raise refusals[0]
    skipped.update(f"refused: {type(error).__name__}" for error in refusals)
    return Parsed(tuple(rows.values()), tuple(sorted((+skipped).items())))


def _records(body: bytes) -> list[bytes]:
    if not body.startswith(GROUP_SEPARATOR):
        return [body]
    return [record for record in body.split(GROUP_SEPARATOR) if record.strip()] or [b""]


def _read(record: bytes, skipped: Counter[str], received_at: datetime | None) -> list[Observation]:
    if looks_like_markup(record):
        raise WrongBody("a web page came instead of observations")
    if not record.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _bare(decode_text(record, WrongBody), skipped, received_at)
    product = _product(record)
    if product is None:
        return read_collection(record, skipped)
    if product.productCode != "DSM":
        raise WrongBody(f"product {product.productCode!r} is no daily summary")
    if product.issuanceTime.tzinfo is None or product.issuanceTime.year not in _YEARS:
        raise WrongBody(f"issued at {product.issuanceTime}")
    summaries = read_summaries(product.productText, skipped)
    return observations(summaries, product.issuanceTime.astimezone(UTC), skipped)


def _bare(text: str, skipped: Counter[str], received_at: datetime | None) -> list[Observation]:
    # A text that is no daily summary at all is refused as that, not for its year.
    summaries = read_summaries(text, skipped)
    if received_at is None:
        raise NoYear(
            "a daily summary without an envelope names no year: say when it was received, or put "
            "its text into productText of a product with its issuanceTime"
        )
    return observations(summaries, received_at, skipped, bare=True)


def _product(record: bytes) -> _Product | None:
    try:
        return msgspec.json.decode(record, type=_Product)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
