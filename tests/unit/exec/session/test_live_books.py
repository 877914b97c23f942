from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.core.types import Side
from kalshi_alpha.exec.session.live_books import LiveBooks
from sim_exchange import Clock

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


@pytest.fixture
def book() -> LadderBook:
    made = LadderBook("A-1")
    made.apply_snapshot([(3400, 1000)], [(6200, 500)])
    return made


def test_a_clean_book_is_given_and_kept_until_it_changes(book: LadderBook) -> None:
    clock = Clock(AT)
    books = LiveBooks({"A-1": book}, clock)
    first = books.book("A-1")
    assert first is not None
    assert (first.as_of, first.yes_bids) == (AT, ((3400, 1000),))
    later = clock.step(5)
    assert books.book("A-1") is first
    book.apply_delta(Side.YES, 3400, -400)
    books.changed(book)
    anew = books.book("A-1")
    assert anew is not None
    assert (anew.as_of, anew.yes_bids) == (later, ((3400, 600),))


def test_a_dirty_a_crossed_and_an_unknown_book_are_not_given(book: LadderBook) -> None:
    books = LiveBooks({"A-1": book}, Clock(AT))
    assert books.book("B-1") is None
    book.apply_delta(Side.NO, 6700, 100)
    assert books.book("A-1") is None
    book.apply_delta(Side.NO, 6700, -100)
    assert books.book("A-1") is not None
    book.mark(Dirty.SEQ_GAP)
    assert books.book("A-1") is None
