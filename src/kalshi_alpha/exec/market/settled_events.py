"""Answers to ``GET /events/{ticker}`` that somebody kept: hours, strikes and results.

Both forms are read: whole cents of 2025, and dollars of today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.market.partition import Partition
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.market.listing import VENUE, Listed, event_day, in_order, markets_frame
from kalshi_alpha.exec.market.source_files import Source, digests

FILES = "sample_rest_event_*.json"
_PAID_E4 = {"yes": 10_000, "no": 0}


class _Market(msgspec.Struct, frozen=True):
    ticker: str
    open_time: datetime
    close_time: datetime
    result: str
    expiration_value: str = ""
    strike_type: str | None = None
    floor_strike: Decimal | None = None
    cap_strike: Decimal | None = None
    settlement_ts: datetime | None = None


class _Event(msgspec.Struct, frozen=True):
    event_ticker: str
    series_ticker: str


class _Reply(msgspec.Struct, frozen=True):
    event: _Event
    markets: tuple[_Market, ...]


@dataclass(frozen=True, slots=True)
class StatedEvent:
    """An event as the venue states it."""

    series: str
    ticker: str
    markets: tuple[Listed, ...]


def settled_event_files(folder: Path) -> list[Path]:
    """Return the kept answers in a folder."""
    return sorted(folder.glob(FILES))


def read_settled_event(path: Path) -> Iterator[StatedEvent]:
    """Yield the event of a kept answer.

    Raises
    ------
    ParseRefused
        If it cannot be read.
    """
    try:
        reply = msgspec.json.decode(path.read_bytes(), type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ParseRefused(path.name, str(error)) from error
    said = next((m.expiration_value for m in reply.markets if m.expiration_value), None)
    yield StatedEvent(
        reply.event.series_ticker,
        reply.event.event_ticker,
        tuple(
            Listed(
                event_ticker=reply.event.event_ticker,
                ticker=each.ticker,
                strike_type=each.strike_type,
                floor_strike=_text(each.floor_strike),
                cap_strike=_text(each.cap_strike),
                strike_source=VENUE if each.strike_type else None,
                yes_payout_e4=_PAID_E4.get(each.result),
                settlement_value=said,
                result_source="kalshi_api" if each.result in _PAID_E4 else None,
                opens_us=micros(each.open_time),
                opens_source=VENUE,
                closes_us=micros(each.close_time),
                closes_source=VENUE,
                settled_us=None if each.settlement_ts is None else micros(each.settlement_ts),
            )
            for each in reply.markets
        ),
    )


def with_stated(listed: Listed, stated: Listed | None) -> Listed:
    """Return a market of another source with the hours that the venue states.

    Raises
    ------
    ParseRefused
        If the two know different results.
    """
    if stated is None:
        return listed
    paid = {listed.yes_payout_e4, stated.yes_payout_e4} - {None}
    if len(paid) > 1:
        raise ParseRefused(listed.ticker, "its sources know different results")
    return replace(
        listed,
        opens_us=stated.opens_us,
        opens_source=stated.opens_source,
        closes_us=stated.closes_us,
        closes_source=stated.closes_source,
        settled_us=stated.settled_us,
    )


def settled_events(folder: Path) -> list[Source]:
    """Return the kept answers in a folder whose series has no trade tape beside them.

    A tape takes the hours from here, and a partition has one writer.

    Raises
    ------
    ParseRefused
        If one cannot be read.
    """
    return [
        Source("event", (path,), partial(_partitions, path))
        for path in settled_event_files(folder)
        if not all(_has_tape(folder, event) for event in read_settled_event(path))
    ]


def _has_tape(folder: Path, event: StatedEvent) -> bool:
    return any(folder.glob(f"kalshi_weather_trades_{event.series}.parquet"))


def _partitions(path: Path) -> Iterator[Partition]:
    for event in read_settled_event(path):
        markets = in_order(event.markets)
        day = event_day(event.ticker, markets[0].opens_us or 0)
        yield Partition(event.series, day, markets_frame(markets), (), digests(path))


def _text(bound: Decimal | None) -> str | None:
    return None if bound is None else str(bound)
