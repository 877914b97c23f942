from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import TAPERED
from kalshi_alpha.core.pricing.candidates import Placement, quote_candidates
from kalshi_alpha.core.proposals.quotes import IMPROVE, JOIN, NO, YES, own_scale, quotable
from kalshi_alpha.core.proposals.tick_table import ABSENT, TickTable
from kalshi_alpha.core.types import Price, Side, TickGrid

GRIDS = (TickGrid.linear_cent(), TAPERED)
TICKS = TickTable.of(GRIDS)


def offered(yes_bid: int, no_bid: int, grid: int = 0) -> np.ndarray[tuple[int, int], np.dtype]:
    one = np.array
    got = quotable(
        one([yes_bid], dtype=np.int64),
        one([no_bid], dtype=np.int64),
        one([grid], dtype=np.int64),
        TICKS,
    )
    return got[:, :, 0]


def test_each_side_joins_its_bid_or_improves_it_by_a_tick() -> None:
    got = offered(4100, 5500)
    assert (got[YES, JOIN], got[YES, IMPROVE]) == (4100, 4200)
    assert (got[NO, JOIN], got[NO, IMPROVE]) == (5500, 5600)


def test_a_no_order_rests_at_the_no_price_never_at_the_yes_price() -> None:
    assert offered(1900, 7700)[NO, JOIN] == 7700


def test_an_improvement_that_would_meet_the_ask_is_not_offered() -> None:
    got = offered(4100, 5800)
    assert (got[YES, JOIN], got[YES, IMPROVE]) == (4100, ABSENT)


def test_the_no_tick_is_that_of_the_mirrored_yes_price() -> None:
    got = offered(310, 9540, grid=1)
    assert got[YES, IMPROVE] == 320
    assert got[NO, IMPROVE] == 9550


@pytest.mark.parametrize("book", [(ABSENT, 5500), (4100, ABSENT), (ABSENT, ABSENT)])
def test_nothing_is_offered_when_a_side_is_empty(book: tuple[int, int]) -> None:
    assert (offered(*book) == ABSENT).all()


def test_nothing_is_offered_in_a_crossed_or_locked_book() -> None:
    assert (offered(4500, 5500) == ABSENT).all()
    assert (offered(4600, 5500) == ABSENT).all()


def test_the_ask_of_a_side_is_one_dollar_less_the_other_bid() -> None:
    bid, ask = own_scale(np.array([4100, ABSENT]), np.array([5500, 300]))
    assert bid.tolist() == [[4100, ABSENT], [5500, 300]]
    assert ask.tolist() == [[4500, 9700], [5900, ABSENT]]


@given(
    st.sampled_from([0, 1]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_every_offered_price_is_on_the_grid_and_rests(grid: int, yes: int, no: int) -> None:
    legal = GRIDS[grid].prices_e4
    yes_bid, no_bid = legal[yes % len(legal)], 10_000 - legal[no % len(legal)]
    got = offered(yes_bid, no_bid, grid)
    for placement in (JOIN, IMPROVE):
        if (price := int(got[YES, placement])) != ABSENT:
            assert GRIDS[grid].allows(Price(price))
            assert yes_bid <= price < 10_000 - no_bid
        if (price := int(got[NO, placement])) != ABSENT:
            assert GRIDS[grid].allows(Price(10_000 - price))
            assert no_bid <= price < 10_000 - yes_bid


@given(st.sampled_from([0, 1]), st.integers(1, 9_999), st.integers(1, 9_999))
def test_the_arrays_offer_what_the_scalar_candidates_are(grid: int, yes: int, no: int) -> None:
    """Bids off the grid too, which a change of ticks leaves behind; never a crossed book."""
    yes_bid, no_bid = sorted((yes, 10_000 - no))[0], 10_000 - sorted((yes, 10_000 - no))[1]
    if yes_bid + no_bid == 10_000:
        return
    got = offered(yes_bid, no_bid, grid)
    for row, side, bid, ask in (
        (YES, Side.YES, yes_bid, 10_000 - no_bid),
        (NO, Side.NO, no_bid, 10_000 - yes_bid),
    ):
        candidates = quote_candidates(side, bid, ask, GRIDS[grid])
        prices = {each.placement: each.price.e4 for each in candidates}
        assert got[row, JOIN] == prices.get(Placement.JOIN, ABSENT)
        assert got[row, IMPROVE] == prices.get(Placement.IMPROVE, ABSENT)
