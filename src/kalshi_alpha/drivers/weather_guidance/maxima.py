"""From columns of a bulletin to daily maxima."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

from kalshi_alpha.drivers.weather_guidance.bulletin import Block
from kalshi_alpha.drivers.weather_guidance.errors import BadBulletin, Contradiction
from kalshi_alpha.drivers.weather_guidance.schema import Guidance

# Only there is 00Z the evening that ends the daytime; Alaska and Hawaii use other hours.
_CONTIGUOUS = re.compile(r"K[A-Z0-9]{3}")
_EXTREMES = ("TXN", "N/X", "X/N", "TXNMN")
_PERCENTILES = ("TXNP1", "TXNP2", "TXNP5", "TXNP7", "TXNP9")
_MISSING_TEMPERATURE = frozenset({999, 888, -88, -99})
# Ninety-nine is a real maximum in a Texan summer, but no spread.
_MISSING_SPREAD = _MISSING_TEMPERATURE | {99}
_LOWEST_F, _HIGHEST_F, _WIDEST_SPREAD_F = -70, 135, 50


def in_the_states(station: str) -> bool:
    """Tell whether a station lies where 00Z marks the daytime maximum."""
    return _CONTIGUOUS.fullmatch(station) is not None


def climate_day(midnight_utc: date) -> date:
    """Return the local standard day whose daytime maximum stands at 00Z of a date.

    From the Atlantic to the Pacific, 00Z is late afternoon or evening of the day before.
    """
    return midnight_utc - timedelta(days=1)


def maxima(block: Block, skipped: Counter[str]) -> list[Guidance]:
    """Return the daytime maxima of a block; missing values are left out and counted.

    Raises
    ------
    BadBulletin
        If a cell is no number.
    Contradiction
        If two rows claim to hold the extremes, percentiles decrease, or a value is beyond
        belief.
    """
    if not in_the_states(block.station):
        skipped["outside the contiguous states"] += 1
        return []
    labels = [label for label in _EXTREMES if label in block.rows]
    if len(labels) > 1:
        raise Contradiction(f"{block.station}: extremes in {labels}")
    if not labels:
        skipped["no extremes in the bulletin"] += 1
        return []
    rows = []
    for column, valid_at in enumerate(block.valid_at):
        cell = block.rows[labels[0]][column]
        if valid_at.hour != 0 or not cell:
            continue
        tmax = temperature(cell)
        if tmax is None:
            skipped["missing maximum"] += 1
            continue
        rows.append(_guidance(block, column, tmax))
    return rows


def _guidance(block: Block, column: int, tmax: int) -> Guidance:
    percentiles = [
        temperature(block.rows[label][column]) if label in block.rows else None
        for label in _PERCENTILES
    ]
    known = [value for value in percentiles if value is not None]
    if known != sorted(known):
        raise Contradiction(f"{block.station}: percentiles {percentiles} decrease")
    spreads = [block.rows[label][column] for label in ("XND", "TXNSD") if label in block.rows]
    return Guidance(
        block.station,
        block.model,
        block.issued_at,
        climate_day(block.valid_at[column].date()),
        tmax,
        spread(spreads[0]) if spreads else None,
        *percentiles,
    )


def temperature(text: str) -> int | None:
    """Return a temperature in whole degrees Fahrenheit, None if blank or a missing mark.

    Raises
    ------
    BadBulletin, Contradiction
        If it is no whole number, or beyond belief.
    """
    value = _whole(text)
    if value is None or value in _MISSING_TEMPERATURE:
        return None
    if not _LOWEST_F <= value <= _HIGHEST_F:
        raise Contradiction(f"a maximum of {value} F")
    return value


def spread(text: str) -> int | None:
    """Return a standard deviation in whole degrees Fahrenheit, None if blank or a missing mark.

    Raises
    ------
    BadBulletin, Contradiction
        If it is no whole number, or beyond belief.
    """
    value = _whole(text)
    if value is None or value in _MISSING_SPREAD:
        return None
    if not 0 <= value <= _WIDEST_SPREAD_F:
        raise Contradiction(f"a spread of {value} F")
    return value


def _whole(text: str) -> int | None:
    if not text:
        return None
    # Archives write whole numbers with a zero behind the point.
    found = re.fullmatch(r"(-?[0-9]{1,3})(?:\.0+)?", text)
    if found is None:
        raise BadBulletin(f"{text!r} is no whole number of degrees")
    return int(found[1])
