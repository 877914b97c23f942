"""Order-book frames: JSON in, best bid and ask out, one frame at a time and a recording at once.

    python benchmarks/book_messages.py [--json FILE] [--rounds N] [--frames N]

Every contestant is given the same frames in the venue's form of today and must know the best YES
bid and ask after each. Peers are nautilus_trader's OrderBook behind orjson, and dicts of levels
behind orjson and behind the standard library's json. A last row gives such a dict our own way of
keeping the best prices, to show what of the gain is the book's and what is decoding. The run
asserts that all see the same prices all along and end with the same levels, never a time. If
KALSHI_ALPHA_STREAM_FRAMES names a folder of recorded frames (*.ndjson or *.jsonl, one frame a
line), those are played as well.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson
from nautilus_trader.model.book import OrderBook as NautilusBook
from nautilus_trader.model.data import BookOrder
from nautilus_trader.model.enums import BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity

sys.path.insert(0, str(Path(__file__).resolve().parent))

from stream_tape import draw_tape  # type: ignore[import-not-found]

from kalshi_alpha.brokers.kalshi.book_feed import BookFeed
from kalshi_alpha.brokers.kalshi.book_replay import replay
from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.types import Side

FRAMES, MARKETS, RECORDED_MAX = 400_000, 200, 400_000
RECORDING = 1_000_000
FRAMES_PER_S_BAR, PEER_BAR, P99_BAR_US = 1e6, 3.0, 5.0
BATCH_BAR, BATCH_PEER_BAR = 5e6, 10.0
OWN_IDEA = "dict + orjson with our best prices"
FOLDER = "KALSHI_ALPHA_STREAM_FRAMES"
BOOK_FRAME = b'{"type":"orderbook_'

Levels = dict[tuple[str, str, int], int]
"""Hundredths of contracts by ticker, side and price in 1e-4 dollars."""


class Ours:
    """The package's books, one frame at a time."""

    name = "BookFeed"

    def __init__(self) -> None:
        self.feed = BookFeed(follow_all=True)

    def play(self, frames: Sequence[bytes]) -> tuple[int, int]:
        """Take in all frames and return the sums of best bids and asks after each change."""
        apply, bids, asks = self.feed.apply, 0, 0
        for frame in frames:
            book = apply(frame)
            if type(book) is LadderBook:
                bids += book.bid_e4
                asks += book.ask_e4
        return bids, asks

    def levels(self) -> Levels:
        """Return every level."""
        return {
            (ticker, side, price_e4): size_e2
            for ticker, book in self.feed.books.items()
            for side in Side
            for price_e4, size_e2 in book.levels(side)
        }


class Dicts:
    """What one writes first: decode, look up, add, and ask for the greatest price.

    Or, what one may write later: keep the best price, and look for another when it empties.
    """

    def __init__(self, name: str, loads: Callable[[bytes], object], *, keeps_best: bool) -> None:
        self.name = name
        self._loads = loads
        self._keeps_best = keeps_best
        self.books: dict[str, dict[str, dict[int, int]]] = {}

    def play(self, frames: Sequence[bytes]) -> tuple[int, int]:
        """Take in all frames and return the sums of best bids and asks after each change."""
        loads, books, keeps, bids, asks = self._loads, self.books, self._keeps_best, 0, 0
        best = {ticker: _best(book) for ticker, book in books.items()}
        for frame in frames:
            decoded = loads(frame)
            kind, msg = decoded["type"], decoded["msg"]  # type: ignore[index]
            if kind == "orderbook_delta":
                ticker, side = msg["market_ticker"], msg["side"]
                levels = books[ticker][side]
                price_e4 = round(float(msg["price_dollars"]) * 10_000)
                size = levels.get(price_e4, 0) + round(float(msg["delta_fp"]) * 100)
                if size:
                    levels[price_e4] = size
                else:
                    levels.pop(price_e4, None)
                if not keeps:
                    bids += max(books[ticker]["yes"], default=0)
                    asks += 10_000 - max(books[ticker]["no"], default=0)
                    continue
                if size and price_e4 > best[ticker][side]:
                    best[ticker][side] = price_e4
                elif not size and price_e4 == best[ticker][side]:
                    best[ticker][side] = max(levels, default=0)
            elif kind == "orderbook_snapshot":
                ticker = msg["market_ticker"]
                book = books[ticker] = {"yes": {}, "no": {}}
                for side, price_e4, size_e2 in _snapshot_levels(msg):
                    book[side][price_e4] = size_e2
                best[ticker] = _best(book)
            else:
                continue
            bids += best[ticker]["yes"]
            asks += 10_000 - best[ticker]["no"]
        return bids, asks

    def levels(self) -> Levels:
        """Return every level."""
        return {
            (ticker, side, price_e4): size_e2
            for ticker, book in self.books.items()
            for side, levels in book.items()
            for price_e4, size_e2 in levels.items()
        }


