from __future__ import annotations

import asyncio
import errno
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.core.redaction import ensure_safe_payload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.telemetry.events import TelemetryEvent, TelemetryLine, read_telemetry
from kalshi_alpha.exec.telemetry.sink import TelemetrySink

BEFORE_MIDNIGHT = datetime(2025, 6, 11, 23, 59, 59, tzinfo=UTC)
E = TelemetryEvent


class HandClock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(BEFORE_MIDNIGHT)


def lines_of(paths: Paths, at: datetime) -> tuple[TelemetryLine, ...]:
    return read_telemetry(paths.telemetry(at.date())).lines


def test_an_event_is_a_line_of_the_utc_day(paths: Paths, clock: HandClock) -> None:
    sink = TelemetrySink(paths, clock, session="pilot-1")
    sink.emit(E.SENT, {"ticker": "KXCPI-25MAY-T0.3", "price": Decimal("0.34")})
    sink.emit(E.HEARTBEAT)
    sink.emit(E.WS_ERROR, "closed")
    sink.close()
    path = paths.root / "data" / "raw" / "kalshi" / "2025" / "06" / "11" / "exec.jsonl"
    assert path == paths.telemetry(BEFORE_MIDNIGHT.date())
    found = read_telemetry(path).lines
    assert [(line.event, line.payload, line.seq) for line in found] == [
        ("sent", {"ticker": "KXCPI-25MAY-T0.3", "price": "0.34"}, 1),
        ("heartbeat", {}, 2),
        ("ws_error", {"value": "closed"}, 3),
    ]
    assert {line.timestamp for line in found} == {BEFORE_MIDNIGHT}
    assert {line.session for line in found} == {"pilot-1"}


def test_a_run_that_crosses_midnight_utc_changes_files(paths: Paths, clock: HandClock) -> None:
    sink = TelemetrySink(paths, clock, session="s")
    sink.emit(E.SENT, {"n": 1})
    clock.at += timedelta(seconds=1)
    sink.emit(E.FILL, {"n": 2})
    sink.close()
    assert [line.event for line in lines_of(paths, BEFORE_MIDNIGHT)] == ["sent"]
    assert [line.event for line in lines_of(paths, clock.at)] == ["fill"]


def test_the_day_is_utcs_whatever_zone_the_clock_tells(paths: Paths) -> None:
    eastern = datetime.fromisoformat("2025-06-11T20:30:00-04:00")
    sink = TelemetrySink(paths, HandClock(eastern), session="s")
    sink.emit(E.SENT)
    sink.close()
    assert len(lines_of(paths, datetime(2025, 6, 12, tzinfo=UTC))) == 1


def test_secrets_are_masked_before_anything_reaches_the_disk(
    paths: Paths, clock: HandClock
) -> None:
    class Request(msgspec.Struct):
        headers: dict[str, str]

    key = "8f2c1d4e-5b6a-4c7d-9e0f-a1b2c3d4e5f6"
    sink = TelemetrySink(paths, clock, session="s")
    sink.emit(
        E.REQUEST, Request({"KALSHI-ACCESS-KEY": key, "KALSHI-ACCESS-SIGNATURE": "Zm9v" * 86})
    )
    sink.emit(E.REQUEST, {"body": '{"token":"abcdefghij"}'})
    sink.close()
    assert key not in paths.telemetry(clock.at.date()).read_text()
    found = lines_of(paths, clock.at)
    assert found[0].payload["headers"] == {
        "KALSHI-ACCESS-KEY": "****e5f6",
        "KALSHI-ACCESS-SIGNATURE": "****Zm9v",
    }
    for line in found:
        ensure_safe_payload(line.payload)


def test_a_full_disk_stops_no_order_and_is_told_afterwards(
    paths: Paths, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    sink = TelemetrySink(paths, clock, session="s")
    sink.emit(E.SENT)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        sink.emit(E.FILL)
        sink.emit(E.FILL)
    assert (sink.dropped, sink.failure) == (2, "[Errno 28] No space left on device")
    sink.emit(E.CANCEL)
    sink.emit(E.SESSION_END)
    sink.close()
    assert (sink.dropped, sink.failure) == (2, None)
    found = [(line.event, line.payload) for line in lines_of(paths, clock.at)]
    assert found == [
        ("sent", {}),
        ("telemetry_gap", {"dropped": 2}),
        ("cancel", {}),
        ("session_end", {}),
    ]


def test_a_folder_that_cannot_be_made_is_a_failure_shown_not_raised(
    paths: Paths, clock: HandClock
) -> None:
    (paths.root / "data").write_text("no folder")
    sink = TelemetrySink(paths, clock, session="s")
    sink.emit(E.SENT)
    sink.close()
    assert sink.dropped == 1
    assert sink.failure is not None
    assert "data" in sink.failure


def test_syncs_come_in_groups_and_at_the_end(
    paths: Paths, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = TelemetrySink(paths, clock, session="s", group=10)
    sink.emit(E.SENT)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    for _ in range(20):
        sink.emit(E.SENT)
    assert len(synced) == 2
    sink.close()
    assert len(synced) == 3


def test_while_another_thread_syncs_the_hot_path_does_not(
    paths: Paths, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sink = TelemetrySink(paths, clock, session="s", group=2)
    sink.emit(E.SENT)
    monkeypatch.setattr(os, "fsync", synced.append)

    async def session() -> None:
        syncing = asyncio.create_task(sink.keep_synced(0.001))
        await asyncio.sleep(0)
        for _ in range(50):
            sink.emit(E.SENT)
        assert synced == []
        while not synced:
            await asyncio.sleep(0.001)
        syncing.cancel()
        await asyncio.gather(syncing, return_exceptions=True)

    asyncio.run(session())
    sink.close()
    assert len(lines_of(paths, clock.at)) == 51


def test_a_failed_sync_is_shown(
    paths: Paths, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    sink = TelemetrySink(paths, clock, session="s")
    sink.emit(E.SENT)
    monkeypatch.setattr(os, "fsync", broken)
    sink.sync()
    assert sink.failure == "[Errno 5] Input/output error"
    sink.close()
