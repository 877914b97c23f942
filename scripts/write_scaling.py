"""Measure replays on more and more workers and write ``docs/scaling.md`` from the figures.

    python -m scripts.write_scaling --data DIR [--data DIR ...] [--write docs/scaling.md]

The folders are those of a backtest: recordings of the weather tape, and the history that its
forecasts are made from. Every case runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.backtest.executors import executor_of, replayed
from kalshi_alpha.exec.backtest.materials import materials
from kalshi_alpha.exec.backtest.plan import DayTask, Plan
from kalshi_alpha.exec.backtest.request import BacktestRequest
from kalshi_alpha.exec.backtest.shelf import store_root
from kalshi_alpha.exec.backtest.threads import one_thread_each
from kalshi_alpha.exec.backtest.variant import Variant
from scripts.generated_days import FAMILY, generated_days
from scripts.scaling_page import Measured, Whole, scaling_page

REPOSITORY = Path(__file__).resolve().parents[1]
HISTORY_ROWS = 30_000_000_000
DEPTH_DAYS, DEPTH_PRINTS = 24, 2_000
_MIB, _ANSWER_S = 1 << 20, 0.1


class Case(NamedTuple):
    """What one process replays: an executor and its workers, of the tape, half of it, or depth."""

    tape: str
    executor: str
    workers: int


CASES = (
    Case("half", "local", 1),
    Case("tape", "local", 1),
    Case("tape", "processes", 1),
    Case("tape", "processes", 2),
    Case("tape", "dask", 1),
    Case("tape", "dask", 2),
    Case("depth", "local", 1),
    Case("depth", "dask", 2),
)


def measured(case: Case, plan: Plan, tasks: Sequence[DayTask]) -> Measured:
    """Replay days as a case says and return what it took."""
    rows, read = _recorded(tasks)
    load = os.getloadavg()[0]
    with executor_of(case.executor, case.workers) as executor:
        if executor is not None:  # Workers import the program once, and then live for hours.
            list(executor.map(time.sleep, [0.3] * (2 * case.workers)))
        begun, cpu = time.perf_counter(), _cpu_s()
        done = replayed(executor, plan, tasks, _nobody)
        wall = time.perf_counter() - begun
        asked = range(0 if executor is None else 4 * case.workers)
        worker_rss = max(executor.map(_rss_mib, asked), default=0.0) if executor else 0.0
    outcomes = [each.outcome for each in done if each.outcome is not None]
    return Measured(
        *case,
        days=len(tasks),
        events=sum(len(task.events) for task in tasks),
        rows=rows,
        read_bytes=read,
        gathered_bytes=sum(len(pickle.dumps(each)) for each in done),
        orders=sum(len(each.rows) for each in outcomes),
        net_e6=sum(r.realised.e6 for each in outcomes for r in each.rows if r.realised),
        wall_s=wall,
        cpu_s=_cpu_s() - cpu,
        rss_mib=_rss_mib(),
        worker_rss_mib=worker_rss,
        load=load,
    )


def _recorded(tasks: Sequence[DayTask]) -> tuple[int, int]:
    """Return the rows of some days' tables, and the bytes of the files that hold them."""
    rows = read = 0
    for series, day, root in sorted({(e.series, e.day, e.root) for t in tasks for e in t.events}):
        for file in MarketStore(store_root(root)).manifest(series, day).files:
            read += file.bytes
            rows += file.rows if file.table.value in {"trades", "quotes", "depth"} else 0
    return rows, read


def _cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usages)


