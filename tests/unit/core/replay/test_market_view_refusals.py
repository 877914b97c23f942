from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.core.replay.chain import ReplayRules
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.market_view import MarketView, Refusal
from kalshi_alpha.core.replay.tape import DepthColumns, EventTape, QuoteColumns
from kalshi_alpha.core.types import Side
from replay_cases import BEFORE, CHAIN, DECIDES, MIDDLE, at, event, tape

SEEN, NOW = to_us(at("17:55:00")), to_us(DECIDES)
LADDER = ((0, 1900, 7900), (1, 4000, 5600), (2, 3800, 5800))


def quoted(*later: tuple[int, int, int, int]) -> EventTape:
    """The golden event with recorded quotes, and what the middle showed later; 0 is empty."""
    rows = [(SEEN, *row) for row in LADDER] + list(later)
    at_us, market, bid, no_bid = np.array(rows, dtype=np.int64).T
    sizes = np.full(len(rows), 500, dtype=np.int64)
    return replace(tape(), quotes=QuoteColumns(at_us, market, bid, no_bid, sizes, sizes))


def deep(*later: tuple[int, int, int, int]) -> EventTape:
    """The same as whole books: an empty side has no level."""
    rows = []
    for at_us, market, bid, no_bid in [(SEEN, *row) for row in LADDER] + list(later):
        levels = [(1, bid), (0, no_bid)]
        told = [(at_us, market, is_yes, price, 500) for is_yes, price in levels if price]
        told = told or [(at_us, market, 1, 100, 0)]
        rows += [(*row, int(n == 0)) for n, row in enumerate(told)]
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    return replace(tape(), depth=DepthColumns(*columns))


Recorded = Callable[..., EventTape]
BOTH = pytest.mark.parametrize("recorded", [quoted, deep], ids=["quotes", "depth"])


def refusal(held: EventTape, side: Side, price_e4: int, at_us: int = NOW) -> Refusal | None:
    return MarketView(event(held), ReplayRules()).refusal(1, side, price_e4, at_us)


@BOTH
def test_a_lone_offer_is_crossed_as_one_beside_a_bid_is(recorded: Recorded) -> None:
    held = recorded((SEEN + 1, 1, 0, 7000))  # nobody bids, and YES is offered at 30
    assert refusal(held, Side.YES, 2900) is None
    assert refusal(held, Side.YES, 3000) is Refusal.CROSSES
    assert refusal(held, Side.YES, 4000) is Refusal.CROSSES
    assert refusal(held, Side.NO, 9900) is None, "no bid of YES is there to be crossed"


@BOTH
def test_a_lone_bid_is_what_an_order_for_no_crosses(recorded: Recorded) -> None:
    held = recorded((SEEN + 1, 1, 4000, 0))
    assert refusal(held, Side.NO, 5900) is None
    assert refusal(held, Side.NO, 6000) is Refusal.CROSSES
    assert refusal(held, Side.YES, 9900) is None


@BOTH
def test_a_book_that_is_empty_crosses_nothing(recorded: Recorded) -> None:
    held = recorded((SEEN + 1, 1, 0, 0))
    assert refusal(held, Side.YES, 9900) is None
    assert refusal(held, Side.NO, 9900) is None


@BOTH
@pytest.mark.parametrize("no_bid", [6000, 6500], ids=["locked", "crossed"])
def test_a_locked_or_crossed_book_refuses_every_order(recorded: Recorded, no_bid: int) -> None:
    held = recorded((SEEN + 1, 1, 4000, no_bid))
    assert refusal(held, Side.YES, 100) is Refusal.LOCKED
    assert refusal(held, Side.NO, 100) is Refusal.LOCKED


@BOTH
def test_a_book_that_was_never_shown_is_not_known(recorded: Recorded) -> None:
    assert refusal(recorded(), Side.YES, 100, SEEN) is Refusal.UNKNOWN
    assert refusal(recorded(), Side.YES, 100, SEEN + 1) is None


def test_quotes_that_are_too_old_are_not_known() -> None:
    view = MarketView(event(quoted()), ReplayRules(quote_age_us=NOW - SEEN - 1))
    assert view.refusal(1, Side.YES, 100, NOW) is Refusal.UNKNOWN
    assert view.refusal(1, Side.YES, 100, NOW - 1) is None


def test_prints_alone_refuse_by_a_touch_that_is_believed() -> None:
    held = tape(BEFORE)
    assert refusal(held, Side.YES, 4400) is Refusal.CROSSES
    assert refusal(held, Side.YES, 4400, to_us(at("17:51:00"))) is None, "nobody had sold YES yet"


@BOTH
def test_an_order_whose_bid_became_the_lone_offers_is_refused_on_arrival(
    recorded: Recorded,
) -> None:
    held = recorded((NOW + 1, 1, 0, 6000))  # while our 40 travels the bids go, and 40 is offered
    orders = replay_day([event(held)], CHAIN).orders
    middle = next(o for o in orders if o.proposal.market_ticker == MIDDLE)
    assert (middle.proposal.side, middle.proposal.price.e4) == (Side.YES, 4000)
    assert (middle.refused, middle.fills.total_e2) == (True, 0)