def _best(book: dict[str, dict[int, int]]) -> dict[str, int]:
    return {side: max(levels, default=0) for side, levels in book.items()}


class Nautilus:
    """nautilus_trader's order book behind orjson: NO bids are offers at one dollar less."""

    name = "nautilus OrderBook + orjson"

    def __init__(self) -> None:
        self.books: dict[str, NautilusBook] = {}
        self.sizes: Levels = {}
        self._prices = {at: Price(at / 10_000, 4) for at in range(10_001)}

    def play(self, frames: Sequence[bytes]) -> tuple[int, int]:
        """Take in all frames and return the sums of best bids and asks after each change."""
        loads, books, bids, asks = orjson.loads, self.books, 0.0, 0.0
        for frame in frames:
            decoded = loads(frame)
            kind, msg = decoded["type"], decoded["msg"]
            if kind == "orderbook_delta":
                book, ticker = books[msg["market_ticker"]], msg["market_ticker"]
                price_e4 = round(float(msg["price_dollars"]) * 10_000)
                change_e2 = round(float(msg["delta_fp"]) * 100)
                self._change(book, ticker, msg["side"], price_e4, change_e2)
            elif kind == "orderbook_snapshot":
                book, ticker = self._cleared(msg["market_ticker"]), msg["market_ticker"]
                for side, price_e4, size_e2 in _snapshot_levels(msg):
                    self._change(book, ticker, side, price_e4, size_e2)
            else:
                continue
            bid, ask = book.best_bid_price(), book.best_ask_price()
            bids += 0.0 if bid is None else float(bid)
            asks += 1.0 if ask is None else float(ask)
        return round(bids * 10_000), round(asks * 10_000)

    def _cleared(self, ticker: str) -> NautilusBook:
        instrument = InstrumentId.from_str(f"{ticker}.KALSHI")
        book = self.books[ticker] = NautilusBook(instrument, BookType.L2_MBP)
        for key in [key for key in self.sizes if key[0] == ticker]:
            del self.sizes[key]
        return book

    def _change(
        self, book: NautilusBook, ticker: str, side: str, price_e4: int, change_e2: int
    ) -> None:
        key = ticker, side, price_e4
        size = self.sizes.get(key, 0) + change_e2
        if side == "yes":
            way, price = OrderSide.BUY, self._prices[price_e4]
        else:
            way, price = OrderSide.SELL, self._prices[10_000 - price_e4]
        if size:
            self.sizes[key] = size
            book.update(BookOrder(way, price, Quantity(size / 100, 2), price_e4), 0)
        elif self.sizes.pop(key, 0):
            book.delete(BookOrder(way, price, Quantity(0, 2), price_e4), 0)

    def levels(self) -> Levels:
        """Return every level, read back from the books."""
        found: Levels = {}
        for ticker, book in self.books.items():
            for side, levels in (("yes", book.bids()), ("no", book.asks())):
                for level in levels:
                    at = round(float(level.price) * 10_000)
                    price_e4 = at if side == "yes" else 10_000 - at
                    found[ticker, side, price_e4] = round(float(level.size()) * 100)
        return found


def _snapshot_levels(msg: dict[str, list[list[str]]]) -> Iterator[tuple[str, int, int]]:
    for side in ("yes", "no"):
        for price, count in msg.get(f"{side}_dollars_fp") or ():
            yield side, round(float(price) * 10_000), round(float(count) * 100)


Contestant = Ours | Dicts | Nautilus
CONTESTANTS: tuple[Callable[[], Contestant], ...] = (
    Ours,
    Nautilus,
    lambda: Dicts("dict + orjson", orjson.loads, keeps_best=False),
    lambda: Dicts("dict + json", json.loads, keeps_best=False),
    lambda: Dicts(OWN_IDEA, orjson.loads, keeps_best=True),
)


