"""Recordings of the venue's stream by others: ``kalshi_ws_*.ndjson.zst``, one frame a line.

A raw capture holds frames as they came; their own stamps are all that tells the time, and a
snapshot, which has none, takes that of the frame before it (the first ones that of the frame
behind). An enveloped capture tells when each frame was received, and what happened to the
connection. Quotes of the ticker channel are coarser than the books and are not taken over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import msgspec

from kalshi_alpha.brokers.kalshi.stream_frames import (
    StreamFrame,
    UnreadableFrame,
    decode_frame,
)
from kalshi_alpha.core.errors import DomainError, ParseRefused
from kalshi_alpha.datastore.market.partition import Partition
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.datastore.market.zstd_lines import read_lines
from kalshi_alpha.exec.market.frame_tables import FrameTables
from kalshi_alpha.exec.market.listing import VENUE, Listed, event_of
from kalshi_alpha.exec.market.source_files import Source, digests

FILES = "kalshi_ws_*.ndjson.zst"
_CONNECTED, _WATCHED = "ws_connected", "watch_market"
_ENVELOPE_START = b'{"channel"'


class _Stamp(msgspec.Struct, frozen=True, gc=False):
    ts: datetime | int | None = None
    ts_ms: int | None = None


class _Stamped(msgspec.Struct, frozen=True, gc=False):
    msg: _Stamp = _Stamp()


class _Watched(msgspec.Struct, frozen=True):
    market_ticker: str
    close_time: datetime
    strike: Decimal | None = None


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    channel: str
    event_type: str
    local_recv_ns: int
    payload_json: msgspec.Raw
    connection_id: str = ""
    sequence_number: int | None = None


_stamp = msgspec.json.Decoder(_Stamped).decode
_envelope = msgspec.json.Decoder(_Envelope).decode
_watched = msgspec.json.Decoder(_Watched).decode


def captures(folder: Path) -> list[Source]:
    """Return the stream captures in a folder."""
    return [
        Source("frames", (path,), partial(_partitions, path)) for path in sorted(folder.glob(FILES))
    ]


def _partitions(path: Path) -> Iterator[Partition]:
    tables = FrameTables()
    raw, listed = _RawTimes(tables), dict[str, Listed]()
    try:
        for line in read_lines(path):
            if line.startswith(_ENVELOPE_START):
                listed |= _take_envelope(tables, line)
            else:
                raw.take(line)
    except (msgspec.DecodeError, UnreadableFrame, DomainError) as error:
        raise ParseRefused(path.name, str(error)) from error
    tables.lose(tables.last_us)  # nobody followed the books beyond the end of the capture
    yield from tables.partitions(listed, {}, digests(path))


class _RawTimes:
    """Gives frames of a raw capture the time of their stamps; see the module."""

    def __init__(self, tables: FrameTables) -> None:
        self._tables = tables
        self._at_us: int | None = None
        self._waiting: list[StreamFrame] = []

    def take(self, line: bytes) -> None:
        frame, said = decode_frame(line), _stamp(line).msg
        at_us = _micros(said)
        if at_us is None:
            at_us = self._at_us
        if at_us is None:
            self._waiting.append(frame)
            return
        for each in self._waiting:
            self._tables.take(each, at_us)
        self._waiting.clear()
        self._at_us = at_us
        self._tables.take(frame, at_us)


def _micros(said: _Stamp) -> int | None:
    if isinstance(said.ts, datetime):
        return micros(said.ts)
    if said.ts_ms is not None:
        return said.ts_ms * 1000
    return None if said.ts is None else said.ts * 1_000_000


def _take_envelope(tables: FrameTables, line: bytes) -> dict[str, Listed]:
    """Take in an enveloped frame, and return the market if it tells of one."""
    said = _envelope(line)
    at_us = said.local_recv_ns // 1000
    if said.event_type == _CONNECTED:
        tables.connected(at_us)
        tables.gap(at_us, f"connection {said.connection_id} opened")
    elif said.event_type == _WATCHED:
        market = _watched(said.payload_json)
        # Its terms name no comparison, so that the level alone is no strike.
        return {
            market.market_ticker: Listed(
                event_ticker=event_of(market.market_ticker),
                ticker=market.market_ticker,
                closes_us=micros(market.close_time),
                closes_source=VENUE,
            )
        }
    elif said.sequence_number is not None:
        frame = b'{"type":"%s","sid":0,"seq":%d,"msg":%s}' % (
            said.event_type.encode(),
            said.sequence_number,
            bytes(said.payload_json),
        )
        tables.take(decode_frame(frame), at_us)
    return {}
