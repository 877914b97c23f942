"""Best prices, and which of them changed since when."""

from __future__ import annotations

import pytest

from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.core.types import Side
from kalshi_alpha.web.dashboard.live_books import Listed, LiveBooks, StreamState, Top, top_of


def book(ticker: str, yes: int = 2800, no: int = 6800) -> LadderBook:
    made = LadderBook(ticker)
    made.apply_snapshot([(yes, 500)], [(no, 700)])
    return made


def test_the_best_prices_of_a_book_are_on_the_scale_of_yes() -> None:
    assert top_of(book("A")) == Top(2800, 3200, 500, 700, "")
    assert top_of(book("A")).mid == pytest.approx(0.30)


def test_an_empty_side_has_no_price_and_a_dirty_book_no_mid() -> None:
    one = LadderBook("A")
    one.apply_snapshot([(2800, 500)], [])
    assert top_of(one) == Top(2800, None, 500, None, "")
    assert top_of(one).mid is None
    both = book("A")
    both.mark(Dirty.SEQ_GAP)
    assert top_of(both).dirty == "seq_gap"
    assert top_of(both).mid is None


def test_only_what_changed_is_told_and_once_however_often_it_changed() -> None:
    live = LiveBooks()
    books = {name: book(name) for name in ("A", "B", "C")}
    assert live.take(books) == 3
    seen = live.seq
    assert live.take(books) == 0
    assert live.since(seen) == {}
    for size in (100, 200, 300):
        books["B"].apply_delta(Side.YES, 2900, size)
        live.take(books)
    assert live.since(seen) == {"B": Top(2900, 3200, 600, 700, "")}
    assert set(live.since(0)) == {"A", "B", "C"}
    assert live.top("D") is None


def test_markets_that_are_listed_no_more_are_forgotten() -> None:
    live = LiveBooks()
    listed = [Listed(name, "E", "S", "> 0.3") for name in ("A", "B")]
    assert live.list_markets(listed)
    assert not live.list_markets(listed)
    live.take({"A": book("A"), "B": book("B")})
    assert live.list_markets(listed[:1])
    assert (live.listing, set(live.since(0))) == (2, {"A"})


def test_how_the_stream_stands_is_said() -> None:
    live = LiveBooks()
    assert live.state is StreamState.OFF
    live.note(StreamState.DOWN, "no exchange answers")
    assert (live.state, live.detail) == (StreamState.DOWN, "no exchange answers")
