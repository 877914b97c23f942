"""Settled figures of ten million fills: from nothing beside DuckDB, and after one more day.

    python benchmarks/scoreboard_sums.py [--json FILE] [--rounds N] [--days N] [--fills N]

A ledger of daily Parquet parts is drawn from a seed, twenty risk units a day in four families on
two carriers. Ours is one Polars pass to sums by carrier, family, unit and settlement instant, then
the figures of each family in NumPy: money, edges, clustered t and drawdown. DuckDB computes the
same columns in one query over the same files, and its sums go through the same last step. The run
asserts that all money is equal to the last digit, the promised edge to the rounding of each fill,
and that the sums brought up by a day are those of the whole. Never asserted: a time. Rows give the
processor's time and the clock's; imports and the drawing of the ledger are not timed.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from kalshi_alpha.core.scoreboard.unit_sums import SettledLine, settled_lines
from kalshi_alpha.datastore.settled_sums import (
    KEYS,
    SUMS,
    SettledSums,
    all_sums,
    carried,
    write_part,
)

DAYS, FILLS, UNITS = 90, 111_112, 20
FAMILIES = ("CPI", "CLAIMS", "TNEY", "WEATHER")
CARRIERS = (("live", "prod", "system"), ("paper", "prod", "system"))
DUCKDB_BAR, DAY_BAR_MS = 1.5, 50.0
FIRST_US, DAY_US, HOUR_US = 1_735_689_600_000_000, 86_400_000_000, 3_600_000_000

QUERY = """
select mode, environment, clock_source, family, risk_unit, settled_at,
       count(*)::bigint as n_fills,
       sum(filled_e2)::bigint as count_e2,
       sum(price_e4 * filled_e2)::bigint as cost_e6,
       sum(payout_e6)::bigint as payout_e6,
       sum(fee_e6)::bigint as fees_e6,
       sum(floor(shrink * w_bin * (p - price_e4 / 10000::double)
                 * (filled_e2 * 1e7::double) + 0.5)::bigint)::bigint as promised_e9
from read_parquet(?)
where filled_e2 > 0 and settled_at is not null
group by all
"""


def draw_day(rng: np.random.Generator, number: int, fills: int) -> pl.DataFrame:
    """Return the settled fills of one day, in the ledger's own columns."""
    unit, price = rng.integers(0, UNITS, fills), rng.integers(200, 9_800, fills)
    count = 100 * rng.integers(1, 40, fills)
    paid = rng.random(fills) < price / 10_000
    names = np.array([f"{FAMILIES[at % 4]}:{number}:{at}" for at in range(UNITS)])
    settled = FIRST_US + number * DAY_US + HOUR_US * (2 + unit)
    return pl.DataFrame(
        {
            "mode": np.where(rng.random(fills) < 0.5, "live", "paper"),
            "environment": ["prod"] * fills,
            "clock_source": ["system"] * fills,
            "family": np.array(FAMILIES)[unit % 4],
            "risk_unit": names[unit],
            "price_e4": price,
            "filled_e2": count,
            "fee_e6": rng.integers(0, 70_000, fills),
            "payout_e6": np.where(paid, count * 10_000, 0),
            "p": np.clip(price / 10_000 + rng.normal(0.01, 0.03, fills), 0.0, 1.0),
            "shrink": np.full(fills, 0.9),
            "w_bin": rng.choice([0.5, 0.7, 0.9, 1.0], fills),
            "settled_at": pl.Series(settled).cast(pl.Datetime("us", "UTC")),
        }
    )


def draw_ledger(folder: Path, days: int, fills: int, seed: int = 7) -> list[Path]:
    """Write the parts and return them, one more than so many days."""
    rng, parts = np.random.default_rng(seed), []
    for number in range(days + 1):
        parts.append(folder / f"day-{number:04d}.parquet")
        write_part(parts[-1], draw_day(rng, number, fills))
    return parts


def lines_of(sums: pl.DataFrame) -> list[dict[str, SettledLine]]:
    """Return the figures of each family of each carrier."""
    return [settled_lines(carried(sums, *carrier)) for carrier in CARRIERS]


