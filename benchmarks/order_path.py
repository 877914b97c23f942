"""The order path: decision to the last signed byte on the wire, and the round trip on loopback.

    python benchmarks/order_path.py [--json FILE] [--rounds N] [--turns N] [--ordinary]

A server in a process and on a core of its own answers every create with an acknowledgement of its
client order id. A decision ends with its intent, which is made within the time. "Last byte" is the
return of the transport's write, which hands the bytes to the kernel. As in a session garbage is
collected by the clock only. Where that is allowed, all of it runs before ordinary processes.

What no client can go below is measured beside it: a bare asyncio protocol that sends bytes of the
same length made before, a bare SQLite insert with the same promises, and both in turn. Before
every order a ladder of twelve legs is solved, as the decision that it follows from, outside of the
time. A hundredth of a second lies between two orders.

All contestants take turns within one loop. As in a session each sends a series of orders before
the next one's series, in another order every time; of each series the first few warm it. A second
time every order comes after one of each other contestant, whose work has driven ours out of the
processor's caches by then: what a session pays for its first order after long other work.

"Above the floor" is the difference of the medians, and of the 99th percentiles. Of several turns
the one is shown in which the bare insert before bare bytes has the least 99th percentile; the
first row says under which conditions. The run asserts that every order arrived once, signed, and
was acknowledged; never a time.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import itertools
import json
import math
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import numpy as np
from cryptography.hazmat.primitives.asymmetric import rsa

sys.path.insert(0, str(Path(__file__).resolve().parent))

import order_path_conditions as conditions  # type: ignore[import-not-found]
from kelly import draw_ladder  # type: ignore[import-not-found]
from order_path_contestants import (  # type: ignore[import-not-found]
    BATCH,
    UNDER,
    Contestant,
    batches,
    creates,
    floors,
    gateway,
    library,
    ready,
)
from order_path_exchange import exchange  # type: ignore[import-not-found]

from kalshi_alpha.brokers.garbage import collect_between_orders
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.core.sizing.joint import joint_kelly

WARM, PACE_S = 5, 0.01
SERIES = 50
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there, and removed
NUMBERS = itertools.count(1)
"""Tell one call from every other of this run."""


@contextmanager
def written() -> Iterator[list[float]]:
    """Yield the instants at which a transport's write began and returned, in the block."""
    # Private to asyncio; only a benchmark needs to know when the kernel has the bytes.
    transport: Any = importlib.import_module("asyncio.selector_events")._SelectorSocketTransport
    stamps: list[float] = []
    original = transport.write

    def write(self: Any, data: bytes) -> None:
        stamps.append(time.perf_counter())
        original(self, data)
        stamps.append(time.perf_counter())

    transport.write = write
    try:
        yield stamps
    finally:
        transport.write = original


async def take_turns(contestants: Sequence[Contestant], series: int, times: int) -> int:
    """Let every contestant make a series of calls, several times; return how many orders that is.

    The first calls of a series are not timed; where it is a single one, the first series are not.
    """
    problem = draw_ladder(np.random.default_rng(1))
    before_series, before_call = (WARM, 0) if series == 1 else (0, WARM)
    called = 0
    with written() as stamps:
        for time_of in range(before_series + times):
            for turn in range(len(contestants)):
                each = contestants[(time_of + turn) % len(contestants)]
                for number in range(before_call + series):
                    await asyncio.sleep(PACE_S)
                    joint_kelly(problem)
                    stamps.clear()
                    begun = time.perf_counter()
                    await each.call(next(NUMBERS))
                    ended = time.perf_counter()
                    called += each.orders
                    if time_of >= before_series and number >= before_call:
                        each.to_write.append((stamps[0] if stamps else ended) - begun)
                        each.to_wire.append((stamps[-1] if stamps else ended) - begun)
                        each.to_reply.append(ended - begun)
    return called


def _shown(seconds: Sequence[float], also: Sequence[float] = ()) -> str:
    """Return two percentiles in milliseconds; of two samples, how far they lie apart."""
    p50, p99 = statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]
    if also:
        p50 -= statistics.median(also)
        p99 -= statistics.quantiles(also, n=100)[98]
    return f"p50 {1e3 * p50:.3f} ms, p99 {1e3 * p99:.3f} ms"


def _row(
    figure: str, bar_ms: float | None, ours_s: list[float], name: str, peer_s: list[float]
) -> list[str]:
    ratio = statistics.median(peer_s) / statistics.median(ours_s)
    bar, (ours, peer) = "none set", (_shown(each) for each in (ours_s, peer_s))
    if bar_ms is not None:
        bar = f"p99 <= {bar_ms:g} ms"
        ours, peer = f"{ours}, {_within(ours_s, bar_ms)}", f"{peer}, {_within(peer_s, bar_ms)}"
    above = _shown(ours_s, peer_s)
    return [figure, bar, ours, f"{name}: {peer}", above, f"{ratio:.2f}x the peer"]


def _within(seconds: Sequence[float], bar_ms: float) -> str:
    """Say how many of a sample's calls keep a bar: beside others' disk traffic it tells more."""
    kept = sum(1e3 * each <= bar_ms for each in seconds)
    return f"{kept / len(seconds):.1%} within {bar_ms:g} ms"


