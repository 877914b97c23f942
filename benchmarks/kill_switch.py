"""The kill switch: whole processes that set it, and how soon a session sees it.

    python benchmarks/kill_switch.py [--json FILE] [--rounds N]

Each process figure is wall time from fork to exit. The peer is the same interpreter, told to do
nothing: what no Python program can go below. Rounds alternate the contestants. A sighting is the
time from the sentinel's creation to the callback in a session's event loop; another process sets
it, at a random moment. The run asserts that each switch stands afterwards, never a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.kill_switch import read_kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.kill_watch import KillWatch

BARE = ("-c", "pass")
SWITCH_ON = ("-m", "kalshi_alpha.exec.heartbeat", "--kill-switch", "on")
BAR_S, SEEN_BAR_S = 0.080, 0.050
JOURNALLED_ORDERS = 1000
NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def order_events(number: int) -> list[ev.OrderEvent]:
    """Return the life of an order that was accepted and cancelled."""
    intent = OrderIntent(
        series="CPI",
        event_ticker="KXCPI-25MAY",
        ticker="KXCPI-25MAY-T0.3",
        side=Side.YES,
        price=Price.parse("0.3400"),
        contracts=Contracts.whole(10),
        expires_at=NOW + timedelta(hours=1),
        decided_at=NOW,
        nonce=number,
    )
    key = intent.client_order_id
    return [
        ev.Intended(at=NOW, client_order_id=key, intent=intent),
        ev.Accepted(
            at=NOW,
            client_order_id=key,
            order_id=f"o-{number}",
            filled=Contracts(0),
            remaining=intent.contracts,
        ),
        ev.CancelSent(at=NOW, client_order_id=key),
        ev.Cancelled(at=NOW, client_order_id=key, removed=intent.contracts),
    ]


def run_once(arguments: Sequence[str], root: Path) -> float:
    """Run one process to its end and return its wall time in seconds."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("KALSHI")}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environ | {"KALSHI_ALPHA_HOME": str(root)},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    seconds = time.perf_counter() - begun
    assert done.returncode == 0, f"{' '.join(arguments)}: exit {done.returncode}"
    return seconds


def switch_times(scratch: Path, rounds: int) -> dict[str, list[float]]:
    """Return the times of a bare interpreter and of the switch, without and with a journal."""
    fresh, journalled = scratch / "fresh", scratch / "journalled"
    for root in (fresh, journalled):
        root.mkdir()
    with OrderJournal(Paths(journalled).order_journal) as journal:
        journal.append(each for n in range(JOURNALLED_ORDERS) for each in order_events(n))
    contestants = {
        "bare": (BARE, fresh),
        "on": (SWITCH_ON, fresh),
        "ended": (SWITCH_ON, journalled),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for taken in range(-1, rounds):
        for name, (arguments, root) in contestants.items():
            sentinel = Paths(root).kill_switch
            sentinel.unlink(missing_ok=True)
            seconds = run_once(arguments, root)
            assert read_kill_switch(sentinel).on is (name != "bare")
            if taken >= 0:
                times[name].append(seconds)
    return times


async def sighting(path: Path, delay_s: float) -> float:
    """Return the seconds from the sentinel's creation by another process to the callback."""
    seen_at: list[float] = []
    watch = KillWatch(path, lambda _: seen_at.append(time.time()))
    looking = asyncio.create_task(watch.run())
    code = (
        "import os, sys, time; time.sleep(float(sys.argv[2])); "
        "os.close(os.open(sys.argv[1], os.O_CREAT)); print(time.time())"
    )
    setter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(path), str(delay_s), stdout=asyncio.subprocess.PIPE
    )
    await looking
    said, _ = await setter.communicate()
    return max(0.0, seen_at[0] - float(said))


def sightings(scratch: Path, rounds: int) -> list[float]:
    """Return the delays of so many sightings."""
    path = Paths(scratch).kill_switch
    path.parent.mkdir(parents=True)
    moments = random.Random(7)
    delays = []
    for _ in range(rounds):
        delays.append(asyncio.run(sighting(path, moments.uniform(0.02, 0.06))))
        path.unlink()
    return delays


def shown(seconds: float) -> str:
    """Return a time in milliseconds."""
    return f"{1e3 * seconds:.1f} ms"


def table(times: dict[str, list[float]], delays: list[float]) -> list[dict[str, str]]:
    """Return the rows of the table."""
    bare = statistics.median(times["bare"])
    rows = []
    for name, figure in (
        ("on", "`exec.heartbeat --kill-switch on`, whole process"),
        ("ended", f"the same beside a journal of {JOURNALLED_ORDERS:,} ended orders"),
    ):
        took = statistics.median(times[name])
        rows.append(
            {
                "figure": figure,
                "bar": f"<= {shown(BAR_S)}" if name == "on" else "none set",
                "measured": f"{shown(took)} (slowest {shown(max(times[name]))})",
                "peer": f"bare interpreter: {shown(bare)}",
                "ratio": f"{took / bare:.1f}x the peer, {BAR_S / took:.1f}x the bar",
            }
        )
    worst = max(delays)
    rows.append(
        {
            "figure": "sentinel to a session's callback",
            "bar": f"<= {shown(SEEN_BAR_S)}",
            "measured": f"{shown(statistics.median(delays))} (slowest {shown(worst)})",
            "peer": "none",
            "ratio": f"{SEEN_BAR_S / worst:.1f}x the bar at the slowest",
        }
    )
    return rows


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        times = switch_times(Path(scratch), args.rounds)
        delays = sightings(Path(scratch) / "seen", args.rounds)
    rows = table(times, delays)
    print("| figure | bar | measured | peer | ratio |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row.values()) + " |")
    if args.json is not None:
        args.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