def messages_per_s(frames: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Play the frames to every contestant in turn, check that they agree, and time them.

    Rates are per core, so what counts is the processor's time. The snapshots that a tape begins
    with are played before the clock starts.
    """
    lead = next(at for at, frame in enumerate(frames) if b"orderbook_delta" in frame[:40])
    snapshots, whole, frames = frames[:lead], frames, frames[lead:]
    seconds: dict[str, list[float]] = {}
    seen: tuple[int, int] | None = None
    levels: Levels = {}
    for number in range(rounds):
        for make in CONTESTANTS:
            contestant = make()
            contestant.play(snapshots)
            gc.collect()
            start = time.process_time()
            sums = contestant.play(frames)
            seconds.setdefault(contestant.name, []).append(time.process_time() - start)
            if number == 0:
                if seen is None:
                    seen, levels = sums, contestant.levels()
                assert sums == seen, f"{contestant.name} saw other prices"
                assert contestant.levels() == levels, f"{contestant.name} has other levels"
    replayed = replay(b"\n".join(whole) + b"\n")
    ours = Ours()
    ours.feed = replayed.feed
    after = replayed.rows[lead:].astype(np.int64)
    bids, asks = (int(after[:, column].sum()) for column in (1, 2))
    assert (bids, asks) == seen, "the replay saw other prices"
    assert ours.levels() == levels, "the replay has other levels"
    return {name: len(frames) / statistics.median(took) for name, took in seconds.items()}


def replayed_per_s(frames: Sequence[bytes], rounds: int) -> float:
    """Return how many frames a second of a processor's time a whole recording is replayed at."""
    recording, seconds = b"\n".join(frames) + b"\n", []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        replay(recording)
        seconds.append(time.process_time() - start)
    return len(frames) / statistics.median(seconds)


def p99_us(frames: Sequence[bytes], rounds: int) -> float:
    """Return the 99th percentile of one frame's time in microseconds, the timer's included."""
    found = []
    for _ in range(rounds):
        feed, clock = BookFeed(follow_all=True), time.perf_counter_ns
        taken = np.empty(len(frames), dtype=np.int64)
        gc.collect()
        for number, frame in enumerate(frames):
            start = clock()
            book = feed.apply(frame)
            if type(book) is LadderBook:
                _ = book.bid_e4, book.ask_e4
            taken[number] = clock() - start
        found.append(float(np.percentile(taken, 99)) / 1000)
    return statistics.median(found)


def rows(
    label: str, frames: Sequence[bytes], recording: Sequence[bytes], rounds: int
) -> list[dict[str, object]]:
    """Measure and return the table's rows."""
    rate = messages_per_s(frames, rounds)
    ours, batch = rate.pop(Ours.name), replayed_per_s(recording, rounds)
    table: list[dict[str, object]] = []
    own = rate.pop(OWN_IDEA)
    ordered = [*sorted(rate.items(), key=lambda pair: -pair[1]), (OWN_IDEA, own)]
    for at, (peer, their_rate) in enumerate(ordered):
        bar = f">= {FRAMES_PER_S_BAR / 1e6:.0f} M/s and >= {PEER_BAR:.0f}x" if at == 0 else "-"
        table.append(
            {
                "figure": f"{label}, one by one, best bid and ask after each",
                "bar": bar,
                "measured": f"{ours / 1e6:.2f} M messages/s",
                "peer": f"{peer}: {their_rate / 1e3:.0f} k/s",
                "ratio": f"{ours / their_rate:.1f}x",
            }
        )
    p99, theirs = p99_us(frames, rounds), rate[Nautilus.name]
    table.append(
        {
            "figure": f"{label}, p99 of one frame",
            "bar": f"<= {P99_BAR_US:.0f} us",
            "measured": f"{p99:.2f} us",
            "peer": "-",
            "ratio": f"{P99_BAR_US / p99:.1f}x the bar",
        }
    )
    table.append(
        {
            "figure": f"{label}, the recording at once, equal books at the end",
            "bar": f">= {BATCH_BAR / 1e6:.0f} M/s and >= {BATCH_PEER_BAR:.0f}x",
            "measured": f"{batch / 1e6:.2f} M messages/s",
            "peer": f"{Nautilus.name}: {theirs / 1e3:.0f} k/s",
            "ratio": f"{batch / theirs:.1f}x",
        }
    )
    return table


def recorded(folder: Path) -> list[bytes]:
    """Return the book frames of the first recording in a folder."""
    for path in sorted([*folder.glob("*.ndjson"), *folder.glob("*.jsonl")]):
        with path.open("rb") as lines:
            frames = [line.rstrip(b"\n") for line in lines if line.startswith(BOOK_FRAME)]
        if frames:
            return frames[:RECORDED_MAX]
    return []


def table(measured: list[dict[str, object]]) -> str:
    """Return the rows as a Markdown table."""
    heads = list(measured[0])
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(str(row[head]) for head in heads) + " |" for row in measured]
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in turn")
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames that are drawn")
    args = parser.parse_args()
    tape = draw_tape(max(args.frames, RECORDING), MARKETS)
    measured = rows("drawn frames", tape[: MARKETS + args.frames], tape, args.rounds)
    if folder := os.environ.get(FOLDER):
        frames = recorded(Path(folder))
        if frames:
            measured += rows("recorded frames", frames, frames, args.rounds)
    print(table(measured))
    if args.json is not None:
        args.json.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
