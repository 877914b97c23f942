"""Files of venue fixtures, read as the venue would send them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from kalshi_alpha.core.errors import DomainError, MissingData, ParseRefused
from kalshi_alpha.core.types import Contracts, Price

SOURCE = "sim fixtures"
Kind = TypeVar("Kind")
Row = dict[str, object]
Levels = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FixtureFiles:
    """The content of a folder of fixtures.

    Attributes
    ----------
    books_at
        When the books stood.
    driver_fixtures
        Where the payloads of the feeds lie.
    series
        By ticker.
    events
        Without their markets.
    markets
        Of all events.
    books
        YES and NO levels by ticker, ascending.
    fee_changes, schedule, trades
        As received.
    """

    books_at: datetime
    driver_fixtures: Path
    series: dict[str, Row]
    events: tuple[Row, ...]
    markets: tuple[Row, ...]
    books: dict[str, tuple[Levels, Levels]]
    fee_changes: tuple[Row, ...]
    schedule: Row
    trades: tuple[Row, ...]


class _Manifest(msgspec.Struct, frozen=True):
    books_seen_at: datetime
    driver_fixtures: str


class _Series(msgspec.Struct, frozen=True):
    series: Row


class _Event(msgspec.Struct, frozen=True):
    event: Row


class _BookLevels(msgspec.Struct, frozen=True):
    yes_dollars: list[tuple[str, str]]
    no_dollars: list[tuple[str, str]]


class _Book(msgspec.Struct, frozen=True):
    ticker: str
    orderbook_fp: _BookLevels


class _Books(msgspec.Struct, frozen=True):
    orderbooks: list[_Book]


class _FeeChanges(msgspec.Struct, frozen=True):
    series_fee_change_arr: list[Row]


class _Schedule(msgspec.Struct, frozen=True):
    schedule: Row


class _Trades(msgspec.Struct, frozen=True):
    trades: list[Row]


def read_files(folder: Path) -> FixtureFiles:
    """Read a folder.

    Raises
    ------
    MissingData
        If a file is absent or cannot be read.
    ParseRefused
        If a file is not what it should be.
    """
    manifest = _read(folder / "manifest.json", _Manifest)
    events: list[Row] = []
    markets: list[Row] = []
    for path in _json_files(folder / "events"):
        event = _read(path, _Event).event
        own = event.pop("markets", None)
        if not isinstance(own, list):
            raise ParseRefused(SOURCE, f"{path}: an event without markets")
        events.append(event)
        markets += own
    names = [path for path in _json_files(folder / "series") if path.stem != "fee_changes"]
    series = {path.stem: _read(path, _Series).series for path in names}
    return FixtureFiles(
        books_at=manifest.books_seen_at,
        driver_fixtures=folder / manifest.driver_fixtures,
        series=series,
        events=tuple(events),
        markets=tuple(markets),
        books=_books(folder / "orderbooks"),
        fee_changes=tuple(
            _read(folder / "series" / "fee_changes.json", _FeeChanges).series_fee_change_arr
        ),
        schedule=_read(folder / "exchange" / "schedule.json", _Schedule).schedule,
        trades=tuple(
            row for p in _json_files(folder / "trades") for row in _read(p, _Trades).trades
        ),
    )


def _books(folder: Path) -> dict[str, tuple[Levels, Levels]]:
    books = {}
    for path in _json_files(folder):
        for each in _read(path, _Books).orderbooks:
            levels = each.orderbook_fp
            try:
                books[each.ticker] = _levels(levels.yes_dollars), _levels(levels.no_dollars)
            except DomainError as error:
                raise ParseRefused(SOURCE, f"{path}: {each.ticker}: {error}") from error
    return books


def _levels(rows: list[tuple[str, str]]) -> Levels:
    return tuple(
        sorted((Price.parse(price).e4, Contracts.parse(count).e2) for price, count in rows)
    )


def _json_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def _read(path: Path, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise MissingData(
            f"{path} cannot be read: {error.strerror}; name a folder of market fixtures with "
            "--markets (of a session: --fixtures-root)"
        ) from error
    except msgspec.MsgspecError as error:
        raise ParseRefused(SOURCE, f"{path}: {error}") from error
