from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kalshi_alpha.brokers.account_lock import (
    AccountBusy,
    Holder,
    account_lock,
    holder,
    lock_path,
)
from kalshi_alpha.exec.runner_lock import read_runner_lock

HOLD = (
    "import sys; from pathlib import Path; "
    "from kalshi_alpha.brokers.account_lock import account_lock\n"
    "with account_lock(Path(sys.argv[1]), 'runner'): print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "state" / "orders.sqlite"


def test_the_lock_names_its_holder(journal: Path) -> None:
    assert read_runner_lock(journal).held is False
    with account_lock(journal, "runner --series CPI"):
        assert read_runner_lock(journal).held is True
        assert holder(journal) == Holder(pid=os.getpid(), command="runner --series CPI")
    assert read_runner_lock(journal).held is False


def test_a_second_runner_is_refused_and_told_who_runs(journal: Path) -> None:
    with (
        account_lock(journal, "the first"),
        pytest.raises(AccountBusy, match=rf"process {os.getpid()} \(the first\)"),
        account_lock(journal),
    ):
        pass
    assert lock_path(journal).name == "orders.lock"


def test_a_killed_holder_leaves_a_note_and_no_lock(journal: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(journal)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"held\n"
    assert read_runner_lock(journal).held is True
    with pytest.raises(AccountBusy, match="runner"), account_lock(journal):
        pass
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert holder(journal) == Holder(pid=process.pid, command="runner")
    assert read_runner_lock(journal).held is False
    with account_lock(journal):
        pass


@pytest.mark.parametrize("note", [None, b"{", b"{}"])
def test_a_note_that_says_nothing_stops_nobody(journal: Path, note: bytes | None) -> None:
    if note is not None:
        journal.parent.mkdir()
        journal.with_suffix(".holder.json").write_bytes(note)
    assert holder(journal) is None
    with account_lock(journal):
        pass
