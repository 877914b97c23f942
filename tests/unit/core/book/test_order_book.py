from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.book.order_book import Level, OrderBook
from kalshi_alpha.core.errors import BadContracts, BadMarket, BadPrice
from kalshi_alpha.core.types import Contracts, Price, Side

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
BOOK = OrderBook.of(
    "KXCPI-25MAY-T0.2", AT, [(3900, 200), (4100, 30_000)], [(5500, 10_000), (5000, 700)]
)

sides_of_a_book = st.dictionaries(st.integers(1, 9_999), st.integers(1, 10**6), max_size=6)
books = st.builds(
    lambda yes, no: OrderBook.of("X", AT, yes.items(), no.items()),
    sides_of_a_book,
    sides_of_a_book,
)


def test_best_prices_and_sizes_of_both_sides() -> None:
    assert BOOK.best_yes_bid == Price.parse("0.41")
    assert BOOK.best_yes_ask == Price.parse("0.45")
    assert BOOK.best_bid(Side.NO) == Price.parse("0.55")
    assert BOOK.best_ask(Side.NO) == Price.parse("0.59")
    assert BOOK.bid_size(Side.YES) == BOOK.ask_size(Side.NO) == Contracts.whole(300)
    assert BOOK.ask_size(Side.YES) == BOOK.bid_size(Side.NO) == Contracts.whole(100)
    assert BOOK.spread_e4 == 400
    assert BOOK.mid == pytest.approx(0.43)
    assert not BOOK.is_crossed


def test_levels_are_sorted_best_first_however_they_arrive() -> None:
    assert BOOK.yes_bids == (Level(4100, 30_000), Level(3900, 200))
    assert BOOK.asks(Side.YES) == (Level(4500, 10_000), Level(5000, 700))


def test_an_empty_side_has_no_price() -> None:
    book = OrderBook.of("X", AT, [], [(5500, 100)])

    assert book.best_yes_bid is None
    assert book.bid_size(Side.YES) is None
    assert book.best_yes_ask == Price(4500)
    assert book.spread_e4 is None
    assert book.mid is None
    assert not book.is_crossed


@pytest.mark.parametrize(("no_bid", "crossed"), [(5899, False), (5900, True), (6000, True)])
def test_a_locked_or_crossed_book_is_flagged(no_bid: int, *, crossed: bool) -> None:
    assert OrderBook.of("X", AT, [(4100, 1)], [(no_bid, 1)]).is_crossed is crossed


@pytest.mark.parametrize(
    ("levels", "error"),
    [
        ([(0, 1)], BadPrice),
        ([(10_000, 1)], BadPrice),
        ([(-5, 1)], BadPrice),
        ([(41.0, 1)], BadPrice),
        ([(4100, 0)], BadContracts),
        ([(4100, -1)], BadContracts),
        ([(4100, 1.5)], BadContracts),
        ([(4100, 1), (4100, 2)], BadMarket),
        ([(4100, 2), (4100, 2)], BadMarket),
    ],
)
def test_impossible_levels_are_refused_on_either_side(
    levels: list[tuple[int, int]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        OrderBook.of("X", AT, levels, [])
    with pytest.raises(error):
        OrderBook.of("X", AT, [], levels)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(BadMarket):
        OrderBook.of("X", AT.replace(tzinfo=None), [], [])


@given(books)
def test_the_two_sides_are_mirror_images(book: OrderBook) -> None:
    flipped = OrderBook("X", AT, book.no_bids, book.yes_bids)

    for side in Side:
        assert book.best_bid(side) == flipped.best_bid(side.other)
        assert book.best_ask(side) == flipped.best_ask(side.other)
        assert book.ask_size(side) == flipped.ask_size(side.other)
    assert book.spread_e4 == flipped.spread_e4
    assert book.is_crossed == flipped.is_crossed


@given(books)
def test_bids_fall_and_asks_rise(book: OrderBook) -> None:
    for side in Side:
        bids, asks = book.bids(side), book.asks(side)
        assert list(bids) == sorted(bids, reverse=True)
        assert [a.price_e4 for a in asks] == sorted(a.price_e4 for a in asks)
