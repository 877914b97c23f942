"""Run every benchmark in turn, and put their tables on one page if asked to.

    python benchmarks/run.py [--write docs/benchmarks.md] [--json FILE]

Each benchmark is a script of its own, which asserts what it computes and prints a Markdown
table. The run goes on after a failure, and ends with a non-zero code if any script failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PAGE = "docs/benchmarks.md"
SCRIPTS = {
    "kelly": "Kelly sizes",
    "var": "Value at risk",
    "scan": "Scan",
    "startup": "Whole processes",
    "installing": "Installing the lock",
    "signing": "Request signatures",
    "order_path": "Decision to wire",
    "book_messages": "Book frames",
    "socket_to_book": "Socket to book",
    "replay_depth": "Full-depth replay",
    "journal": "Order journal",
    "kill_switch": "Kill switch",
    "telemetry": "Telemetry",
    "tearsheet": "Desk tear-sheet of ten thousand rows",
    "exchange_engine": "Local exchange",
    "sequential_guard": "Sequential guard",
    "scoreboard_sums": "Scoreboard of ten million fills",
}
LIBRARIES = (
    *("numpy", "scipy", "cvxpy", "clarabel"),
    *("numba", "msgspec", "picows", "websockets", "nautilus_trader", "orjson"),
    *("hftbacktest", "duckdb", "polars"),
)


class Outcome(NamedTuple):
    """What one script printed and measured, how it ended, and how busy the machine was before."""

    name: str
    printed: str
    figures: object
    exit_code: int
    load: float


def run_script(name: str, figures_to: Path) -> Outcome:
    """Run one benchmark and read back what it printed and measured."""
    command = [sys.executable, str(HERE / f"{name}.py"), "--json", str(figures_to)]
    load = os.getloadavg()[0]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    figures = json.loads(figures_to.read_text()) if figures_to.exists() else None
    return Outcome(name, done.stdout, figures, done.returncode, load)


def machine() -> str:
    """Describe the machine without naming it: processors, Python and libraries."""
    found = [f"{os.cpu_count()} CPUs ({platform.machine()})", f"Python {platform.python_version()}"]
    for library in LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"{library} not installed")
    return ", ".join(found)


def section(outcome: Outcome) -> str:
    """Return a benchmark's part of the page: its table and what it says below it."""
    lines = outcome.printed.splitlines()
    first = next((at for at, line in enumerate(lines) if line.startswith("|")), len(lines))
    table = "\n".join(lines[first:]).strip()
    failed = f"Failed with exit code {outcome.exit_code}." if outcome.exit_code else ""
    parts = (f"## {SCRIPTS[outcome.name]} (`benchmarks/{outcome.name}.py`)", table, failed)
    return "\n\n".join(part for part in parts if part)


def page(outcomes: list[Outcome]) -> str:
    """Return the whole page in Markdown."""
    loads = [each.load for each in outcomes]
    head = (
        "# Benchmarks\n\n"
        f"Written by `python benchmarks/run.py --write {PAGE}`, not by hand. Times are medians "
        "over rounds; each script asserts that the contestants agree on the numbers, never how "
        "long they took.\n\n"
        f"Measured {datetime.now(UTC).date()} on {machine()}. Between {min(loads):.1f} and "
        f"{max(loads):.1f} processes wanted a processor in the minute before a script "
        "began, those of the script before it among them."
    )
    return "\n\n".join([head, *(section(each) for each in outcomes)]) + "\n"


def main() -> int:
    """Run all scripts; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", type=Path, help="write one Markdown page to this file")
    parser.add_argument("--json", type=Path, help="write every script's figures to this file")
    args = parser.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in SCRIPTS:
            outcome = run_script(name, Path(scratch) / f"{name}.json")
            print(section(outcome), end="\n\n", flush=True)
            outcomes.append(outcome)
    if args.write is not None:
        args.write.write_text(page(outcomes))
    if args.json is not None:
        figures = {each.name: each.figures for each in outcomes}
        args.json.write_text(json.dumps(figures, indent=2) + "\n")
    failed = [each.name for each in outcomes if each.exit_code]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
