from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.book_feed import CHANGES_KEPT, BookFeed
from kalshi_alpha.brokers.kalshi.stream_frames import Delta, OtherFrame, UnreadableFrame
from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.core.types import Side


def snapshot(seq: int, ticker: str = "A", *, sid: int = 1, **sides: object) -> bytes:
    msg = {"market_ticker": ticker, **sides}
    return json.dumps({"type": "orderbook_snapshot", "sid": sid, "seq": seq, "msg": msg}).encode()


def delta(
    seq: int,
    ticker: str = "A",
    change: str = "5.00",
    *,
    price: str = "0.3400",
    side: str = "yes",
    sid: int = 1,
) -> bytes:
    msg = {"market_ticker": ticker, "price_dollars": price, "delta_fp": change, "side": side}
    return json.dumps({"type": "orderbook_delta", "sid": sid, "seq": seq, "msg": msg}).encode()


def followed(*tickers: str) -> tuple[BookFeed, list[str]]:
    """Return a feed whose books are clean, and the list it tells of dirty ones."""
    told: list[str] = []
    feed = BookFeed(tickers, on_dirty=lambda book: told.append(book.ticker))
    for seq, ticker in enumerate(tickers, start=1):
        feed.apply(snapshot(seq, ticker, yes_dollars_fp=[["0.3300", "40.00"]]))
    return feed, told


def test_a_snapshot_and_a_delta_give_the_book() -> None:
    feed, told = followed("A")
    book = feed.apply(delta(2))
    assert book is feed.books["A"]
    assert feed.books["A"].levels(Side.YES) == ((3400, 500), (3300, 4000))
    assert feed.books["A"].dirty is None
    assert not told


def test_a_missing_number_makes_every_book_of_the_subscription_dirty() -> None:
    feed, told = followed("A", "B", "C")
    feed.apply(snapshot(9, "C", sid=2))
    feed.apply(delta(5, "A"))
    assert [feed.books[each].dirty for each in "ABC"] == [Dirty.SEQ_GAP, Dirty.SEQ_GAP, None]
    assert set(told) == {"A", "B"}
    assert feed.gaps == 1
    feed.apply(snapshot(6, "A"))
    assert feed.books["A"].dirty is None
    assert feed.books["B"].dirty is Dirty.SEQ_GAP


def test_a_number_that_comes_again_is_not_applied_and_makes_the_books_dirty() -> None:
    feed, _ = followed("A")
    feed.apply(delta(2))
    feed.apply(delta(2))
    assert feed.books["A"].size_e2(Side.YES, 3400) == 500
    assert feed.books["A"].dirty is Dirty.SEQ_REPEAT
    assert feed.repeats == 1


def test_other_frames_of_a_subscription_take_numbers_too() -> None:
    feed, _ = followed("A")
    feed.apply(b'{"id":2,"sid":1,"seq":2,"type":"ok","msg":{"market_tickers":["A"]}}')
    feed.apply(delta(3))
    assert feed.books["A"].dirty is None
    feed.apply(b'{"id":2,"sid":1,"seq":5,"type":"ok","msg":{"market_tickers":["A"]}}')
    assert feed.books["A"].dirty is Dirty.SEQ_GAP


def test_a_gap_among_trades_leaves_the_books_alone() -> None:
    feed, _ = followed("A")
    for seq in (1, 5):
        frame = feed.apply(b'{"type":"a_new_one","sid":7,"seq":%d,"msg":{}}' % seq)
        assert isinstance(frame, OtherFrame)
    assert (feed.gaps, feed.books["A"].dirty) == (1, None)


def test_a_delta_before_its_snapshot_leaves_the_book_dirty() -> None:
    told: list[str] = []
    feed = BookFeed(["A"], on_dirty=lambda book: told.append(book.ticker))
    feed.apply(delta(1))
    assert feed.books["A"].dirty is Dirty.NO_SNAPSHOT
    assert feed.books["A"].levels(Side.YES) == ()
    assert told == ["A"]
    feed.apply(snapshot(2))
    feed.apply(delta(3))
    assert feed.books["A"].dirty is None


def test_a_market_that_is_not_followed_is_ignored() -> None:
    feed, told = followed("A")
    assert isinstance(feed.apply(delta(2, "B")), Delta)
    assert not isinstance(feed.apply(snapshot(3, "B")), LadderBook)
    assert list(feed.books) == ["A"]
    assert not told


def test_a_recording_follows_every_market_it_shows() -> None:
    feed = BookFeed(follow_all=True)
    feed.apply(snapshot(1, "B"))
    assert list(feed.books) == ["B"]


