from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.exec.telemetry.events import (
    TelemetryEvent,
    TelemetryLine,
    decode_lines,
    encode_line,
    read_telemetry,
)

AT = datetime(2025, 6, 11, 10, 30, 0, 5, tzinfo=UTC)
LINE = TelemetryLine(timestamp=AT, event="sent", payload={"n": 1}, session="s", seq=1)


def test_a_line_carries_utc_time_type_and_payload() -> None:
    assert json.loads(encode_line(LINE)) == {
        "timestamp": "2025-06-11T10:30:00.000005Z",
        "event": "sent",
        "payload": {"n": 1},
        "session": "s",
        "seq": 1,
        "schema": 1,
    }
    assert list(decode_lines([encode_line(LINE)])) == [LINE]


@pytest.mark.parametrize(
    "word",
    ["sent", "fill", "partial_fill", "reject", "cancel", "heartbeat", "ws_connect", "ws_gap"],
)
def test_the_words_of_the_run_book_are_there(word: str) -> None:
    assert word in set(TelemetryEvent)


def test_torn_lines_are_counted_and_unknown_events_kept(tmp_path: Path) -> None:
    later = encode_line(LINE).replace(b'"sent"', b'"an_event_of_later"')
    path = tmp_path / "exec.jsonl"
    path.write_bytes(b"\n".join([encode_line(LINE), b'{"cut', b"\xff\xfe", b"", later, b"[]", b""]))
    found = read_telemetry(path)
    assert [line.event for line in found.lines] == ["sent", "an_event_of_later"]
    assert found.torn == (2, 3, 6), "an empty line is none of the torn, and is counted"
