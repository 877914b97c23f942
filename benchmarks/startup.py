"""Whole processes: start-up, an offline scan and the demo's run, against a bare interpreter.

    python benchmarks/startup.py [--json FILE] [--rounds N]

Each figure is wall time and peak resident memory of a fresh process, from fork to exit, in a
temporary root that holds a copy of the configuration. The peer is the same interpreter, told to
do nothing: what no Python program can go below. Rounds alternate the contestants. The run
asserts that each process ends with code 0 and leaves what it should, never a time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

REPO = Path(__file__).resolve().parents[1]
DRIVERS, VENUE = REPO / "tests/fixtures", REPO / "tests/data_fixtures"
MAXRSS_PER_MB = 1e6 if sys.platform == "darwin" else 1e3

BARE = ("-c", "pass")
HELP = ("-m", "kalshi_alpha.exec.runners.scan_ladders", "--help")
ONE = str(Path(sys.executable).parent / "kalshi-alpha")
KILL_SWITCH = ("-m", "kalshi_alpha.exec.heartbeat", "--kill-switch", "status")
SCAN = (
    *("-m", "kalshi_alpha.exec.runners.scan_ladders", "--series", "CPI", "--offline", "--quiet"),
    *("--driver-fixtures", str(DRIVERS), "--fixtures-root", str(VENUE)),
)
FULL = (
    *("-m", "kalshi_alpha.exec.pipelines.daily", "--mode", "full", "--offline", "--quiet"),
    *("--driver-fixtures", str(DRIVERS), "--scanner-fixtures", str(VENUE)),
    *("--report", "--paper-ledger"),
)


class Run(NamedTuple):
    """What one process took, from fork to exit."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Contestant:
    """A command, the root it runs in, and the bars that its figures are printed beside.

    Attributes
    ----------
    begins_empty
        Whether the root holds nothing but the configuration at each run.
    leaves
        Pattern of a file below the root that a run must have written.
    before
        A command that is run once below the root before any run is measured.
    ends
        Exit codes that a run may end with.
    """

    figure: str
    arguments: tuple[str, ...]
    bar_seconds: float | None = None
    bar_mb: float | None = None
    begins_empty: bool = False
    leaves: str = ""
    before: tuple[str, ...] = ()
    ends: frozenset[int] = frozenset({0})
    runs: list[Run] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Median wall time of a run."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float:
        """Median processor time of a run, which a neighbour's load swells less than wall time."""
        return statistics.median(run.cpu_seconds for run in self.runs)

    @property
    def peak_mb(self) -> float:
        """Largest peak of resident memory over the runs, in 10^6 bytes."""
        return max(run.peak_mb for run in self.runs)


def contestants() -> tuple[list[Contestant], list[Contestant]]:
    """Return the quick commands, the peer first, and the one that takes seconds."""
    quick = [
        Contestant("bare interpreter, `-c pass`", BARE),
        Contestant("`scan_ladders --help`", HELP, 0.150),
        Contestant("`exec.heartbeat --kill-switch status`", KILL_SWITCH),
        Contestant("`kalshi-alpha --help`", (ONE, "--help"), 0.150),
        Contestant("`kalshi-alpha kill status`", (ONE, "kill", "status"), 0.080),
        Contestant(
            "`kalshi-alpha kill on`",
            (ONE, "kill", "on"),
            0.080,
            leaves="data/proc/state/kill_switch",
        ),
        Contestant("`kalshi-alpha status`, after a day's runs", (ONE, "status"), 1.0, before=FULL),
        # A desk of yesteryear's fixtures has troubles, which is what a doctor is asked about.
        Contestant(
            "`kalshi-alpha doctor`, after a day's runs",
            (ONE, "doctor", "--fixtures-root", str(VENUE)),
            1.0,
            before=FULL,
            ends=frozenset({0, 1}),
        ),
        Contestant(
            "offline CPI scan, empty root",
            SCAN,
            bar_seconds=1.0,
            bar_mb=200.0,
            begins_empty=True,
            leaves="exec/proposals/CPI/*.json",
        ),
        Contestant(
            "offline CPI scan, tables there",
            SCAN,
            bar_seconds=1.0,
            bar_mb=200.0,
            leaves="exec/proposals/CPI/*.json",
        ),
    ]
    slow = [Contestant("`daily --mode full`, warm", FULL, 15.0, leaves="reports/WEATHER/*.md")]
    return quick, slow


def new_root(folder: Path) -> Path:
    """Empty the folder and put a copy of the configuration into it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(REPO / "configs", folder / "configs")
    return folder


def environment(root: Path) -> dict[str, str]:
    """Return this process's environment, with the root and New York's clock set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KALSHI")}
    return kept | {"KALSHI_ALPHA_HOME": str(root), "TZ": "America/New_York"}


def run_once(arguments: Sequence[str], root: Path, ends: frozenset[int] = frozenset({0})) -> Run:
    """Run one process to its end and take its time and its own peak memory.

    Raises
    ------
    AssertionError
        If it ends with another exit code than it may.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=root,
        env=environment(root),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # wait4 gives the figures of this child alone; RUSAGE_CHILDREN keeps the largest of them all.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in ends, f"{' '.join(arguments)}: exit {process.returncode}"
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MAXRSS_PER_MB)


def measure(group: Sequence[Contestant], scratch: Path, rounds: int) -> None:
    """Run every contestant once a round, in turn, after one round that is not counted."""
    for taken in range(-1, rounds):
        for number, each in enumerate(group):
            root = scratch / str(number)
            if each.begins_empty or not root.exists():
                new_root(root)
                if each.before:
                    run_once(each.before, root)
            run = run_once(each.arguments, root, each.ends)
            assert not each.leaves or any(root.glob(each.leaves)), f"{each.figure} left nothing"
            if taken >= 0:
                each.runs.append(run)


def table_rows(each: Contestant, peer: Contestant) -> list[dict[str, str]]:
    """Return the rows of one contestant: its time, and its memory where that has a bar."""
    bar, took = each.bar_seconds, each.seconds
    ratio = f"{took / peer.seconds:.1f}x the peer"
    beside = [ratio] if bar is None else [f"{bar / took:.1f}x the bar", ratio]
    rows = [
        {
            "figure": f"{each.figure}: wall",
            "bar": "none set" if bar is None else f"<= {_shown(bar)}",
            "measured": f"{_shown(took)} (CPU {_shown(each.cpu_seconds)})",
            "peer": f"bare interpreter: {_shown(peer.seconds)}",
            "ratio": ", ".join(beside),
        }
    ]
    if each.bar_mb is not None:
        rows.append(
            {
                "figure": f"{each.figure}: peak resident memory",
                "bar": f"<= {each.bar_mb:.0f} MB",
                "measured": f"{each.peak_mb:.0f} MB",
                "peer": f"bare interpreter: {peer.peak_mb:.0f} MB",
                "ratio": f"{each.bar_mb / each.peak_mb:.1f}x the bar",
            }
        )
    return rows


def _shown(seconds: float) -> str:
    return f"{1e3 * seconds:.0f} ms" if seconds < 1.0 else f"{seconds:.2f} s"


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    quick, slow = contestants()
    with tempfile.TemporaryDirectory() as scratch:
        measure(quick, Path(scratch) / "quick", 2 * args.rounds)
        measure(slow, Path(scratch) / "slow", max(1, args.rounds // 2))
    peer, *others = (*quick, *slow)
    rows = [row for each in others for row in table_rows(each, peer)]
    print("| figure | bar | measured | peer | ratio |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row.values()) + " |")
    if args.json is not None:
        args.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
