from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kalshi_alpha.exec.backtest.document import report_document
from kalshi_alpha.exec.backtest.executors import end_with_parent, executor_of, replayed
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.run import Backtest, run_variant


def test_the_report_is_the_same_whoever_replays(read: Materials, done: Backtest) -> None:
    with ThreadPoolExecutor(3) as pool:
        other = run_variant(read, done.variant, pool, lambda _: None)
    one, two = (
        report_document("WEATHER", done.variant, each.report, each.left_out, ())
        for each in (done, other)
    )
    assert one == two
    assert other.report.table.rows == done.report.table.rows


def test_days_come_back_in_their_order_and_are_counted(read: Materials, done: Backtest) -> None:
    plan, tasks = read.plan(done.variant), read.tasks(done.variant)[:3]
    counted: list[int] = []
    found = replayed(None, plan, tasks, counted.append)
    assert sum(counted) == 3
    days = [each.outcome.day for each in found if each.outcome is not None]
    assert days == [task.events[0].day for task in tasks]


def test_local_is_this_process_and_nothing_else() -> None:
    with executor_of("local", 2) as pool:
        assert pool is None


def test_processes_are_apart() -> None:
    with executor_of("processes", 1) as pool:
        assert pool is not None
        assert pool.submit(os.getpid).result(60) != os.getpid()


def test_an_error_leaves_no_process_waiting() -> None:
    with pytest.raises(ValueError, match="gave up"), executor_of("processes", 1):
        raise ValueError("gave up")


_ORPHAN = """
import sys, time
from kalshi_alpha.exec.backtest.executors import executor_of
if __name__ == "__main__":
    with executor_of("processes", 1) as pool:
        import os
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 60)
        time.sleep(60)
"""


def test_a_worker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    script = tmp_path / "orphan.py"
    script.write_text(_ORPHAN)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        worker = int(run.stdout.readline())
        run.kill()
    deadline = time.monotonic() + 20
    while _lives(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(worker)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_process_that_nobody_started_watches_nobody() -> None:
    end_with_parent()
