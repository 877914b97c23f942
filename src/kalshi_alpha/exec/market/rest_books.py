"""Whole books that somebody asked for: ``sample_rest_orderbooks_<...>.jsonl``, one a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import DomainError, ParseRefused
from kalshi_alpha.core.types import Contracts, Price
from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.market.depth_rows import DepthRows
from kalshi_alpha.exec.market.listing import (
    VENUE,
    Listed,
    event_day,
    event_of,
    in_order,
    markets_frame,
    recorded_hours,
    with_hours,
)
from kalshi_alpha.exec.market.source_files import Source, digests

FILES = "sample_rest_orderbooks_*.jsonl"
_Levels = tuple[tuple[str, str], ...]


class _Book(msgspec.Struct, frozen=True):
    yes_dollars: _Levels | None = None
    no_dollars: _Levels | None = None


class _Line(msgspec.Struct, frozen=True):
    captured_at: datetime
    close_time: datetime
    series: str
    ticker: str
    raw_orderbook: _Book
    strike_type: str | None = None
    floor_strike: Decimal | None = None
    cap_strike: Decimal | None = None


def rest_books(folder: Path) -> list[Source]:
    """Return the files of whole books in a folder."""
    return [
        Source("books", (path,), partial(_partitions, path)) for path in sorted(folder.glob(FILES))
    ]


def _partitions(path: Path) -> Iterator[Partition]:
    groups: dict[tuple[str, date], list[_Line]] = defaultdict(list)
    for line in _lines(path):
        groups[line.series, event_day(event_of(line.ticker), micros(line.captured_at))].append(line)
    for (series, day), lines in sorted(groups.items()):
        yield _partition(series, day, lines, path)


def _partition(series: str, day: date, lines: Iterable[_Line], path: Path) -> Partition:
    books = sorted(lines, key=lambda line: (line.captured_at, line.ticker))
    listed = {line.ticker: _listed(line) for line in books}
    at = [micros(line.captured_at) for line in books]
    hours = recorded_hours(min(at), max(at))
    markets = in_order(with_hours(each, hours) for each in listed.values())
    place = {each.ticker: index for index, each in enumerate(markets)}
    rows = DepthRows()
    for at_us, line in zip(at, books, strict=True):
        sides = (line.raw_orderbook.yes_dollars or (), line.raw_orderbook.no_dollars or ())
        try:
            yes, no = (
                [(Price.parse(price).e4, Contracts.parse(count).e2) for price, count in side]
                for side in sides
            )
        except DomainError as error:
            raise ParseRefused(path.name, f"{line.ticker}: {error}") from error
        rows.snapshot(at_us, place[line.ticker], yes, no)
    part = Part(Table.DEPTH, rows.frame(), path.name)
    return Partition(series, day, markets_frame(markets), (part,), digests(path))


def _listed(line: _Line) -> Listed:
    floor, cap = (
        None if bound is None else str(bound) for bound in (line.floor_strike, line.cap_strike)
    )
    return Listed(
        event_ticker=event_of(line.ticker),
        ticker=line.ticker,
        strike_type=line.strike_type,
        floor_strike=floor,
        cap_strike=cap,
        strike_source=VENUE if line.strike_type else None,
        closes_us=micros(line.close_time),
        closes_source=VENUE,
    )


def _lines(path: Path) -> Iterator[_Line]:
    decode = msgspec.json.Decoder(_Line).decode
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            yield decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ParseRefused(path.name, f"line {number}: {error}") from error
