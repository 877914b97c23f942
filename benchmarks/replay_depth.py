"""Full-depth replay with fills: ours, hftbacktest's and nautilus_trader's, on one ladder.

    python benchmarks/replay_depth.py [--json FILE] [--rounds N] [--rows N] [--peer-rows N]

A ladder of markets is drawn from a seed. Every thousand rows whatever rests is called back, and a
bid of one contract, the lot, joins the best bid of each book, YES and NO: no order can fill in
part, which hftbacktest 2.4.4 does not play to the end when such an order is called back.

hftbacktest plays the same rows in its ROI-vector form behind `elapse`, its faster way, with its
`RiskAdverseQueueModel`, a nanosecond of latency and no fees; that queue model is our
`BEHIND_LEAVES`. The run asserts that both hold the same contracts and the same cash after every
thousand rows in every market, the same settled profit at the end, and that NumPy gives our fills
too. nautilus_trader plays the first rows of the same ladder with fills at the limit switched off:
only a print through the price fills, our `THROUGH_ONLY`, and the run asserts the same fills at the
same instants and prices. What each is given is made before its clock starts. Never asserted: a
time. Rates are per core, so what counts is the processor's time.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))

from ladder_stream import draw_stream  # type: ignore[import-not-found]
from replay_hftbacktest import (  # type: ignore[import-not-found]
    ROW_NS,
    hft_events,
    hft_made,
    hft_play,
)
from replay_nautilus import nautilus_engine  # type: ignore[import-not-found]

from kalshi_alpha.core.replay.kernels import depth_fills, settled_profit, touches
from kalshi_alpha.core.replay.kernels_columns import (
    DepthStream,
    FillColumns,
    OrderColumns,
    QueueRule,
)

ROWS, MARKETS, EVERY, CONTRACTS = 5_000_000, 8, 1_000, 1
NUMPY_ROWS, NAUTILUS_ROWS = 200_000, 100_000
HFT_BAR, NAUTILUS_BAR = 5.0, 100.0


class Played(NamedTuple):
    """What a replay of ours gives."""

    orders: OrderColumns
    fills: FillColumns


def play(stream: DepthStream, rule: QueueRule, *, compiled: bool = True) -> Played:
    """Join the best bid of every book each thousand rows, and fill what the rule fills."""
    chosen = np.arange(EVERY - 1, stream.n_rows, EVERY)
    best = touches(stream, chosen, compiled=compiled).tick[:-1]
    step, book = np.nonzero(best)
    count = np.full(step.size, 100 * CONTRACTS, dtype=np.int32)
    orders = OrderColumns(
        *(book.astype(np.int32), best[step, book], count), chosen[step], chosen[step + 1]
    )
    return Played(orders, depth_fills(stream, orders, rule, compiled=compiled))


def steps_of(stream: DepthStream, played: Played) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return contracts held and cash in cents after each thousand rows, by market.

    A NO contract counts as a YES contract sold at one dollar less the price, as peers have it.
    """
    shape = stream.n_rows // EVERY, stream.n_books // 2
    held, cash = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    book = played.orders.book[played.fills.order].astype(np.int64)
    tick = played.orders.tick[played.fills.order].astype(np.int64)
    count = played.fills.count_e2 // 100
    way = np.where(book % 2 == 0, count, -count)
    at = played.fills.row // EVERY, book // 2
    np.add.at(held, at, way)
    np.add.at(cash, at, -way * np.where(book % 2 == 0, tick, 100 - tick))
    return held.cumsum(axis=0), cash.cumsum(axis=0)


def timed(action: Callable[[], object]) -> list[float]:
    """Return the processor's seconds that an action takes, as a list of one."""
    gc.collect()
    start = time.process_time()
    action()
    return [time.process_time() - start]


def rate(rows: int, seconds: list[float]) -> float:
    """Return rows a second at the median round."""
    return rows / statistics.median(seconds)


def spread(seconds: list[float]) -> str:
    """Say how far the rounds lie apart."""
    return f"{100 * (max(seconds) - min(seconds)) / statistics.median(seconds):.0f} %"


