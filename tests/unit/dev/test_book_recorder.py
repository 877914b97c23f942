from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from kalshi_alpha.brokers.kalshi.stream_events import Notice, NoticeKind
from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.dev.book_recorder import BookRecorder

AT = datetime(2026, 6, 11, 6, 31, tzinfo=UTC)


class FixedClock:
    def now(self) -> datetime:
        return AT


def recorder(root: Path) -> BookRecorder:
    return BookRecorder(Paths(root), FixedClock(), ["A"], "sim")


def book(**sides: list[tuple[int, int]]) -> LadderBook:
    made = LadderBook("A")
    made.apply_snapshot(sides.get("yes", []), sides.get("no", []))
    return made


def test_frames_about_other_markets_and_torn_ones_are_left_out(tmp_path: Path) -> None:
    kept = recorder(tmp_path)
    on_frame = kept.handlers().on_frame
    assert on_frame is not None
    good = b'{"type":"orderbook_delta","msg":{"market_ticker":"A","later":1}}'
    for frame in (good, good.replace(b'"A"', b'"B"'), good[:30], b"\xff", b'{"type":"ok"}'):
        on_frame(frame)
    kept.write_out({"A": book()})
    lines = kept.file("A").read_text().splitlines()
    assert [json.loads(line).get("frame") for line in lines] == [json.loads(good), None]
    assert kept.frames == {"A": 1}


def test_a_dirty_book_has_no_figures(tmp_path: Path) -> None:
    dirty = book(yes=[(3400, 3000)], no=[(6400, 1000)])
    dirty.mark(Dirty.SEQ_GAP)
    record = recorder(tmp_path).record(dirty, AT)
    assert (record.dirty, record.best_yes_bid, record.imbalance) == ("seq_gap", None, None)


def test_a_book_with_one_side_has_its_best_price_and_no_lean(tmp_path: Path) -> None:
    record = recorder(tmp_path).record(book(no=[(6400, 1050)]), AT)
    assert (record.best_yes_bid, record.best_yes_ask) == (None, "0.3600")
    assert (record.bid_count, record.ask_count) == (None, "10.50")
    assert record.imbalance is record.mid is record.microprice is None


def test_lost_connections_are_counted(tmp_path: Path) -> None:
    kept = recorder(tmp_path)
    on_notice = kept.handlers().on_notice
    assert on_notice is not None
    on_notice(Notice(NoticeKind.CONNECTED))
    on_notice(Notice(NoticeKind.DISCONNECTED, "reset"))
    assert (kept.drops, kept.trouble) == (1, "reset")


def test_a_name_of_ours_has_the_books_and_the_leans_of_its_markets(tmp_path: Path) -> None:
    paths, name = Paths(tmp_path), "TNEY-24DEC12"
    kept = BookRecorder(paths, FixedClock(), ["A", "B"], "sim", {name: ("A", "B")})
    on_frame = kept.handlers().on_frame
    assert on_frame is not None
    books = {"A": book(yes=[(3400, 3000)], no=[(6400, 1000)]), "B": LadderBook("B")}
    kept.write_out(books)
    assert not kept.file(name).exists()
    # A market that is shown late does not wait for the next round of whole books.
    on_frame(b'{"type":"orderbook_delta","msg":{"market_ticker":"A"}}')
    for _ in range(3):
        kept.write_out(books)
    (line,) = [json.loads(line) for line in kept.file(name).read_text().splitlines()]
    assert (line["ticker"], line["yes_bids"]) == ("A", [["0.3400", "30.00"]])
    lean = json.loads(paths.orderbook_imbalance(name).read_text())
    assert (lean["ticker"], lean["generated_at"]) == (name, "2026-06-11T06:31:00Z")
    assert [each["ticker"] for each in lean["markets"]] == ["A", "B"]
    assert lean["markets"][0] == json.loads(paths.orderbook_imbalance("A").read_text())
