from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.core.replay.chain import ReplayRules
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.fills import UNKNOWN
from kalshi_alpha.core.replay.market_view import MarketView
from kalshi_alpha.core.replay.tape import DepthColumns, EventTape, QuoteColumns
from kalshi_alpha.core.types import Side
from replay_cases import AFTER, BEFORE, CHAIN, DECIDES, MIDDLE, at, event, known, ruled, tape

SEEN = to_us(at("17:55:00"))


def quoted(size_e2: int = -1) -> EventTape:
    """The golden event with recorded quotes: 19/21, 40/44 and 38/42 cents."""
    rows = [(SEEN, 0, 1900, 7900), (SEEN, 1, 4000, 5600), (SEEN, 2, 3800, 5800)]
    at_us, market, bid, no_bid = np.array(rows, dtype=np.int64).T
    sizes = np.full(3, size_e2, dtype=np.int64)
    return replace(tape(), quotes=QuoteColumns(at_us, market, bid, no_bid, sizes, sizes))


def deep() -> EventTape:
    rows = [
        (SEEN, market, is_yes, price, size, int(is_yes))
        for market, bid, no_bid in ((0, 1900, 7900), (1, 4000, 5600), (2, 3800, 5800))
        for is_yes, price, size in ((1, bid, 3000), (0, no_bid, 200))
    ]
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    return replace(tape(), depth=DepthColumns(*columns))


def fills_of(recorded: EventTape, rules: ReplayRules | None = None) -> list[int]:
    day = replay_day([event(recorded)], ruled(rules or ReplayRules()))
    orders = [o for o in day.orders if o.clock.at == DECIDES]
    return sorted(o.fills.total_e2 for o in orders if o.proposal.market_ticker == MIDDLE)


@pytest.mark.parametrize("recorded", [quoted(), deep(), tape(BEFORE)], ids=["q", "d", "p"])
def test_a_post_only_order_crosses_from_the_best_offer_on(recorded: EventTape) -> None:
    """The middle stands at 40 to 44 cents: NO is offered at 60."""
    view, when = MarketView(event(recorded), ReplayRules()), to_us(DECIDES)
    for side, rests, crosses in ((Side.YES, 4399, 4400), (Side.NO, 5999, 6000)):
        assert not view.would_cross(1, side, rests, when)
        assert view.would_cross(1, side, crosses, when)
        assert view.would_cross(1, side, crosses + 100, when)


def test_prints_alone_tell_no_queue() -> None:
    view = MarketView(event(), ReplayRules())
    assert view.is_inferred
    assert view.ahead_e2(1, Side.YES, 4000, to_us(DECIDES)) == UNKNOWN


def test_quotes_tell_the_queue_at_the_best_bid_if_they_carry_sizes() -> None:
    sized, bare = (MarketView(event(quoted(size)), ReplayRules()) for size in (3000, -1))
    when = to_us(DECIDES)
    assert sized.ahead_e2(1, Side.YES, 4000, when) == 3000
    assert sized.ahead_e2(1, Side.NO, 5600, when) == 3000
    assert sized.ahead_e2(1, Side.YES, 4100, when) == 0, "nobody is before a better bid"
    assert sized.ahead_e2(1, Side.YES, 3900, when) == UNKNOWN
    assert bare.ahead_e2(1, Side.YES, 4000, when) == UNKNOWN


def test_depth_tells_the_queue_at_every_price() -> None:
    view = MarketView(event(deep()), ReplayRules())
    assert view.ahead_e2(1, Side.YES, 4000, to_us(DECIDES)) == 3000
    assert view.ahead_e2(1, Side.NO, 5600, to_us(DECIDES)) == 200
    assert view.ahead_e2(1, Side.YES, 3900, to_us(DECIDES)) == 0


def test_a_longer_queue_ahead_never_fills_more() -> None:
    # Prints: 4 through at 18:10, 50 at our price, 20 through. After the first nobody is ahead.
    assert fills_of(deep()) == [1000]
    late = [p for p in AFTER if p[0] == "18:20:00"]
    level = replace(deep(), trades=tape((*BEFORE, *late)).trades)
    # Of the 50 printed at our price 30 were ahead of us, and of twice as many none is left.
    assert fills_of(level) == [1000]
    assert fills_of(level, ReplayRules(ahead_share=1.5)) == [500]
    assert fills_of(level, ReplayRules(ahead_share=2.0)) == [0]


def test_books_are_the_touch_as_of_when_it_was_seen() -> None:
    for recorded, as_of in ((tape(), at("17:50:00")), (quoted(), DECIDES)):
        view = MarketView(event(recorded), ReplayRules())
        books = view.books(view.touches_at(to_us(DECIDES)), to_us(DECIDES))
        book = books[MIDDLE]
        assert (book.as_of, book.best_yes_bid and book.best_yes_bid.e4) == (as_of, 4000)
        assert book.best_yes_ask is not None
        assert book.best_yes_ask.e4 == 4400


def test_a_market_without_a_touch_has_no_book() -> None:
    view = MarketView(event(tape(BEFORE[:2])), ReplayRules())
    assert set(view.books(view.touches_at(to_us(DECIDES)), to_us(DECIDES))) == {MIDDLE}


def test_the_model_gives_each_market_what_its_strike_pays_on() -> None:
    assert MarketView(event(), ReplayRules()).model_prob(known()).tolist() == pytest.approx(
        [0.2, 0.5, 0.3]
    )


def test_prints_of_either_taker_count_only_where_no_book_was_recorded() -> None:
    assert MarketView(event(), ReplayRules()).any_taker
    assert not MarketView(event(quoted()), ReplayRules()).any_taker
    assert not MarketView(event(), ReplayRules(any_taker=False)).any_taker


def test_the_chain_runs_on_quotes_and_on_depth() -> None:
    for recorded in (quoted(), deep()):
        assert replay_day([event(recorded)], CHAIN).orders
