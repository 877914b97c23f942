from __future__ import annotations

import importlib.util
import json
import random
import sys
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kalshi_alpha.brokers.kalshi as package
from kalshi_alpha.brokers.kalshi import book_replay, replay_kernel, replay_trades, replay_words
from kalshi_alpha.brokers.kalshi.book_replay import Replayed, replay
from kalshi_alpha.brokers.kalshi.stream_frames import StreamFrame, decode_frame
from kalshi_alpha.core.book.ladder_book import Dirty
from kalshi_alpha.core.types import Side

TICKERS = ("KXHIGHNY-26JUN15-B82.5", "KXHIGHNY-26JUN15-T84", "KXCPI-T0.3", "T", "A" * 80)
MARKET_ID = "f5ed38e2-0991-4c8f-817e-08c4fd9cbfdb"


def _interpreted(module: ModuleType) -> ModuleType:
    """Return a module as plain Python, whether a compiler is installed or not."""
    spec = importlib.util.spec_from_file_location(module.__name__, module.__file__)
    assert spec is not None
    assert spec.loader is not None
    plain = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", lambda _: None)
        spec.loader.exec_module(plain)
    return plain


@pytest.fixture(autouse=True, scope="module")
def _without_compiler() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, replay_words.__name__, _interpreted(replay_words))
        trades = _interpreted(replay_trades)
        patch.setitem(sys.modules, replay_trades.__name__, trades)
        patch.setattr(package, "replay_trades", trades)
        patch.setattr(package, "replay_kernel", _interpreted(replay_kernel))
        yield


