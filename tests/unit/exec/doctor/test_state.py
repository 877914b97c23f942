from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from desk import AT, ledger_row
from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.ledger import LEDGER_SCHEMA, LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec.doctor.finding import Status
from kalshi_alpha.exec.doctor.state import (
    heartbeat,
    kill_switch,
    ledger,
    order_journal,
    runner_lock,
)
from kalshi_alpha.exec.runner_lock import RunnerLock
from order_cases import accepted, intended


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


@pytest.fixture
def journal(paths: Paths) -> Path:
    with OrderJournal(paths.order_journal, "demo") as opened:
        opened.append([intended(), accepted()])
    return paths.order_journal


def test_a_journal_is_read_without_a_trace(journal: Path) -> None:
    before = {path.name for path in journal.parent.iterdir()}
    found = order_journal(journal)
    assert (found.status, found.found) == (Status.OK, "2 events of demo, schema 2")
    assert {path.name for path in journal.parent.iterdir()} == before


def test_a_journal_that_a_session_has_open_is_read_in_its_place(journal: Path) -> None:
    with account_lock(journal), OrderJournal(journal, "demo") as opened:
        opened.append([intended()])
        assert order_journal(journal).found.startswith("3 events of demo")


def test_what_a_dead_session_left_in_the_log_counts(journal: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / journal.name
    copy.parent.mkdir()
    with OrderJournal(journal, "demo") as opened:
        opened.append([intended()])
        for suffix in ("", "-wal"):
            found = journal.with_name(journal.name + suffix)
            copy.with_name(journal.name + suffix).write_bytes(found.read_bytes())
    assert order_journal(copy).found.startswith("3 events")


def test_a_damaged_journal_is_named_by_its_own_path(journal: Path) -> None:
    whole = journal.read_bytes()
    for damaged in (whole[:9000], whole[:5000] + bytes(len(whole) - 5000), b""):
        journal.write_bytes(damaged)
        found = order_journal(journal)
        assert found.status is Status.FAIL
        assert found.found.startswith(f"{journal}: ")
        assert "delete" in found.remedy or "restore" in found.remedy


def test_a_journal_whose_log_alone_is_left_is_no_fresh_start(journal: Path) -> None:
    journal.rename(f"{journal}-wal")
    assert order_journal(journal).status is Status.FAIL


def test_an_older_journal_is_brought_up_by_the_next_session(journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as database:
        database.execute("PRAGMA user_version=1")
    assert order_journal(journal).status is Status.WARN


def test_without_journal_or_ledger_there_is_nothing_to_judge(paths: Paths) -> None:
    assert order_journal(paths.order_journal).status is Status.NOT_APPLICABLE
    assert ledger(LedgerStore(paths)).status is Status.NOT_APPLICABLE


def test_a_ledger_is_judged_by_its_header(paths: Paths) -> None:
    store = LedgerStore(paths)
    store.upsert([ledger_row()], AT)
    assert ledger(store).found == f"readable, schema {LEDGER_SCHEMA}"
    frame = pl.read_parquet(paths.ledger_all)
    for schema, status in (("1", Status.WARN), ("99", Status.FAIL)):
        metadata = {"schema": schema, "generated_at": AT.isoformat()}
        frame.write_parquet(paths.ledger_all, metadata=metadata)
        assert ledger(LedgerStore(paths)).status is status
    paths.ledger_all.write_bytes(paths.ledger_all.read_bytes()[:100])
    assert ledger(LedgerStore(paths)).status is Status.FAIL


@pytest.mark.parametrize(
    ("lock", "status"),
    [
        (RunnerLock(held=False), Status.OK),
        (RunnerLock(held=True, holder="process 7 (pilot)", pid=7), Status.OK),
        (RunnerLock(held=True, holder="process 8 (pilot)", pid=8), Status.FAIL),
        (RunnerLock(held=True), Status.OK),
        (RunnerLock(None, problem="no flock here"), Status.FAIL),
    ],
)
def test_a_lock_outlives_its_holder_nowhere(lock: RunnerLock, status: Status) -> None:
    assert runner_lock(lock, alive=lambda pid: pid == 7).status is status


def test_a_kill_switch_that_nobody_can_read_counts_as_on(paths: Paths) -> None:
    assert kill_switch(paths.kill_switch).found == "off"
    set_kill_switch(paths.kill_switch, AT)
    assert kill_switch(paths.kill_switch).status is Status.WARN
    blocked = paths.root / "file"
    blocked.write_text("")
    assert kill_switch(blocked / "kill_switch").status is Status.FAIL


def test_a_heartbeat_is_judged_as_the_gate_does(paths: Paths) -> None:
    now = datetime.now(UTC)
    assert heartbeat(paths.heartbeat, now).found == "no session ever beat here"
    for running, age_s, status in (
        (True, 10, Status.OK),
        (True, 301, Status.FAIL),
        (False, 9_000, Status.OK),
        (False, -60, Status.FAIL),
    ):
        at = now - timedelta(seconds=age_s)
        beat = Heartbeat(generated_at=at, session="pilot-1", running=running, pid=1)
        write_heartbeat(paths.heartbeat, beat)
        assert heartbeat(paths.heartbeat, now).status is status
    paths.heartbeat.write_text("{")
    assert heartbeat(paths.heartbeat, now).status is Status.FAIL
