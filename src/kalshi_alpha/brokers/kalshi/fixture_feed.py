"""The venue's public data from files in its own formats: what an offline run reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from kalshi_alpha.brokers.kalshi import decode
from kalshi_alpha.brokers.kalshi.payloads import (
    EventReply,
    FeeChangesReply,
    OrderBooksReply,
    SeriesPayload,
    SeriesReply,
    StatusReply,
    TradesReply,
)
from kalshi_alpha.brokers.kalshi.venue_event import VenueEvent, venue_event
from kalshi_alpha.core.errors import MissingData, NewerSchema, ParseRefused
from kalshi_alpha.core.types import Trade

SCHEMA = 1
Reply = TypeVar("Reply")


class FixtureManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a folder of venue fixtures says of itself.

    ``scenarios`` names the decision clock of each mode; ``books_seen_at`` is when quotes stood,
    but for the events in ``seen_at_of``, which have times of their own; ``trades_until`` is how
    far the tapes reach.
    """

    schema: int
    about: str
    scenarios: dict[str, datetime]
    driver_fixtures: str
    books_seen_at: datetime
    trades_until: datetime
    seen_at_of: dict[str, datetime] = {}


class FixtureFeed:
    """Series, events, books and prints below a folder.

    Parameters
    ----------
    root
        The folder; it holds ``manifest.json``, ``series/``, ``events/``, ``orderbooks/``,
        ``trades/`` and ``exchange/``.

    Raises
    ------
    MissingData
        If there is no manifest.
    NewerSchema
        If the manifest was written for a later version.
    ParseRefused
        If the manifest cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = self._read("manifest.json", FixtureManifest)
        if self.manifest.schema > SCHEMA:
            raise NewerSchema(f"{root / 'manifest.json'} has schema {self.manifest.schema}")

    @property
    def driver_fixtures(self) -> Path:
        """The folder of feed payloads that belongs to the same scenario."""
        return self.root / self.manifest.driver_fixtures

    def trading_active(self) -> bool:
        """Say whether the exchange takes orders."""
        status = self._read("exchange/status.json", StatusReply)
        return status.exchange_active and status.trading_active

    def events(self, series_ticker: str) -> tuple[VenueEvent, ...]:
        """Return the events of a series, by ticker.

        Raises
        ------
        MissingData
            If the series has no file, or an event has no books file.
        """
        series = self._read(f"series/{series_ticker}.json", SeriesReply).series
        files = sorted((self.root / "events").glob(f"{series_ticker}-*.json"))
        return tuple(self._event(series, file.name) for file in files)

    def trades(self, event_ticker: str) -> tuple[Trade, ...] | None:
        """Return an event's prints, oldest first, or None where no tape was kept."""
        name = f"trades/{event_ticker}.json"
        if not (self.root / name).exists():
            return None
        return decode.trades(self._read(name, TradesReply))

    def _event(self, series: SeriesPayload, file: str) -> VenueEvent:
        event = self._read(f"events/{file}", EventReply).event
        seen_at = self.manifest.seen_at_of.get(event.event_ticker, self.manifest.books_seen_at)
        books = self._read(f"orderbooks/{file}", OrderBooksReply)
        changes = self._read("series/fee_changes.json", FeeChangesReply).series_fee_change_arr
        return venue_event(series, event, books, changes, seen_at)

    def _read(self, name: str, kind: type[Reply]) -> Reply:
        path = self.root / name
        try:
            return decode.decode(path.read_bytes(), kind)
        except OSError as error:
            raise MissingData(f"{path} cannot be read: {error.strerror}") from error
        except ParseRefused as error:
            raise ParseRefused(decode.SOURCE, f"{path}: {error.why}") from error
