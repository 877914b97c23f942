"""Kill a worker of a two-worker cluster in the middle of a replay: the results stay the same.

    python -m scripts.lost_worker [--days N] [--prints N]

Days of made-up recordings are replayed in this process, by two processes of a Dask cluster from a
``file://`` URL, and by two of which one is killed with SIGKILL once the first days are done. What
comes back must be the same to the byte each time.
"""

from __future__ import annotations

import argparse
import os
import pickle
import signal
import sys
import tempfile
import time
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.exec.backtest.executors import executor_of, replayed
from kalshi_alpha.exec.backtest.plan import DayDone
from scripts.generated_days import GeneratedDays, generated_days

WORKERS, _ASKED_MAX = 2, 50


class Lost(NamedTuple):
    """How the runs compare.

    Attributes
    ----------
    days, orders
        What was replayed, and orders that rested.
    same_whole, same_killed
        Whether the cluster's results are those of this process: with both workers, and with one
        of them killed.
    killed_after, pids
        Days that were done when the worker died, and the processes that there were then.
    """

    days: int
    orders: int
    same_whole: bool
    same_killed: bool
    killed_after: int
    pids: tuple[int, ...]


def lost_worker(folder: Path, days: int, prints: int, *, compare_whole: bool = True) -> Lost:
    """Replay days in every way and compare what comes back.

    Parameters
    ----------
    folder
        For the recordings.
    days, prints
        How many, and prints of each.
    compare_whole
        Whether a run without a death is compared too.
    """
    read = generated_days(folder, days, prints, url=True)
    here = _bytes(replayed(None, read.plan, read.tasks, _nobody))
    orders = sum(len(each.outcome.rows) for each in pickle.loads(here) if each.outcome)  # noqa: S301 - our own bytes of a moment ago
    with executor_of("dask", WORKERS) as executor:
        if executor is None:
            raise RuntimeError("dask is an executor of its own")
        whole = here
        if compare_whole:
            whole = _bytes(replayed(executor, read.plan, read.tasks, _nobody))
        killed_after, pids, found = _with_a_death(executor, read)
    return Lost(days, orders, whole == here, found == here, killed_after, pids)


def _with_a_death(executor: Executor, read: GeneratedDays) -> tuple[int, tuple[int, ...], bytes]:
    pids = _pids(executor)
    done = killed_after = 0

    def step(days: int) -> None:
        nonlocal done, killed_after
        done += days
        if not killed_after:
            killed_after = done
            os.kill(pids[0], signal.SIGKILL)

    found = _bytes(replayed(executor, read.plan, read.tasks, step))
    return killed_after, pids, found


def _pids(executor: Executor) -> tuple[int, ...]:
    """Return the workers' processes: asked of them until each has answered."""
    found: set[int] = set()
    for _ in range(_ASKED_MAX):
        asked = [executor.submit(_pid) for _ in range(4 * WORKERS)]
        found |= {each.result(timeout=30) for each in asked}
        if len(found) == WORKERS:
            return tuple(sorted(found))
    raise RuntimeError(f"{len(found)} of {WORKERS} workers answer")


def _pid() -> int:
    time.sleep(0.02)  # so that one worker does not answer for both
    return os.getpid()


def _bytes(days: list[DayDone]) -> bytes:
    return pickle.dumps([pickle.loads(pickle.dumps(each)) for each in days])  # noqa: S301 - our own


def _nobody(days: int) -> None:
    """Tell nobody."""


def main(argv: list[str] | None = None) -> int:
    """Run the comparison and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=240)
    parser.add_argument("--prints", type=int, default=2_000)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        found = lost_worker(Path(folder), options.days, options.prints)
    print(
        f"{found.days} days, {found.orders} orders: two workers "
        f"{'agree' if found.same_whole else 'DIFFER'} with one process; with one killed after "
        f"{found.killed_after} days they {'agree' if found.same_killed else 'DIFFER'}"
    )
    return 0 if found.same_whole and found.same_killed and found.orders else 1


if __name__ == "__main__":
    sys.exit(main())
