from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.orders.events import Reconciled
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec.monitors.session_signs import (
    Telemetry,
    latest_comparison,
    read_lines,
    read_session,
    running_session,
    session_signs,
    skew_seen,
)
from kalshi_alpha.exec.telemetry.events import TelemetryEvent as E
from kalshi_alpha.exec.telemetry.sink import TelemetrySink
from sim_exchange import Clock

AT = datetime(2025, 6, 11, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def write(paths: Paths, at: datetime, *events: tuple[E, dict[str, Any]]) -> None:
    sink = TelemetrySink(paths, Clock(at), session="pilot-1")
    for event, payload in events:
        sink.emit(event, payload)
    sink.close()


def session(paths: Paths, began_at: datetime = AT, **changes: Any) -> None:
    reading = {"name": "clock_skew", "ok": True, "detail": "skew -0.120 s, limit 5 s"}
    whole = {
        "schema": 1,
        "generated_at": began_at.isoformat(),
        "ended_at": (began_at + HOUR).isoformat(),
        "verdict": {"readings": [reading]},
        "reconciliation": {"at": began_at.isoformat(), "breaks": []},
    }
    paths.pilot_session.parent.mkdir(parents=True, exist_ok=True)
    paths.pilot_session.write_text(json.dumps(whole | changes))


def beat(paths: Paths, session: str = "pilot-CPI-1", *, running: bool = True) -> None:
    write_heartbeat(
        paths.heartbeat, Heartbeat(generated_at=AT, session=session, running=running, pid=1)
    )


def test_lines_of_yesterday_and_today_up_to_the_clock_count_and_synthetic_ones_do_not(
    paths: Paths,
) -> None:
    write(paths, AT - timedelta(days=1), (E.WS_DISCONNECT, {}))
    write(paths, AT - HOUR, (E.WS_DISCONNECT, {}), (E.WS_DISCONNECT, {"synthetic": True}))
    write(paths, AT + HOUR, (E.WS_DISCONNECT, {}))
    write(paths, AT - timedelta(days=2), (E.WS_DISCONNECT, {}))
    with paths.telemetry(AT.date()).open("a") as file:
        naive = {"timestamp": "2025-06-11T01:00:00", "event": "ws_disconnect", "payload": {}}
        file.write(json.dumps(naive | {"session": "s", "seq": 1}) + '\n{"torn')
    found = read_lines(paths, AT)
    assert found.lost_at == (AT - timedelta(days=1), AT - HOUR)
    assert (found.torn, len(found.files)) == (2, 2)


def test_a_file_that_cannot_be_read_is_refused(paths: Paths) -> None:
    paths.telemetry(AT.date()).mkdir(parents=True)
    with pytest.raises(TornFile, match="Is a directory"):
        read_lines(paths, AT)


def test_calls_are_counted_and_what_is_said_about_them_is_not(paths: Paths) -> None:
    write(
        paths,
        AT,
        (E.REQUEST, {"status": 200}),
        (E.AUTH_ERROR, {"status": 401}),
        (E.AUTH_ERROR, {"alert": "auth_error_streak", "detail": "3 in a row"}),
        (E.REQUEST, {"status": None, "fault": "timeout"}),
        (E.REQUEST, {"status": ["hostile"]}),
    )
    assert read_lines(paths, AT).calls == ((AT, 200), (AT, 401), (AT, None), (AT, None))


def test_a_beating_session_is_expected_to_write_and_a_pipeline_is_not(paths: Paths) -> None:
    assert running_session(paths, AT) is None
    beat(paths, "pre_cpi-4711")
    assert running_session(paths, AT) is None
    beat(paths, running=False)
    assert running_session(paths, AT) is None
    beat(paths)
    found = session_signs(read_lines(paths, AT), None, running_session(paths, AT), AT)
    assert (found.running, found.newest_at) == (True, None)
    assert found.expected == "the heartbeat says that session pilot-CPI-1 is running"


def test_a_torn_heartbeat_is_the_heartbeats_own_alert(paths: Paths) -> None:
    beat(paths)
    paths.heartbeat.write_text("{")
    assert running_session(paths, AT) is None


def test_a_session_of_today_is_expected_to_have_written_since_it_began(paths: Paths) -> None:
    session(paths, AT - HOUR)
    write(paths, AT - 2 * HOUR, (E.WS_CONNECT, {}))
    silent = session_signs(read_lines(paths, AT), read_session(paths, AT), None, AT)
    assert (silent.expected, silent.newest_at) == (
        "a pilot session of today began at 14:00:00Z",
        None,
    )
    write(paths, AT - HOUR, (E.WS_CONNECT, {}))
    spoken = session_signs(read_lines(paths, AT), read_session(paths, AT), None, AT)
    assert spoken.newest_at == AT - HOUR


def test_a_session_of_yesterday_is_expected_no_longer(paths: Paths) -> None:
    session(paths, AT - timedelta(days=1))
    assert session_signs(read_lines(paths, AT), read_session(paths, AT), None, AT).expected == ""


def test_a_summary_of_later_is_none_and_a_torn_one_is_refused(paths: Paths) -> None:
    assert read_session(paths, AT) is None
    session(paths, AT + HOUR)
    assert read_session(paths, AT) is None
    session(paths, ended_at="noon")
    with pytest.raises(TornFile):
        read_session(paths, AT)
    paths.pilot_session.write_text("{")
    with pytest.raises(TornFile):
        read_session(paths, AT)


def test_the_skew_is_the_one_that_the_session_measured(paths: Paths) -> None:
    session(paths)
    found = skew_seen(read_lines(paths, AT), read_session(paths, AT))
    assert found is not None
    assert (found.skew_s, found.sound, found.at) == (-0.12, True, AT + HOUR)


def test_a_doubt_in_the_session_is_kept(paths: Paths) -> None:
    session(paths, AT - HOUR)
    write(paths, AT - 2 * HOUR, (E.CLOCK_SKEW, {"detail": "an earlier one"}))
    write(paths, AT, (E.CLOCK_SKEW, {"detail": "our clock stepped by +9.0 s"}))
    found = skew_seen(read_lines(paths, AT), read_session(paths, AT))
    assert found is not None
    assert found.doubts == ("our clock stepped by +9.0 s",)


def test_without_a_session_no_clock_was_compared(paths: Paths) -> None:
    assert skew_seen(read_lines(paths, AT), None) is None
    write(paths, AT, (E.CLOCK_SKEW, {}))
    found = skew_seen(read_lines(paths, AT), None)
    assert found is not None
    assert not found.sound


def test_telemetry_without_a_doubt_is_no_measurement(paths: Paths) -> None:
    write(paths, AT, (E.REQUEST, {"status": 200}))
    beat(paths)
    assert skew_seen(read_lines(paths, AT), None) is None
    session(paths, verdict={"readings": []})
    assert skew_seen(read_lines(paths, AT), read_session(paths, AT)) is None


def test_the_latest_comparison_is_of_the_journal_or_of_the_session(paths: Paths) -> None:
    assert latest_comparison(paths, None, AT) is None
    session(paths, AT - HOUR)
    with OrderJournal(paths.order_journal) as journal:
        journal.append([Reconciled(at=AT - 2 * HOUR, breaks=3), Reconciled(at=AT + HOUR, breaks=9)])
    found = latest_comparison(paths, read_session(paths, AT), AT)
    assert found is not None
    assert (found.at, found.breaks) == (AT - HOUR, 0)
    only = latest_comparison(paths, None, AT)
    assert only is not None
    assert only.breaks == 3


def test_a_break_of_the_session_names_what_it_is_about(paths: Paths) -> None:
    broken = {"at": AT.isoformat(), "breaks": [{"kind": "cash", "subject": "account"}]}
    session(paths, reconciliation=broken)
    found = latest_comparison(paths, read_session(paths, AT), AT)
    assert found is not None
    assert (found.breaks, found.detail) == (1, "cash account")
    session(paths, reconciliation={"at": AT.isoformat()})
    with pytest.raises(TornFile, match="reconciliation"):
        latest_comparison(paths, read_session(paths, AT), AT)


def test_a_torn_journal_is_refused(paths: Paths) -> None:
    paths.order_journal.parent.mkdir(parents=True)
    paths.order_journal.write_bytes(os.urandom(64))
    with pytest.raises(TornFile):
        latest_comparison(paths, None, AT)


def test_no_line_is_no_loss() -> None:
    assert Telemetry((), 0, ()).lost_at == ()
