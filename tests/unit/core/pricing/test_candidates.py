from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadMarket, BadPrice
from kalshi_alpha.core.pricing import Candidate, Placement, opening_candidate, quote_candidates
from kalshi_alpha.core.types import Price, Side, TickBand, TickGrid

YES, NO = Side.YES, Side.NO
CENT = TickGrid.linear_cent()
# Tenths of a cent in both tails, whole cents between.
TAPERED = TickGrid((TickBand(0, 1000, 10), TickBand(1000, 9000, 100), TickBand(9000, 10_000, 10)))
# Fine at the cheap end of YES only, so that the two sides step differently at the same price.
LOPSIDED = TickGrid((TickBand(0, 1000, 10), TickBand(1000, 10_000, 100)))


def placed(candidates: tuple[Candidate, ...]) -> dict[str, int]:
    return {candidate.placement.value: candidate.price.e4 for candidate in candidates}


@pytest.mark.parametrize("side", [YES, NO])
def test_a_maker_may_improve_join_or_stand_behind(side: Side) -> None:
    assert placed(quote_candidates(side, 4_300, 4_700, CENT)) == {
        "improve": 4_400,
        "join": 4_300,
        "behind": 4_200,
    }


@pytest.mark.parametrize("side", [YES, NO])
def test_a_spread_of_one_tick_cannot_be_improved(side: Side) -> None:
    assert placed(quote_candidates(side, 4_300, 4_400, CENT)) == {"join": 4_300, "behind": 4_200}


@pytest.mark.parametrize(
    ("grid", "side", "bid", "expected"),
    [
        (TAPERED, YES, 1_000, {"improve": 1_100, "join": 1_000, "behind": 990}),
        (TAPERED, YES, 990, {"improve": 1_000, "join": 990, "behind": 980}),
        (TAPERED, YES, 9_000, {"improve": 9_010, "join": 9_000, "behind": 8_900}),
        (TAPERED, NO, 1_000, {"improve": 1_100, "join": 1_000, "behind": 990}),
        (TAPERED, NO, 9_000, {"improve": 9_010, "join": 9_000, "behind": 8_900}),
        (LOPSIDED, YES, 500, {"improve": 510, "join": 500, "behind": 490}),
        (LOPSIDED, NO, 500, {"improve": 600, "join": 500, "behind": 400}),
        (LOPSIDED, YES, 9_500, {"improve": 9_600, "join": 9_500, "behind": 9_400}),
        (LOPSIDED, NO, 9_500, {"improve": 9_510, "join": 9_500, "behind": 9_490}),
        (LOPSIDED, NO, 9_000, {"improve": 9_010, "join": 9_000, "behind": 8_900}),
    ],
)
def test_steps_follow_the_band_on_each_side_of_the_bid(
    grid: TickGrid, side: Side, bid: int, expected: dict[str, int]
) -> None:
    assert placed(quote_candidates(side, bid, 9_900, grid)) == expected


def test_a_no_quote_is_sent_at_the_complementary_yes_price() -> None:
    (improve, *_) = quote_candidates(NO, 9_500, 9_900, LOPSIDED)

    assert improve == Candidate(NO, Placement.IMPROVE, Price(9_510))
    assert improve.yes_price == Price(490)
    assert LOPSIDED.allows(improve.yes_price)


def test_a_yes_quote_is_sent_as_it_is() -> None:
    (improve, *_) = quote_candidates(YES, 4_300, None, CENT)
    assert improve.yes_price == improve.price == Price(4_400)


@pytest.mark.parametrize("side", [YES, NO])
def test_an_empty_bid_leaves_nothing_to_stand_beside(side: Side) -> None:
    assert quote_candidates(side, None, 4_700, CENT) == ()
    assert quote_candidates(side, None, None, CENT) == ()


@pytest.mark.parametrize("side", [YES, NO])
def test_an_empty_ask_leaves_nothing_to_cross(side: Side) -> None:
    assert placed(quote_candidates(side, 9_800, None, CENT)) == {
        "improve": 9_900,
        "join": 9_800,
        "behind": 9_700,
    }


@pytest.mark.parametrize("side", [YES, NO])
def test_no_quote_ever_stands_at_nothing_or_a_dollar(side: Side) -> None:
    assert placed(quote_candidates(side, 9_900, None, CENT)) == {"join": 9_900, "behind": 9_800}
    assert placed(quote_candidates(side, 100, 200, CENT)) == {"join": 100}


@pytest.mark.parametrize("side", [YES, NO])
def test_a_bid_off_the_grid_is_never_joined(side: Side) -> None:
    """The venue changed the ticks while old orders rested."""
    assert placed(quote_candidates(side, 4_350, 4_700, CENT)) == {"improve": 4_400, "behind": 4_300}