def _rss_mib(_: int = 0) -> float:
    """Return the most that this process held, in MiB: its own, not that of whoever began it."""
    status = Path("/proc/self/status").read_text()
    (peak,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    time.sleep(_ANSWER_S)  # so that one worker does not answer for all
    return int(peak.split()[1]) * 1024 / _MIB


def _nobody(days: int) -> None:
    """Tell nobody."""


def _run(case: Case, data: Sequence[str], last: date | None, folder: Path) -> Measured:
    """Run a case in this process."""
    if case.tape == "depth":
        made = generated_days(folder / "depth", DEPTH_DAYS, DEPTH_PRINTS, depth=True, url=True)
        return measured(case, made.plan, made.tasks)
    read = materials(BacktestRequest(family=FAMILY, data=tuple(data), last=last), folder)
    variant = Variant()
    tasks = read.tasks(variant)
    return measured(
        case, read.plan(variant), tasks[: len(tasks) // 2 if case.tape == "half" else None]
    )


def _apart(case: Case, data: Sequence[str], last: date | None) -> Measured:
    """Run a case in a process of its own, with one thread as the command has."""
    flags = [flag for each in data for flag in ("--data", each)]
    flags += [] if last is None else ["--to", last.isoformat()]
    command = [sys.executable, "-m", "scripts.write_scaling", "--case", json.dumps(case), *flags]
    with one_thread_each(os.environ):
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=REPOSITORY)
    return Measured(**json.loads(done.stdout))


def _all_cases(data: Sequence[str], last: date | None, rounds: int) -> list[Measured]:
    """Run every case: those of processes in turn, several times, and keep the quickest of each."""
    compared = [case for case in CASES if case.executor == "processes"]
    found: dict[Case, list[Measured]] = {case: [] for case in CASES}
    for case in (*(each for each in CASES if each not in compared), *(compared * rounds)):
        found[case].append(_apart(case, data, last))
    return [
        min(tried, key=lambda each: each.wall_s)._replace(walls=tuple(e.wall_s for e in tried))
        for tried in found.values()
    ]


def _whole(data: Sequence[str], last: date | None) -> Whole:
    """Run the whole command on the recordings, import and report included."""
    flags = [flag for each in data for flag in ("--data", each)]
    flags += [] if last is None else ["--to", last.isoformat()]
    command = [sys.executable, "-m", "kalshi_alpha.exec.backtest", "--family", FAMILY, "--json"]
    begun = time.perf_counter()
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(
            [*command, "--executor", "processes", *flags], stdout=told, cwd=REPOSITORY
        ) as running,
    ):
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
        told.seek(0)
        text = told.read()
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    said = json.loads(text)
    cpu = usage.ru_utime + usage.ru_stime
    return Whole(wall, cpu, usage.ru_maxrss / 1024, said["orders"], said["net_pnl"])


def _tables(data: Sequence[str], folder: Path) -> list[str]:
    """Import recordings once, for every case to read the tables."""
    materials(BacktestRequest(family=FAMILY, data=tuple(data)), folder)
    imported = {each.name: each for each in folder.iterdir()}
    return [str(imported.get(str(n), each)) for n, each in enumerate(data)] + [
        each for n, each in enumerate(data) if str(n) in imported
    ]


def main(argv: list[str] | None = None) -> int:
    """Measure every case and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", action="append", required=True, metavar="DIR")
    parser.add_argument("--to", type=date.fromisoformat, help="Last event date.")
    parser.add_argument("--write", type=Path, default=REPOSITORY / "docs" / "scaling.md")
    parser.add_argument("--rounds", type=int, default=5, help="Of which the best counts.")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.case is not None:
            found = _run(Case(*json.loads(options.case)), options.data, options.to, folder)
            print(json.dumps(found._asdict()))
            return 0
        tables = _tables(options.data, folder)
        results = _all_cases(tables, options.to, options.rounds)
        runs = [_whole(options.data, options.to) for _ in range(options.rounds)]
    machine = f"{os.cpu_count()} cores of {platform.machine()}, Python {platform.python_version()}"
    software = ", ".join(f"{each} {version(each)}" for each in ("distributed", "polars", "numpy"))
    day = datetime.now(UTC).date()
    when = f"{day}, {machine}, {software}"
    write_atomic(options.write, scaling_page(results, runs, when, HISTORY_ROWS).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