def by_duckdb(connection: duckdb.DuckDBPyConnection, parts: list[Path]) -> pl.DataFrame:
    """Return the same sums by DuckDB."""
    found = connection.execute(QUERY, [[str(path) for path in parts]]).fetchnumpy()
    columns = {name: np.asarray(found[name]) for name in (*KEYS, *SUMS)}
    instants = columns["settled_at"].astype("datetime64[us]").astype(np.int64)
    frame = pl.DataFrame({**columns, "settled_at": instants})
    return frame.with_columns(pl.col("settled_at").cast(pl.Datetime("us", "UTC")))


def require_alike(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Assert that both hold the same money; an edge may be rounded otherwise once a fill."""
    mine, other = (each.sort(KEYS) for each in (ours, theirs))
    exact = [*KEYS, *(name for name in SUMS if name != "promised_e9")]
    assert mine.select(exact).equals(other.select(exact)), "DuckDB sums otherwise"
    apart = (mine["promised_e9"] - other["promised_e9"]).abs()
    assert (apart <= mine["n_fills"]).all(), "DuckDB promises otherwise"


class Times:
    """The processor's and the clock's seconds of each round."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def take(self, action: Callable[[], Any]) -> None:
        """Time one round."""
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        action()
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)


def told(times: Times) -> tuple[float, float, float]:
    """Return the median of processor's time, and of the clock's the median and the best."""
    return statistics.median(times.cpu), statistics.median(times.wall), min(times.wall)


def measure(folder: Path, days: int, fills: int, rounds: int) -> list[dict[str, str]]:
    """Draw a ledger, check that all agree, and time each in turn."""
    parts = draw_ledger(folder, days, fills)
    before, connection = parts[:-1], duckdb.connect()
    store = SettledSums(folder / "sums.ipc")
    require_alike(all_sums(before), by_duckdb(connection, before))
    ours, theirs, day, idle = Times(), Times(), Times(), Times()
    for _ in range(rounds):
        ours.take(lambda: lines_of(all_sums(before)))
        theirs.take(lambda: lines_of(by_duckdb(connection, before)))
    for _ in range(2 * rounds + 1):
        store.refresh(before)
        day.take(lambda: lines_of(store.refresh(parts)))
        idle.take(lambda: lines_of(store.refresh(parts)))
    assert store.refresh(parts).sort(KEYS).equals(all_sums(parts).sort(KEYS)), "sums drifted"
    assert lines_of(store.refresh(parts)) == lines_of(all_sums(parts)), "figures drifted"
    mine, other = told(ours), told(theirs)
    rows = [
        (
            f"{days * fills / 1e6:.1f} M fills to figures",
            f"<= {DUCKDB_BAR}x DuckDB",
            mine,
            f"DuckDB: {1e3 * other[0]:.0f} / {1e3 * other[1]:.0f} / {1e3 * other[2]:.0f} ms",
            f"{mine[0] / other[0]:.2f}x / {mine[1] / other[1]:.2f}x / {mine[2] / other[2]:.2f}x",
        )
    ]
    for figure, times in (
        (f"after one more day of {fills:,} fills", day),
        ("after nothing new", idle),
    ):
        at = told(times)
        shares = (f"{each * 1e3 / DAY_BAR_MS:.2f}x" for each in at)
        rows.append((figure, f"<= {DAY_BAR_MS:.0f} ms", at, "the bar", " / ".join(shares)))
    return [
        {
            "figure": figure,
            "bar": bar,
            "processor / clock / best clock": " / ".join(f"{1e3 * each:.0f}" for each in at)
            + " ms",
            "peer": peer,
            "ratio": ratio,
        }
        for figure, bar, at, peer, ratio in rows
    ]


def table(measured: list[dict[str, str]]) -> str:
    """Return the rows as a Markdown table."""
    heads = list(measured[0])
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(row[head] for head in heads) + " |" for row in measured]
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in turn")
    parser.add_argument("--days", type=int, default=DAYS, help="days before the last one")
    parser.add_argument("--fills", type=int, default=FILLS, help="fills a day")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measured = measure(Path(scratch), args.days, args.fills, args.rounds)
    print(table(measured))
    load, threads = os.getloadavg()[0], pl.thread_pool_size()
    print(
        f"\nPolars on {threads} threads, DuckDB on as many as it likes; load of the machine while"
    )
    print(f"it ran: {load:.1f} on {os.cpu_count()} CPUs.")
    if args.json is not None:
        args.json.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
