from __future__ import annotations

from datetime import UTC, datetime

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.quoting.own_orders import without_own
from kalshi_alpha.core.quoting.quotes import RestingOrder
from kalshi_alpha.core.types import Contracts, Price, Side

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
BOOK = OrderBook.of("A-1", AT, [(3400, 1000), (3300, 500)], [(6100, 700)])


def own(side: Side, price_e4: int, size_e2: int, ticker: str = "A-1") -> RestingOrder:
    return RestingOrder("c", "v", ticker, side, Price(price_e4), Contracts(size_e2))


def test_our_size_is_taken_out_of_its_level() -> None:
    left = without_own(BOOK, [own(Side.YES, 3400, 400), own(Side.NO, 6100, 700)])
    assert left.yes_bids == ((3400, 600), (3300, 500))
    assert left.no_bids == ()


def test_orders_of_other_markets_change_nothing() -> None:
    assert without_own(BOOK, [own(Side.YES, 3400, 400, "B-1")]) is BOOK


def test_a_level_that_shows_less_than_ours_is_nobody_elses() -> None:
    assert without_own(BOOK, [own(Side.YES, 3400, 1500)]).yes_bids == ((3300, 500),)
