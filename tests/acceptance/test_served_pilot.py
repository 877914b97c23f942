"""Sessions in real time, at an exchange that listens in a process of its own."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.brokers.journal import read_journal
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import read_heartbeat
from kalshi_alpha.exec.kill_watch import SEEN_WITHIN_S
from kalshi_alpha.exec.watchdog import CANCELLED_WITHIN_S
from scripts import kill_series
from scripts.served_exchange import REPOSITORY, ServedExchange, created_after, served

NOTHING_RESTS_WITHIN_S = 1.0
KILLS = 20
IDLE = "getting ready"


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[ServedExchange]:
    with served(tmp_path, "--seed", "3", "--pace", "20") as listening:
        yield listening


def report(exchange: ServedExchange) -> dict[str, Any]:
    path = exchange.home / "reports/_artifacts/pilot_session.json"
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def ended(session: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = session.communicate(timeout=30)
    return session.returncode, said


def require_in_order(exchange: ServedExchange) -> None:
    """The exchange shows nothing of ours that could trade, and our books agree with its own."""
    kill_series.require_whole(exchange)
    assert exchange.orders("resting") == []
    assert exchange.groups() == []
    blotter = Blotter(read_journal(Paths(exchange.home).order_journal))
    assert blotter.live() == ()
    made = exchange.orders()
    assert {order["client_order_id"] for order in made} == {
        key for key, order in blotter.orders.items() if order.order_id is not None
    }
    filled = {o["order_id"]: round(100 * float(o["fill_count_fp"])) for o in made}
    assert filled == {o.order_id: o.filled.e2 for o in blotter.orders.values() if o.order_id}


def test_a_session_quotes_is_filled_ends_by_its_time_and_agrees(exchange: ServedExchange) -> None:
    session = exchange.pilot("--run-seconds", "6")
    exchange.fill_one()
    # One runner for one account: the second is told who holds it, and sends nothing.
    code, said = ended(exchange.pilot("--run-seconds", "1"))
    assert code == 5
    assert f"held by process {session.pid} (" in said
    assert said.count("\n") == 1
    code, said = ended(session)
    assert code == 0, said
    found = report(exchange)
    assert (found["mode"], found["environment"], found["clock_source"]) == ("SIM", "sim", "set")
    assert found["verdict"]["go"] is True
    assert found["orders_filled"] >= 1
    assert found["taker_fills"] == 0
    assert found["reconciliation"]["breaks"] == []
    assert found["positions"]
    assert "agrees with the venue to the cent" in said
    require_in_order(exchange)
    beat = read_heartbeat(Paths(exchange.home).heartbeat, datetime.now(UTC))
    assert beat is not None
    assert not beat.running
    # The next session goes on with the journal of the last.
    code, said = ended(exchange.pilot("--run-seconds", "1", "--quiet"))
    assert (code, said) == (0, "")
    assert report(exchange)["cash_before_usd"] == found["cash_after_usd"]
    assert set(found["positions"]) <= set(report(exchange)["positions"])
    require_in_order(exchange)


def test_a_signal_ends_a_session_in_good_order_though_nobody_reads_what_it_says(
    exchange: ServedExchange,
) -> None:
    session = exchange.pilot("--log-level", "debug")
    assert session.stdout is not None
    # Standard output and standard error are one pipe, and nobody is at its other end.
    session.stdout.close()
    exchange.until_resting()
    session.send_signal(signal.SIGTERM)
    # Held, and not refused; only what it said was lost.
    assert session.wait(30) == 1
    assert report(exchange)["verdict"]["go"] is True
    assert report(exchange)["reconciliation"]["breaks"] == []
    require_in_order(exchange)


def test_the_kill_sentinel_stops_orders_at_once_and_clears_the_book_within_a_second(
    exchange: ServedExchange,
) -> None:
    session = exchange.pilot()
    exchange.until_resting()
    sentinel = Paths(exchange.home).kill_switch
    sentinel.parent.mkdir(parents=True, exist_ok=True)
    killed_at = exchange.now()
    began = time.monotonic()
    sentinel.touch()
    while exchange.orders("resting"):
        assert time.monotonic() - began < NOTHING_RESTS_WITHIN_S
        time.sleep(0.005)
    code, said = ended(session)
    assert code == 3, said
    assert "KILL SWITCH is on" in said
    late = created_after(exchange.orders(), killed_at)
    assert all(after <= timedelta(seconds=SEEN_WITHIN_S) for after in late)
    require_in_order(exchange)
    # While it is on the next session is refused at its gate, and sends nothing.
    count = len(exchange.orders())
    code, said = ended(exchange.pilot("--run-seconds", "1"))
    assert (code, "kill_switch" in said) == (3, True)
    assert len(exchange.orders()) == count


def test_a_stopped_terminal_holds_no_session_and_shows_what_it_missed(
    exchange: ServedExchange,
) -> None:
    person, terminal = pty.openpty()
    session = exchange.pilot("--log-level", "debug", output=terminal)
    exchange.until_resting()
    os.write(person, b"\x13")
    sentinel = Paths(exchange.home).kill_switch
    sentinel.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    sentinel.touch()
    while exchange.orders("resting"):
        assert time.monotonic() - began < NOTHING_RESTS_WITHIN_S
        time.sleep(0.005)
    os.write(person, b"\x11")
    os.close(terminal)
    said = b""
    # Linux ends a terminal that its last program left with an error, others with nothing.
    with suppress(OSError):
        while piece := os.read(person, 1 << 16):
            said += piece
    os.close(person)
    assert session.wait(30) == 3
    assert b"KILL SWITCH is on" in said
    assert b"wrote " in said
    require_in_order(exchange)


def test_the_watchdog_clears_the_book_after_a_killed_runner(exchange: ServedExchange) -> None:
    watchdog = subprocess.Popen(
        [sys.executable, "-u", "-m", "kalshi_alpha.exec.watchdog", "--env", "sim"],
        cwd=exchange.home,
        env=exchange.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    session = exchange.pilot()
    try:
        exchange.until_resting()
        session.kill()
        killed_at = time.monotonic()
        session.wait()
        while exchange.orders("resting"):
            assert time.monotonic() - killed_at < CANCELLED_WITHIN_S
            time.sleep(0.05)
        assert watchdog.stdout is not None
        said = ""
        while "confirmed" not in said:
            said = watchdog.stdout.readline()
        assert said.startswith("watchdog: confirmed: group ")
    finally:
        watchdog.terminate()
        watchdog.communicate()
        session.kill()
        session.communicate()
    code, said = ended(exchange.pilot("--run-seconds", "1"))
    assert code == 0, said
    require_in_order(exchange)


def test_a_runner_that_is_killed_anywhere_needs_no_hand() -> None:
    """Twenty kills at two exchanges at once: a runner that starts or quotes mostly waits."""
    command = [sys.executable, "-m", "scripts.kill_series", "--count", str(KILLS // 2), "--seed"]
    series = [
        subprocess.Popen(
            [*command, seed],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    ended = [(each.communicate(), each.returncode) for each in series]
    assert [code for _, code in ended] == [0, 0], ended
    found = [json.loads(said) for (said, _), _ in ended]
    assert sum(each["killed"] for each in found) == KILLS
    working = [n for each in found for doing, n in each["killed_while"].items() if doing != IDLE]
    assert sum(working) >= 3
    assert sum(each["orders"] for each in found) >= 5
    assert all(each["breaks"] == 0 for each in found)
