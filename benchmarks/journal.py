"""The order journal: events made durable, one by one and in groups, against bare SQLite inserts.

    python benchmarks/journal.py [--json FILE] [--rounds N] [--folder DIR]

The peer is the least a program must do that wants a row on the disk: one INSERT of the same text
into a table of two columns, write-ahead log, ``synchronous=FULL``, one commit each, on the same
file system. Rounds alternate the contestants and who begins, each on a new file, after one round
that is not counted. The run asserts that every event can be replayed, and that an intent was
readable by another connection before its send could begin; never a time.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.brokers.journal import OrderJournal, read_journal
from kalshi_alpha.core.orders.events import Intended, OrderEvent, encode
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Price, Side

AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
SINGLE, GROUP, GROUPS = 500, 64, 50
SINGLE_BAR, GROUP_BAR = 0.6, 20.0


class Row(NamedTuple):
    """One line of the table."""

    figure: str
    bar: str
    measured: str
    peer: str
    ratio: str


def events(count: int) -> list[OrderEvent]:
    """Return intents as a session would write them."""
    made: list[OrderEvent] = []
    for n in range(count):
        intent = OrderIntent(
            series="KXCPI",
            event_ticker="KXCPI-26NOV",
            ticker=f"KXCPI-26NOV-T0.{n % 9}",
            side=Side.YES,
            price=Price(100 + n % 9_800),
            contracts=Contracts.whole(1 + n % 50),
            expires_at=AT + timedelta(minutes=10),
            decided_at=AT,
            nonce=n,
        )
        made.append(Intended(at=AT, client_order_id=intent.client_order_id, intent=intent))
    return made


def bare(path: Path, bodies: Sequence[str]) -> float:
    """Insert texts one by one with the least code, and return rows per second."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    begun = time.perf_counter()
    for body in bodies:
        database.execute("INSERT INTO rows (body) VALUES (?)", (body,))
    took = time.perf_counter() - begun
    database.close()
    return len(bodies) / took


def in_groups(path: Path, made: Sequence[OrderEvent], size: int) -> float:
    """Append events in groups of a size, and return events per second."""
    with OrderJournal(path) as journal:
        groups = [made[start : start + size] for start in range(0, len(made), size)]
        begun = time.perf_counter()
        for group in groups:
            journal.append(group)
        took = time.perf_counter() - begun
        assert list(journal.replay()) == list(made)
    return len(made) / took


def require_durable_before_send(path: Path) -> None:
    """Assert that what was appended is there for another connection when `append` returns."""
    (intent,) = events(1)
    with OrderJournal(path) as journal:
        journal.append([intent])
        assert read_journal(path) == (intent,)


def measure(folder: Path, rounds: int) -> tuple[float, float, float]:
    """Return medians of events per second: bare inserts, the journal alone, in groups."""
    single, grouped = events(SINGLE), events(GROUP * GROUPS)
    bodies = [encode(event).decode() for event in single]
    contestants: tuple[Callable[[Path], float], ...] = (
        lambda path: bare(path, bodies),
        lambda path: in_groups(path, single, 1),
        lambda path: in_groups(path, grouped, GROUP),
    )
    taken: list[list[float]] = [[] for _ in contestants]
    for number in range(-1, rounds):
        for turn in range(len(contestants)):
            place = (number + turn) % len(contestants)
            rate = contestants[place](folder / f"{number}-{place}.sqlite")
            if number >= 0:
                taken[place].append(rate)
    peer, alone, groups = (statistics.median(each) for each in taken)
    return peer, alone, groups


def rows(peer: float, alone: float, groups: float) -> list[Row]:
    """Return the table's rows."""
    shown = f"bare insert, one commit each: {peer:,.0f}/s"
    return [
        Row(
            "events, one commit each",
            f">= {SINGLE_BAR:g} x the bare insert",
            f"{alone:,.0f}/s ({1e6 / alone:.0f} us each)",
            shown,
            f"{alone / peer:.2f} x",
        ),
        Row(
            f"events, groups of {GROUP}",
            f">= {GROUP_BAR:g} x the bare insert",
            f"{groups:,.0f}/s ({1e6 / groups:.1f} us each)",
            shown,
            f"{groups / peer:.1f} x",
        ),
    ]


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="on the file system to measure")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as scratch:
        require_durable_before_send(Path(scratch) / "durable.sqlite")
        table = rows(*measure(Path(scratch), args.rounds))
    print("| figure | bar | measured | peer | ratio |\n| --- | --- | --- | --- | --- |")
    for row in table:
        print("| " + " | ".join(row) + " |")
    if args.json is not None:
        args.json.write_text(json.dumps([row._asdict() for row in table], indent=2) + "\n")


if __name__ == "__main__":
    main()
