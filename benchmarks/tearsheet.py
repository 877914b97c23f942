"""The desk's tear-sheet over ten thousand ledger rows: the whole command, and its stages.

    python benchmarks/tearsheet.py [--json FILE] [--rounds N] [--rows N]

A root is made with feeds, a seeded ledger of four families on paper, its monitors and its ramp
decision. The command is then run as a process of its own, as an operator runs it; its stages are
timed in this process, warm, one after the other. The run asserts that the page is the same at
every round, holds at most 2 MB, and counts every settled order of the ledger. Never a time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from kalshi_alpha.config.monitors import BASELINE
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import DESK, Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.sim.demo_account import DemoTerms, make_demo_account

REPOSITORY = Path(__file__).resolve().parents[1]
AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
T = TypeVar("T")
WHOLE, OF_IT = "whole process", "of it on the processor"
ROWS, BAR_S, BYTES_MAX = 10_000, 5.0, 2_000_000


def made_root(folder: Path, rows: int) -> Paths:
    """Return a root whose ledger has so many orders on paper, looked at by monitors and ramp."""
    terms = DemoTerms(folder / "root", REPOSITORY / "configs", REPOSITORY / "tests/fixtures", AT)
    paths = make_demo_account(terms)
    for name in ("ramp.yaml",):
        (paths.configs / name).write_bytes((REPOSITORY / "configs" / name).read_bytes())
    store = LedgerStore(paths)
    drawn = store.entries()
    paths.ledger_all.unlink()
    store.upsert(repeated(drawn, rows), AT)
    for module in ("monitors.cli", "reports.ramp"):
        run(paths, module, "--quiet", expected={0, 1, 3})
    return paths


def repeated(drawn: list[LedgerEntry], rows: int) -> list[LedgerEntry]:
    """Return so many orders on paper: the drawn ones again and again, each time a year earlier."""
    found: list[LedgerEntry] = []
    while len(found) < rows:
        back = timedelta(days=364 * (len(found) // len(drawn)))
        found += [_again(row, back) for row in drawn[: rows - len(found)]]
    return found


def _again(row: LedgerEntry, back: timedelta) -> LedgerEntry:
    return replace(
        row,
        mode=LedgerMode.PAPER,
        environment="prod",
        clock_source=ClockSource.SYSTEM,
        as_of=row.as_of - back,
        placed_at=row.placed_at - back,
        filled_at=None if row.filled_at is None else row.filled_at - back,
        settled_at=None if row.settled_at is None else row.settled_at - back,
        risk_unit=f"{row.risk_unit}-{back.days}",
    )


def run(paths: Paths, module: str, *flags: str, expected: set[int]) -> tuple[float, float]:
    """Run a module of the shell as a process; return the clock's seconds and the processor's."""
    own = {"KALSHI_ALPHA_HOME": str(paths.root), "TZ": "America/New_York"}
    environ = {**{k: v for k, v in os.environ.items() if not k.startswith("KALSHI_")}, **own}
    command = [
        sys.executable,
        "-m",
        f"kalshi_alpha.exec.{module}",
        "--as-of",
        f"{AT:%Y-%m-%dT%H:%M:%SZ}",
    ]
    begun, before = time.perf_counter(), os.times()
    done = subprocess.run([*command, *flags], env=environ, check=False, capture_output=True)
    seconds, after = time.perf_counter() - begun, os.times()
    assert done.returncode in expected, done.stderr.decode()
    used = after.children_user + after.children_system
    return seconds, used - before.children_user - before.children_system


def stages(paths: Paths) -> tuple[dict[str, float], bytes]:
    """Return the seconds of each stage in this process, and the page."""
    from kalshi_alpha.exec.tearsheet.canvas import Canvas
    from kalshi_alpha.exec.tearsheet.desk_sheet import desk_sheet
    from kalshi_alpha.exec.tearsheet.facts import Reader
    from kalshi_alpha.exec.tearsheet.page import page

    found: dict[str, float] = {}
    canvas = _timed(found, "drawing library", Canvas)
    reader = _timed(found, "read the ledger and the guards", lambda: Reader(paths))
    clock = RunClock(AT, ClockSource.SET)
    facts = _timed(found, "look at the desk", lambda: reader.facts(clock))
    sheet = _timed(found, "figures and pictures", lambda: desk_sheet(facts, (), BASELINE, canvas))
    text = _timed(found, "page", lambda: page(sheet))
    settled = sum(row.is_settled and row.count_e2 > 0 for row in facts.entries)
    assert f"{settled:,} settled orders" in text.decode(), "the page does not count every order"
    return found, text


def _timed(into: dict[str, float], name: str, work: Callable[[], T]) -> T:
    begun = time.perf_counter()
    done = work()
    into[name] = time.perf_counter() - begun
    return done


def main() -> None:
    """Time the command and its stages, and print a table."""
    parser = argparse.ArgumentParser(description="Time the desk's tear-sheet.")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=ROWS)
    asked = parser.parse_args()
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        paths = made_root(Path(folder), asked.rows)
        stages(paths)
        rounds = [stages(paths) for _ in range(asked.rounds)]
        assert len({text for _, text in rounds}) == 1, "the page differs from round to round"
        whole = [
            run(paths, "tearsheet", "--series", DESK, "--quiet", expected={0})
            for _ in range(asked.rounds)
        ]
        written = paths.tearsheet(DESK, AT.date()).read_bytes()
    assert len(written) <= BYTES_MAX, f"{len(written)} bytes"
    own = {name: statistics.median(each[name] for each, _ in rounds) for name in rounds[0][0]}
    clock, processor = (statistics.median(each[i] for each in whole) for i in (0, 1))
    measured = [
        {
            "figure": name,
            "bar": f"<= {BAR_S:g} s" if name in {WHOLE, OF_IT} else "",
            "clock": f"{seconds:.2f} s",
        }
        for name, seconds in {WHOLE: clock, OF_IT: processor, **own}.items()
    ]
    print(f"{asked.rows:,} ledger rows; page of {len(written) / 1000:,.0f} kB.\n")
    print("| figure | bar | clock |\n| --- | --- | --- |")
    print("\n".join(f"| {each['figure']} | {each['bar']} | {each['clock']} |" for each in measured))
    print(f"\nLoad of the machine while it ran: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs.")
    if asked.json is not None:
        asked.json.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
