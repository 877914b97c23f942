"""Reading guidance, whichever way it came.

A payload is a text bulletin of one or many stations, a table of the archive at Iowa State, a
forecast grid of api.weather.gov, or several of these bodies, each introduced by a group separator.
"""

from __future__ import annotations

from collections import Counter

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.weather_guidance.archive_csv import is_archive, read_archive
from kalshi_alpha.drivers.weather_guidance.bulletin import read_blocks
from kalshi_alpha.drivers.weather_guidance.errors import Contradiction, GuidanceRefused, WrongBody
from kalshi_alpha.drivers.weather_guidance.gridpoints import daily_maxima, is_json
from kalshi_alpha.drivers.weather_guidance.maxima import maxima
from kalshi_alpha.drivers.weather_guidance.schema import Guidance
from kalshi_alpha.drivers.wire import decode_text, looks_like_markup

GROUP_SEPARATOR = b"\x1d"


def parse(body: bytes) -> Parsed[Guidance]:
    """Read a payload of guidance.

    Returns
    -------
    Parsed of Guidance
        One row a station or grid cell, bulletin, cycle and day. What cannot be read or is
        missing is counted by reason; a bulletin of headers only gives no rows.

    Raises
    ------
    GuidanceRefused
        If nothing in the payload is guidance, with the first reason; or if one day is given two
        values.
    """
    skipped: Counter[str] = Counter()
    rows: dict[tuple[object, ...], Guidance] = {}
    refusals: list[GuidanceRefused] = []
    records = _records(body)
    for record in records:
        try:
            read = _read(record, skipped)
        except GuidanceRefused as error:
            refusals.append(error)
            continue
        for row in read:
            key = (row.station, row.model, row.issued_at, row.climate_day)
            if rows.setdefault(key, row) != row:
                raise Contradiction(f"{row.station} {row.model} {row.climate_day} has two values")
    if refusals and len(refusals) == len(records):
        raise refusals[0]
    skipped.update(f"refused: {type(error).__name__}" for error in refusals)
    return Parsed(tuple(rows.values()), tuple(sorted((+skipped).items())))


def _records(body: bytes) -> list[bytes]:
    if not body.startswith(GROUP_SEPARATOR):
        return [body]
    return [record for record in body.split(GROUP_SEPARATOR) if record.strip()] or [b""]


def _read(record: bytes, skipped: Counter[str]) -> list[Guidance]:
    if looks_like_markup(record):
        raise WrongBody("a web page came instead of guidance")
    if is_json(record):
        return daily_maxima(record, skipped)
    text = decode_text(record, WrongBody).replace("\r", "")
    if is_archive(text):
        return read_archive(text, skipped)
    rows: list[Guidance] = []
    refusals: list[GuidanceRefused] = []
    for block in read_blocks(text, skipped):
        try:
            rows += maxima(block, skipped)
        except GuidanceRefused as error:
            refusals.append(error)
    if refusals and not rows:
        raise refusals[0]
    skipped.update(f"refused: {type(error).__name__}" for error in refusals)
    return rows