@pytest.mark.parametrize("cut", [b"{", b'{"type":"orderbook_delta","sid":1,"seq":2', b"\xff\xfe"])
def test_a_frame_that_cannot_be_read_makes_every_book_dirty_until_its_snapshot(cut: bytes) -> None:
    feed, told = followed("A", "B")
    with pytest.raises(UnreadableFrame):
        feed.apply(cut)
    assert {book.dirty for book in feed.books.values()} == {Dirty.UNREADABLE_FRAME}
    assert told == ["A", "B"]
    # Its number is lost with it, so the next frame's is taken as it comes.
    feed.apply(snapshot(4, "A"))
    feed.apply(snapshot(5, "B"))
    assert (feed.gaps, feed.unreadable) == (0, 1)
    assert not any(book.dirty for book in feed.books.values())


def test_a_size_below_nothing_is_told_and_marked() -> None:
    feed, told = followed("A")
    feed.apply(delta(2, change="-41.00", price="0.3300"))
    feed.apply(delta(3, change="1.00"))
    assert feed.books["A"].dirty is Dirty.NEGATIVE_SIZE
    assert told == ["A", "A"]


@pytest.mark.parametrize(
    "frame",
    [
        delta(2, price="1.5000"),
        delta(2, price="0.0000"),
        delta(2, price="1.0000"),
        delta(2, change="many"),
        snapshot(2, yes_dollars_fp=[["0.3300", "-1.00"]]),
        snapshot(2, no_dollars_fp=[["0.33", "1.00"], ["0.3300", "1.00"]]),
        snapshot(2, no=[[100, 3]]),
    ],
)
def test_a_level_that_nobody_can_place_makes_its_book_dirty(frame: bytes) -> None:
    feed, told = followed("A", "B")
    feed.apply(delta(3, "A"))
    feed, told = followed("A")
    feed.apply(frame)
    assert feed.books["A"].dirty is Dirty.BAD_LEVEL
    assert told == ["A"]


def test_a_subscription_that_ends_takes_the_trust_in_its_books_with_it() -> None:
    feed, _ = followed("A", "B")
    feed.apply(snapshot(1, "B", sid=2))
    feed.forget(Dirty.CHANNEL_ERROR, 1)
    assert [feed.books[each].dirty for each in "AB"] == [Dirty.CHANNEL_ERROR, None]
    feed.forget(Dirty.DISCONNECTED)
    assert feed.books["B"].dirty is Dirty.DISCONNECTED
    # What still comes on the old subscription is not applied.
    feed.apply(delta(7, "B", sid=2))
    assert feed.books["B"].levels(Side.YES) == ()


def test_a_subscription_may_take_the_number_of_an_older_one() -> None:
    feed, _ = followed("A")
    feed.apply(b'{"id":9,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}')
    feed.apply(snapshot(1, "A"))
    assert feed.books["A"].dirty is None
    assert feed.repeats == 0


def test_the_texts_that_are_kept_are_bounded() -> None:
    feed, _ = followed("A")
    for seq in range(2, CHANGES_KEPT + 100):
        feed.apply(delta(seq, change=f"{seq}.00"))
    assert len(feed._changes) <= CHANGES_KEPT
    assert feed.books["A"].size_e2(Side.YES, 3400) == 100 * sum(range(2, CHANGES_KEPT + 100))


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 99), st.integers(-90, 300))))
def test_numbers_in_turn_never_make_a_book_dirty_but_by_its_sizes(
    changes: list[tuple[str, int, int]],
) -> None:
    feed, _ = followed("A", "B")
    below = set()
    for seq, (ticker, cent, count) in enumerate(changes, start=3):
        held = feed.books[ticker].size_e2(Side.NO, 100 * cent)
        if held + 100 * count < 0:
            below.add(ticker)
        feed.apply(delta(seq, ticker, f"{count}.00", price=f"0.{cent:02d}00", side="no"))
    for ticker, book in feed.books.items():
        assert book.dirty == (Dirty.NEGATIVE_SIZE if ticker in below else None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Side),
            st.one_of(st.integers(1, 99).map(lambda cent: 100 * cent), st.integers(1, 9999)),
            st.integers(-90, 300),
        )
    )
)
def test_frames_leave_a_book_as_its_own_changes_do(changes: list[tuple[Side, int, int]]) -> None:
    feed = BookFeed(["A"])
    feed.apply(snapshot(1))
    by_hand = LadderBook("A")
    by_hand.apply_snapshot((), ())
    for seq, (side, price_e4, count) in enumerate(changes, start=2):
        by_hand.apply_delta(side, price_e4, 100 * count)
        book = feed.apply(delta(seq, change=f"{count}.00", price=f"0.{price_e4:04d}", side=side))
        assert isinstance(book, LadderBook)
        assert (book.bid_e4, book.ask_e4) == (by_hand.bid_e4, by_hand.ask_e4)
        assert book.dirty is by_hand.dirty
        assert [book.levels(each) for each in Side] == [by_hand.levels(each) for each in Side]