def require_hft_alike(stream: DepthStream, events: list[npt.NDArray[Any]]) -> int:
    """Assert that hftbacktest and NumPy fill what the walk fills; return how many fills."""
    ours = play(stream, QueueRule.BEHIND_LEAVES)
    held, cash = steps_of(stream, ours)
    theirs = hft_play(hft_made(events), stream.n_rows, EVERY, CONTRACTS, record=True)
    assert np.array_equal(held, theirs[0]), "hftbacktest holds other contracts"
    assert np.array_equal(cash, theirs[1]), "hftbacktest holds other cash"
    payouts = np.tile([10_000, 0], MARKETS // 2)
    mine = settled_profit(ours.fills, ours.orders, stream, payouts).net_e6
    other = int((theirs[1][-1] * 10_000 + theirs[0][-1] * payouts * 100).sum())
    assert mine == other, f"settled profits differ: {mine} and {other}"
    few = draw_stream(NUMPY_ROWS, MARKETS)
    for rule in QueueRule:
        walked, columns = (play(few, rule, compiled=way).fills for way in (True, False))
        assert all(
            np.array_equal(getattr(walked, name), getattr(columns, name))
            for name in walked.__slots__
        ), f"NumPy fills otherwise under {rule.name}"
    return int(ours.fills.row.size)


def against_hftbacktest(stream: DepthStream, rounds: int) -> list[dict[str, str]]:
    """Check that both fill alike and measure both in turn."""
    events = hft_events(stream)
    fills = require_hft_alike(stream, events)
    ours, theirs, columns = [], [], []
    few = draw_stream(NUMPY_ROWS, MARKETS)
    for _ in range(rounds):
        ours += timed(lambda: play(stream, QueueRule.BEHIND_LEAVES))
        made = hft_made(events)
        theirs += timed(partial(hft_play, made, stream.n_rows, EVERY, CONTRACTS, record=False))
        columns += timed(lambda: play(few, QueueRule.BEHIND_LEAVES, compiled=False))
    mine, peer = rate(stream.n_rows, ours), rate(stream.n_rows, theirs)
    return [
        {
            "figure": f"full depth with queues, {stream.n_rows:,} rows, {fills:,} equal fills",
            "bar": f">= {HFT_BAR:.0f}x",
            "measured": f"{mine / 1e6:.1f} M rows/s",
            "peer": f"hftbacktest: {peer / 1e6:.1f} M/s",
            "ratio": f"{mine / peer:.1f}x",
            "rounds apart": f"{spread(ours)}, {spread(theirs)}",
        },
        {
            "figure": f"the same with NumPy alone, {few.n_rows:,} rows",
            "bar": "-",
            "measured": f"{rate(few.n_rows, columns) / 1e6:.2f} M rows/s",
            "peer": f"hftbacktest: {peer / 1e6:.1f} M/s",
            "ratio": f"{rate(few.n_rows, columns) / peer:.2f}x",
            "rounds apart": f"{spread(columns)}, {spread(theirs)}",
        },
    ]


def through_fills(played: Played) -> list[tuple[int, str, int, int]]:
    """Return our fills as the peer notes them: when, where, which way, at how many cents."""
    book = played.orders.book[played.fills.order]
    tick = played.orders.tick[played.fills.order]
    return [
        (ROW_NS * (row + 1), f"M{b // 2}", 1 - 2 * (b % 2), 100 - t if b % 2 else t)
        for row, b, t in zip(played.fills.row.tolist(), book.tolist(), tick.tolist(), strict=True)
    ]


def against_nautilus(stream: DepthStream, rows: int, rounds: int) -> list[dict[str, str]]:
    """Check that both fill alike on prints through the price, and measure both in turn."""
    first = DepthStream(
        *(stream.kind[:rows], stream.book[:rows], stream.tick[:rows], stream.size_e2[:rows]),
        stream.n_books,
    )
    expected = through_fills(play(first, QueueRule.THROUGH_ONLY))
    ours, theirs = [], []
    for number in range(rounds):
        ours += timed(lambda: play(stream, QueueRule.THROUGH_ONLY))
        engine, strategy = nautilus_engine(first, EVERY)
        theirs += timed(engine.run)
        if number == 0:
            assert sorted(strategy.filled) == sorted(expected), "nautilus_trader fills otherwise"
        engine.dispose()
    mine, peer = rate(stream.n_rows, ours), rate(rows, theirs)
    return [
        {
            "figure": f"prints through the price, {rows:,} rows, {len(expected):,} equal fills",
            "bar": f">= {NAUTILUS_BAR:.0f}x",
            "measured": f"{mine / 1e6:.1f} M rows/s",
            "peer": f"nautilus_trader: {peer / 1e6:.2f} M/s",
            "ratio": f"{mine / peer:.0f}x",
            "rounds apart": f"{spread(ours)}, {spread(theirs)}",
        }
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
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the ladder")
    parser.add_argument("--peer-rows", type=int, default=NAUTILUS_ROWS, help="nautilus's of them")
    args = parser.parse_args()
    stream = draw_stream(args.rows, MARKETS)
    measured = against_hftbacktest(stream, args.rounds)
    measured += against_nautilus(stream, min(args.peer_rows, args.rows), min(args.rounds, 3))
    print(table(measured))
    print(f"\nLoad of the machine while it ran: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs.")
    if args.json is not None:
        args.json.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
