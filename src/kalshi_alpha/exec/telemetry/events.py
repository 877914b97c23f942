"""The events of a session, and the line each is written as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

SCHEMA = 1


class TelemetryEvent(StrEnum):
    """Types of events; a reader keeps the words that it does not know."""

    SESSION_START = "session_start"
    SESSION_END = "session_end"

    SENT = "sent"
    """The intent is durable and the order is being sent."""
    ACCEPTED = "accepted"
    REJECT = "reject"
    UNKNOWN = "unknown"
    """The answer was lost; the market is locked until the venue's evidence says what became."""
    SEEN = "seen"
    ABSENT = "absent"
    WITHHELD = "withheld"
    FILL = "fill"
    """The order is filled, now in full."""
    PARTIAL_FILL = "partial_fill"
    CANCEL_SENT = "cancel_sent"
    CANCEL = "cancel"
    SURPLUS_FOUND = "surplus_found"
    """The venue holds a second order under an id of ours; it is cancelled."""
    SURPLUS_OVER = "surplus_over"
    SERIES_STOPPED = "series_stopped"
    RECONCILED = "reconciled"
    SETTLED = "settled"
    STATED = "stated"

    HEARTBEAT = "heartbeat"
    HEARTBEAT_STALE = "heartbeat_stale"
    KILL_SWITCH = "kill_switch"
    WATCHDOG = "watchdog"

    WS_CONNECT = "ws_connect"
    WS_DISCONNECT = "ws_disconnect"
    WS_SUBSCRIBED = "ws_subscribed"
    WS_RESUBSCRIBE = "ws_resubscribe"
    """A channel ended and is subscribed anew; what it carried meanwhile is missing."""
    WS_GAP = "ws_gap"
    WS_REPEAT = "ws_repeat"
    WS_SNAPSHOT = "ws_snapshot"
    WS_STALL = "ws_stall"
    WS_ERROR = "ws_error"

    REQUEST = "request"
    RATE_LIMITED = "rate_limited"
    AUTH_ERROR = "auth_error"
    CLOCK_SKEW = "clock_skew"
    RECORDED = "recorded"
    """What the recorder wrote of a day, or why a day could not be sealed."""
    TELEMETRY_GAP = "telemetry_gap"
    """So many lines could not be written before this one."""


class TelemetryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``exec.jsonl``.

    Attributes
    ----------
    timestamp
        When it happened, UTC.
    event
        Its type.
    payload
        What is said of it, secrets masked.
    session
        Which run wrote it.
    seq
        Its number in that run, from 1, so that a line that is missing can be told.
    schema
        Version of this layout.
    """

    timestamp: datetime
    event: str
    payload: dict[str, Any]
    session: str
    seq: int
    schema: int = SCHEMA


class TelemetryFile(NamedTuple):
    """What a file of telemetry held: its lines, and the numbers of those that are torn."""

    lines: tuple[TelemetryLine, ...]
    torn: tuple[int, ...]


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(TelemetryLine)


def encode_line(line: TelemetryLine) -> bytes:
    """Return a line as it is written, without its line break."""
    return _ENCODER.encode(line)


def decode_lines(lines: Iterable[bytes]) -> Iterator[TelemetryLine | None]:
    """Yield each line that is not empty, decoded; None for one that is torn."""
    for line in lines:
        if line.strip():
            yield _decoded(line)


def read_telemetry(path: Path) -> TelemetryFile:
    """Read a file of telemetry.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        found = [
            (number, line) for number, bare in enumerate(file, 1) for line in decode_lines([bare])
        ]
    torn = tuple(number for number, line in found if line is None)
    return TelemetryFile(tuple(line for _, line in found if line is not None), torn)


def _decoded(line: bytes) -> TelemetryLine | None:
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
