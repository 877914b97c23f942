from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kalshi_alpha.brokers.account_lock import account_lock, lock_path
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.runner_lock import RunnerLock, process_lives, read_runner_lock

HOLD = (
    "import sys, pathlib; from kalshi_alpha.brokers.account_lock import account_lock\n"
    "with account_lock(pathlib.Path(sys.argv[1]), 'pilot --series CPI'):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = Paths(tmp_path).order_journal
    path.parent.mkdir(parents=True)
    return path


def test_no_lock_is_no_runner_and_looking_makes_none(journal: Path) -> None:
    assert read_runner_lock(journal) == RunnerLock(held=False)
    assert list(journal.parent.iterdir()) == []


def test_a_lock_is_held_while_its_process_lives_and_free_when_it_is_killed(journal: Path) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(journal)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "held\n"
        found = read_runner_lock(journal)
        shown = f"process {runner.pid} (pilot --series CPI)"
        assert found == RunnerLock(held=True, holder=shown, pid=runner.pid)
    finally:
        runner.kill()
        runner.communicate()
    assert read_runner_lock(journal) == RunnerLock(held=False)


def test_looking_never_stops_a_runner_from_starting(journal: Path) -> None:
    with account_lock(journal):
        assert read_runner_lock(journal).held
    assert read_runner_lock(journal).held is False
    with account_lock(journal):
        pass


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"pid": 1}', b"\xff"])
def test_a_lock_without_a_readable_note_is_held_all_the_same(journal: Path, note: bytes) -> None:
    with account_lock(journal):
        journal.with_suffix(".holder.json").write_bytes(note)
        assert read_runner_lock(journal) == RunnerLock(held=True)


def test_a_lock_that_cannot_be_looked_at_is_doubt(journal: Path) -> None:
    lock_path(journal).symlink_to(lock_path(journal).name)
    found = read_runner_lock(journal)
    assert found.held is None
    assert "orders.lock" in found.problem


def test_a_process_that_ended_and_was_not_waited_for_does_not_live() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    until = time.monotonic() + 10.0
    while process_lives(process.pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not process_lives(process.pid)
    process.wait()
    assert not process_lives(process.pid)
    assert process_lives(os.getpid())
    assert process_lives(1)


def test_another_users_process_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise PermissionError(pid, signal)

    monkeypatch.setattr(os, "kill", refuse)
    assert process_lives(1)