class Turn(NamedTuple):
    """The rows of one turn, how many orders were sent, and the 99th percentile of its floor."""

    rows: list[list[str]]
    sent: int
    floor_s: float


async def measure(url: str, rounds: int, scratch: Path) -> Turn:
    """Let all contestants call in turn, as in a session."""
    collecting = asyncio.create_task(collect_between_orders())
    try:
        return await measured(url, rounds, scratch)
    finally:
        collecting.cancel()


async def measured(url: str, rounds: int, scratch: Path) -> Turn:
    """Let all contestants call in turn and return what came of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    journals = [OrderJournal(scratch / f"{name}.sqlite") for name in ("ahead", "inline", "desk")]
    in_memory = Path(tempfile.mkdtemp(dir=MEMORY)) if MEMORY.is_dir() else scratch
    journals.append(OrderJournal(in_memory / "memory.sqlite"))
    for journal in journals:
        journal.make_room()
    async with (
        ready(url, key, ahead=True) as quick,
        ready(url, key, ahead=False) as slow,
        httpx2.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        series = math.ceil(rounds / SERIES)
        floor = await floors(url, scratch, series * (WARM + SERIES) + WARM + rounds)
        placed, desk = await gateway(quick, journals[2])
        ahead, inline = creates("ahead", quick, None), creates("inline", slow, None)
        durable = creates("ahead, durable", quick, journals[0])
        both = creates("inline, durable", slow, journals[1])
        diskless = creates("ahead, journal in memory", quick, journals[3])
        peer = library(http, key)
        entered = [*floor.values(), ahead, durable, diskless, placed, inline, both, peer]
        sent = await take_turns(entered, SERIES, series)
        cold = [each.fresh() for each in entered]
        sent += await take_turns(cold, 1, rounds)
        requote = batches(quick)
        sent += await take_turns([requote], max(2, rounds // 10), 1)
        await desk.close()
    for journal in journals:
        journal.close()
    if in_memory != scratch:
        shutil.rmtree(in_memory)
    cold_of = {each.name: each.to_wire for each in cold}
    name, to, wire = peer.name, "decision to last signed byte", floor["bytes"].to_wire
    commit, least, bare = floor["commit"].to_wire, floor["both"].to_wire, "bare bytes"
    rows = [
        _row(f"{to}, signed ahead", 0.3, ahead.to_wire, bare, wire),
        _row("the same", None, ahead.to_wire, name, peer.to_wire),
        _row("of it, our own part: to the write call", None, ahead.to_write, bare, wire),
        _row(
            f"{to}, signed ahead, after one of each other's",
            None,
            cold_of[ahead.name],
            bare,
            cold_of[bare],
        ),
        _row(f"{to}, RSA inline", None, inline.to_wire, bare, wire),
        _row(f"{to}, ahead and durable", 1, durable.to_wire, UNDER, least),
        _row("the same", None, durable.to_wire, "its bare insert alone", commit),
        _row("the same, journal in memory: all but the disk", 1, diskless.to_wire, bare, wire),
        _row(f"{to}, through the live gateway", 1, placed.to_wire, UNDER, least),
        _row(f"{to}, RSA inline and durable", 1, both.to_wire, UNDER, least),
        _row("round trip, signed ahead", None, ahead.to_reply, name, peer.to_reply),
        _row("the same", None, ahead.to_reply, bare, floor["bytes"].to_reply),
    ]
    one = f"p99 {1e3 * statistics.quantiles(peer.to_wire, n=100)[98]:.3f} ms for one"
    times = BATCH * statistics.median(peer.to_wire) / statistics.median(requote.to_wire)
    figure, shown = f"{to}, {BATCH} in one batch", _shown(requote.to_wire)
    rows.append([figure, "one request", shown, f"{name}: {one}", "-", f"{times:.0f}x for each"])
    return Turn(rows, sent, statistics.quantiles(least, n=100)[98])


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--turns", type=int, default=3, help="of which the quietest is shown")
    parser.add_argument("--ordinary", action="store_true", help="do not go before other processes")
    args = parser.parse_args()
    if not args.ordinary:
        conditions.go_first()
    turns, loads = [], [conditions.load()]
    for _ in range(args.turns):
        with tempfile.TemporaryDirectory() as scratch, exchange() as (url, ended):
            turn = asyncio.run(measure(url, args.rounds, Path(scratch)))
            arrived, _ = ended()
        assert arrived == turn.sent, f"{arrived} orders of {turn.sent} arrived"
        turns.append(turn)
        loads.append(conditions.load())
    quietest = min(turns, key=lambda turn: turn.floor_s)
    said = conditions.told(loads, turns.index(quietest) + 1, len(turns), UNDER)
    rows = [["conditions", "-", said, "-", "-", "-"], *quietest.rows]
    names = ("figure", "bar", "measured", "peer", "above the peer", "ratio")
    print(f"| {' | '.join(names)} |\n|{' --- |' * len(names)}")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    if args.json is not None:
        told = [dict(zip(names, row, strict=True)) for row in rows]
        args.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