@pytest.mark.parametrize(("bid", "ask"), [(0, 4_700), (4_300, 10_000), (10_000, None), (None, 0)])
def test_the_payloads_sentinels_for_an_empty_side_are_refused(
    bid: int | None, ask: int | None
) -> None:
    with pytest.raises(BadPrice, match="empty side"):
        quote_candidates(YES, bid, ask, CENT)


@pytest.mark.parametrize(("bid", "ask"), [(4_700, 4_700), (4_800, 4_700)])
def test_a_locked_or_crossed_book_is_not_quoted(bid: int, ask: int) -> None:
    with pytest.raises(BadMarket, match="does not lie below"):
        quote_candidates(NO, bid, ask, CENT)


@pytest.mark.parametrize(
    ("grid", "side", "limit", "ask", "expected"),
    [
        (CENT, YES, 4_350, 4_700, 4_300),
        (CENT, NO, 4_350, None, 4_300),
        (CENT, YES, 4_800, 4_700, 4_600),
        (CENT, NO, 4_700, 4_700, 4_600),
        (TAPERED, YES, 995, 1_000, 990),
        (TAPERED, NO, 9_999, None, 9_990),
        (LOPSIDED, YES, 9_555, None, 9_500),
        (LOPSIDED, NO, 9_555, None, 9_550),
        (LOPSIDED, NO, 9_555, 9_550, 9_540),
    ],
)
def test_an_empty_bid_is_opened_at_our_limit_and_below_the_ask(
    grid: TickGrid, side: Side, limit: int, ask: int | None, expected: int
) -> None:
    assert opening_candidate(side, limit, ask, grid) == Candidate(
        side, Placement.OPEN, Price(expected)
    )


@pytest.mark.parametrize("side", [YES, NO])
@pytest.mark.parametrize(("limit", "ask"), [(99, None), (5_000, 100), (5_000, 1)])
def test_no_price_is_low_enough(side: Side, limit: int, ask: int | None) -> None:
    assert opening_candidate(side, limit, ask, CENT) is None


@pytest.mark.parametrize(("limit", "ask"), [(0, None), (10_000, None), (5_000, 10_000)])
def test_opening_needs_real_prices(limit: int, ask: int | None) -> None:
    with pytest.raises(BadPrice):
        opening_candidate(YES, limit, ask, CENT)


books = st.tuples(st.integers(1, 9_999), st.none() | st.integers(1, 9_999)).filter(
    lambda book: book[1] is None or book[0] < book[1]
)


@given(st.sampled_from(Side), books, st.sampled_from([CENT, TAPERED, LOPSIDED]))
def test_candidates_rest_on_the_grid_below_the_ask_and_beside_the_bid(
    side: Side, book: tuple[int, int | None], grid: TickGrid
) -> None:
    bid, ask = book
    legal = [e4 if side is YES else 10_000 - e4 for e4 in grid.prices_e4]

    candidates = quote_candidates(side, bid, ask, grid)

    at = [candidate.price.e4 for candidate in candidates]
    assert at == sorted(set(at), reverse=True)
    assert all(grid.allows(candidate.yes_price) for candidate in candidates)
    assert all(ask is None or e4 < ask for e4 in at)
    by_placement = placed(candidates)
    above = min((e4 for e4 in legal if e4 > bid), default=None)
    assert by_placement.get("behind") == max((e4 for e4 in legal if e4 < bid), default=None)
    assert by_placement.get("join") == (bid if bid in legal else None)
    reachable = above is not None and (ask is None or above < ask)
    assert by_placement.get("improve") == (above if reachable else None)


@given(st.sampled_from([CENT, TAPERED]), books)
def test_on_a_symmetric_grid_both_sides_are_quoted_alike(
    grid: TickGrid, book: tuple[int, int | None]
) -> None:
    assert placed(quote_candidates(YES, *book, grid)) == placed(quote_candidates(NO, *book, grid))


@given(
    st.sampled_from(Side),
    st.integers(1, 9_999),
    st.none() | st.integers(1, 9_999),
    st.sampled_from([CENT, TAPERED, LOPSIDED]),
)
def test_an_opening_price_is_the_highest_that_may_rest(
    side: Side, limit: int, ask: int | None, grid: TickGrid
) -> None:
    legal = [e4 if side is YES else 10_000 - e4 for e4 in grid.prices_e4]
    allowed = [e4 for e4 in legal if e4 <= limit and (ask is None or e4 < ask)]

    candidate = opening_candidate(side, limit, ask, grid)

    assert (None if candidate is None else candidate.price.e4) == max(allowed, default=None)