class Tape:
    """Draws a recording in the layouts the venue has used, with what may go wrong in one."""

    def __init__(self, seed: int, *, faults: bool) -> None:
        self.rng = random.Random(seed)
        self.faults = faults
        self.seqs = {1: 0, 2: 0}
        self.layout = self.rng.choice(("today", "march", "short"))
        self.steps = self.rng.choice(((100,), (100, 100, 10), (100, 10, 1)))

    def number(self, sid: int) -> int:
        self.seqs[sid] += 1
        if self.faults and self.rng.random() < 0.02:
            self.seqs[sid] += self.rng.choice((-2, -1, 1, 5, 10**8))
        return self.seqs[sid]

    def snapshot(self, ticker: str) -> bytes:
        levels = [[f"{p / 100:.4f}", f"{p}.00"] for p in range(1, 30)]
        msg = {"market_ticker": ticker, "yes_dollars_fp": levels, "no_dollars_fp": levels}
        head = {"type": "orderbook_snapshot", "sid": 1, "seq": self.number(1)}
        return json.dumps({**head, "msg": msg}).encode()

    def delta(self) -> bytes:
        rng = self.rng
        step = rng.choice(self.steps)
        price_e4 = step * rng.randrange(1, (4000 if rng.random() < 0.97 else 10_000) // step)
        e2 = rng.choice((100, 2000, 733, 10_000_000)) * rng.choice((1, 1, 1, -1))
        count = f"{'-' if e2 < 0 else ''}{abs(e2) // 100}.{abs(e2) % 100:02d}"
        msg: dict[str, object] = {"market_ticker": rng.choice(TICKERS), "market_id": MARKET_ID}
        if self.layout == "today":
            msg["clock"] = rng.randrange(10**7)
        if self.layout == "march":
            msg |= {"price": price_e4 // 100}
        msg["price_dollars"] = f"{price_e4 / 10_000:.4f}"
        if self.layout == "march":
            msg["delta"] = e2 // 100
        msg |= {"delta_fp": count, "side": rng.choice(("yes", "no"))}
        if self.layout != "short":
            fraction = f".{rng.randrange(10**6)}".rstrip("0") if rng.random() < 0.9 else ""
            msg["ts"] = f"2026-06-11T06:31:29{fraction}Z"
        if self.layout == "today":
            msg["ts_ms"] = 1781159489957
        if rng.random() < 0.02:
            msg["client_order_id"] = "ours"
        frame: dict[str, object] = {"type": "orderbook_delta", "sid": 1, "seq": self.number(1)}
        if self.layout == "today":
            frame["sending_ts_ms"] = 1781159489960
        if rng.random() < 0.02:
            frame = dict(reversed(frame.items()))
        return json.dumps({**frame, "msg": msg}, separators=(",", ":")).encode()

    def trade(self) -> bytes:
        rng = self.rng
        cents, e2 = rng.randrange(1, 100), rng.choice((1, 777, 20_000))
        msg: dict[str, object] = {"trade_id": MARKET_ID, "market_ticker": rng.choice(TICKERS)}
        if self.layout == "march":
            msg |= {"yes_price": cents, "no_price": 100 - cents}
        msg["yes_price_dollars"] = f"{cents / 100:.4f}"
        msg["no_price_dollars"] = f"{1 - cents / 100:.4f}"
        if self.layout == "march":
            msg["count"] = e2 // 100
        msg |= {"count_fp": f"{e2 // 100}.{e2 % 100:02d}", "taker_side": rng.choice(("yes", "no"))}
        if self.layout == "today":
            msg |= {"taker_outcome_side": "yes", "taker_book_side": rng.choice(("bid", "ask"))}
            msg["is_block_trade"] = rng.random() < 0.1
        msg["ts"] = 1781159489
        if self.layout == "today":
            msg["ts_ms"] = 1781159489957
        head = {"type": "trade", "sid": 2, "seq": self.number(2)}
        return json.dumps({**head, "msg": msg}, separators=(",", ":")).encode()

    def other(self) -> bytes:
        kind = self.rng.randrange(3)
        if kind == 0:
            return b'{"type":"a_new_one","sid":2,"seq":%d,"msg":{"a":[]}}' % self.number(2)
        if kind == 1:
            return b'{"type":"ok","sid":1,"seq":%d,"id":4}' % self.number(1)
        return self.snapshot(self.rng.choice(TICKERS[:-1]))

    def spoilt(self, line: bytes) -> bytes:
        rng, at = self.rng, self.rng.randrange(len(line))
        return rng.choice(
            (
                line[:at],
                line[:at] + bytes([rng.randrange(256)]) + line[at + 1 :],
                line[:at] + b"\n" + line[at:],
                b"",
                line + b"\r",
                b" " + line,
                b'{"type":"subscribed","id":9,"msg":{"channel":"orderbook_delta","sid":1}}',
            )
        )

    def recording(self, frames: int) -> bytes:
        lines = [self.delta()] if self.faults else []
        lines += [self.snapshot(ticker) for ticker in TICKERS]
        for _ in range(frames):
            line = self.trade() if self.rng.random() < 0.2 else self.delta()
            line = self.other() if self.rng.random() < 0.03 else line
            if self.faults and self.rng.random() < 0.03:
                line = self.spoilt(line)
            lines.append(line)
        return b"\n".join(lines) + self.rng.choice((b"", b"\n", b"\n\n"))


def assert_equal(fast: Replayed, plain: Replayed) -> None:
    assert fast.tickers == plain.tickers
    assert np.array_equal(fast.rows, plain.rows)
    counts = [(each.feed.gaps, each.feed.repeats, each.feed.unreadable) for each in (fast, plain)]
    assert counts[0] == counts[1]
    assert fast.feed.books.keys() == plain.feed.books.keys()
    for ticker, book in fast.feed.books.items():
        other = plain.feed.books[ticker]
        assert book.dirty == other.dirty
        assert (book.bid_e4, book.ask_e4) == (other.bid_e4, other.ask_e4)
        assert [book.levels(side) for side in Side] == [other.levels(side) for side in Side]


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_both_paths_give_equal_books_to_the_last_level(seed: int) -> None:
    recording = Tape(seed, faults=False).recording(80)
    assert_equal(replay(recording, fast=True), replay(recording, fast=False))


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_both_paths_agree_about_everything_that_goes_wrong(seed: int) -> None:
    recording = Tape(seed, faults=True).recording(80)
    assert_equal(replay(recording, fast=True), replay(recording, fast=False))


@pytest.mark.parametrize("recording", [b"", b"\n", b"{", b"no frame at all\n", b"x" * 5000])
@pytest.mark.parametrize("fast", [True, False])
def test_what_is_no_recording_gives_no_book(recording: bytes, *, fast: bool) -> None:
    replayed = replay(recording, fast=fast)
    assert replayed.tickers == ()
    assert replayed.rows.shape == (0, 3)
    assert replayed.feed.unreadable == (1 if recording.strip() else 0)


@pytest.mark.parametrize("fast", [True, False])
def test_the_rows_are_the_best_prices_after_every_change(*, fast: bool) -> None:
    recording = b"""
{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"T","no":[[64,75]]}}
{"type":"orderbook_delta","sid":1,"seq":2,"msg":{"market_ticker":"T","market_id":"f5ed38e2-0991-\
4c8f-817e-08c4fd9cbfdb","price_dollars":"0.3400","delta_fp":"5.00","side":"yes"}}
{"type":"orderbook_delta","sid":1,"seq":4,"msg":{"market_ticker":"T","price_dollars":"0.6500",\
"delta_fp":"0.32","side":"no"}}
"""
    replayed = replay(recording, fast=fast)
    assert replayed.tickers == ("T",)
    assert replayed.rows.tolist() == [[0, 0, 3600], [0, 3400, 3600], [0, 3400, 3500]]
    assert replayed.feed.books["T"].dirty is Dirty.SEQ_GAP
    assert replayed.feed.books["T"].levels(Side.NO) == ((6500, 32), (6400, 7500))


def test_most_frames_of_a_usual_recording_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the two tests above would show that a path equals itself."""
    recording = Tape(11, faults=False).recording(600)
    plainly: list[bytes] = []

    def noted(frame: bytes) -> StreamFrame:
        plainly.append(frame)
        return decode_frame(frame)

    monkeypatch.setattr(book_replay, "decode_frame", noted)
    replay(recording, fast=True)
    assert len(plainly) < 350


def test_a_snapshot_that_cannot_be_read_leaves_the_levels_that_were_walked() -> None:
    tape = Tape(3, faults=False)
    lines = [*map(tape.snapshot, TICKERS), *(tape.delta() for _ in range(40))]
    lines += [tape.snapshot(ticker).replace(b"0.0300", b"0.0{00") for ticker in TICKERS]
    recording = b"\n".join([*lines, b" " * 2000])
    assert_equal(replay(recording, fast=True), replay(recording, fast=False))
