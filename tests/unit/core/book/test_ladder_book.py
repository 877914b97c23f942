from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import sides
from kalshi_alpha.core.book.ladder_book import Dirty, DirtyBook, LadderBook
from kalshi_alpha.core.errors import BadContracts, BadMarket, BadPrice
from kalshi_alpha.core.types import E4_PER_DOLLAR, Price, Side

AT = datetime(2026, 6, 11, 6, 31, tzinfo=UTC)
YES, NO = Side.YES, Side.NO

levels = st.dictionaries(st.integers(1, 9999), st.integers(1, 10**9), max_size=12)
cents = st.integers(1, 99).map(lambda cent: 100 * cent)
deltas = st.tuples(
    sides,
    st.one_of(cents, cents, st.integers(1, 999).map(lambda tick: 10 * tick), st.integers(1, 9999)),
    st.integers(-500, 1_000),
)


def _book(yes: dict[int, int], no: dict[int, int]) -> LadderBook:
    book = LadderBook("T")
    book.apply_snapshot(yes.items(), no.items())
    return book


def test_a_new_book_is_dirty_and_shows_the_sentinels_of_empty_sides() -> None:
    book = LadderBook("T")
    assert book.dirty is Dirty.NO_SNAPSHOT
    assert (book.bid_e4, book.ask_e4) == (0, E4_PER_DOLLAR)
    assert not book.is_quotable
    with pytest.raises(DirtyBook, match="no_snapshot"):
        book.snapshot(AT)


def test_the_example_of_the_stream_gives_its_best_prices() -> None:
    """The frames that the venue's page on the order book stream shows."""
    book = _book({3300: 4000, 3400: 12000}, {6400: 7550})
    book.apply_delta(YES, 3400, -2000)
    assert (book.bid_e4, book.ask_e4) == (3400, 3600)
    assert book.size_e2(YES, 3400) == 10_000
    assert book.levels(YES) == ((3400, 10_000), (3300, 4000))
    assert book.is_quotable


def test_a_better_bid_for_no_lowers_the_offer_of_yes() -> None:
    book = _book({3300: 100}, {6000: 100})
    book.apply_delta(NO, 6500, 100)
    assert (book.bid_e4, book.ask_e4) == (3300, 3500)
    book.apply_delta(NO, 6500, -100)
    assert (book.bid_e4, book.ask_e4) == (3300, 4000)


@pytest.mark.parametrize("why", [why for why in Dirty if why is not Dirty.NO_SNAPSHOT])
def test_a_book_that_may_not_be_believed_is_neither_quoted_on_nor_shown(why: Dirty) -> None:
    book = _book({3300: 100}, {6000: 100})
    quotable = [book.is_quotable]
    book.mark(why)
    quotable.append(book.is_quotable)
    with pytest.raises(DirtyBook, match=why.value):
        book.snapshot(AT)
    book.apply_snapshot([(3300, 100)], [(6000, 100)])
    assert [*quotable, book.is_quotable] == [True, False, True]


def test_changes_alone_make_no_book_to_quote_on() -> None:
    book = LadderBook("T")
    book.apply_delta(YES, 3300, 100)
    book.apply_delta(NO, 6000, 100)
    assert (book.bid_e4, book.ask_e4) == (3300, 4000)
    assert not book.is_quotable
    with pytest.raises(DirtyBook, match="no_snapshot"):
        book.snapshot(AT)


def test_the_next_best_is_found_when_the_best_level_empties() -> None:
    book = _book({100: 5, 3300: 7, 3400: 9}, {6400: 1})
    book.apply_delta(YES, 3400, -9)
    assert book.bid_e4 == 3300
    book.apply_delta(YES, 3300, -7)
    assert book.bid_e4 == 100
    book.apply_delta(NO, 6400, -1)
    assert book.ask_e4 == E4_PER_DOLLAR
    assert book.dirty is None
    assert not book.is_quotable


def test_a_negative_size_empties_the_level_and_makes_the_book_dirty() -> None:
    book = _book({3400: 9}, {})
    book.apply_delta(YES, 3400, -10)
    assert book.dirty is Dirty.NEGATIVE_SIZE
    assert (book.levels(YES), book.bid_e4) == ((), 0)


def test_the_first_reason_is_kept_and_a_snapshot_clears_it() -> None:
    book = _book({3400: 9}, {})
    book.mark(Dirty.SEQ_GAP)
    book.apply_delta(YES, 3400, -10)
    assert book.dirty == Dirty.SEQ_GAP
    book.apply_snapshot([], [])
    assert not book.dirty
    assert book.levels(YES) == book.levels(NO) == ()


@pytest.mark.parametrize("price_e4", [0, -100, 10_000, 10_100])
def test_a_price_that_no_order_can_have_is_refused(price_e4: int) -> None:
    book = _book({3400: 9}, {})
    with pytest.raises(BadPrice, match="bids at"):
        book.apply_delta(YES, price_e4, 100)
    assert book.dirty is Dirty.BAD_LEVEL
    assert book.size_e2(YES, price_e4) == 0


@pytest.mark.parametrize(
    ("bids", "error"),
    [([(0, 1)], BadPrice), ([(10, -1)], BadContracts), ([(10, 1), (10, 2)], BadMarket)],
)
def test_an_impossible_snapshot_leaves_the_book_dirty(
    bids: list[tuple[int, int]], error: type[Exception]
) -> None:
    book = _book({3400: 9}, {})
    with pytest.raises(error):
        book.apply_snapshot([], bids)
    assert book.dirty is Dirty.BAD_LEVEL


def test_a_crossed_book_is_not_quotable() -> None:
    book = _book({3400: 9}, {6600: 9})
    assert book.is_crossed
    assert book.dirty is None
    assert not book.is_quotable


@given(levels, levels)
def test_a_snapshot_comes_back_as_the_same_value(yes: dict[int, int], no: dict[int, int]) -> None:
    book = _book(yes, no)
    value = book.snapshot(AT)
    assert dict(value.yes_bids) == yes
    assert dict(value.no_bids) == no
    bid, ask = value.best_yes_bid, value.best_yes_ask
    assert book.bid_e4 == (0 if bid is None else bid.e4)
    assert book.ask_e4 == (E4_PER_DOLLAR if ask is None else ask.e4)


@given(st.lists(deltas, max_size=60))
def test_deltas_give_the_book_that_a_dict_of_levels_gives(
    changes: list[tuple[Side, int, int]],
) -> None:
    book = _book({}, {})
    plain: dict[Side, dict[int, int]] = {YES: {}, NO: {}}
    went_negative = False
    for side, price_e4, delta_e2 in changes:
        book.apply_delta(side, price_e4, delta_e2)
        size = plain[side].pop(price_e4, 0) + delta_e2
        went_negative |= size < 0
        if size > 0:
            plain[side][price_e4] = size
        assert book.bid_e4 == max(plain[YES], default=0)
        assert book.ask_e4 == E4_PER_DOLLAR - max(plain[NO], default=0)
    for side in Side:
        assert book.levels(side) == tuple(sorted(plain[side].items(), reverse=True))
    assert (book.dirty is Dirty.NEGATIVE_SIZE) == went_negative


@pytest.mark.parametrize("price_e4", [100, 9_900, 9_999])
def test_a_book_with_one_side_is_never_crossed(price_e4: int) -> None:
    bids, offers = LadderBook("T"), LadderBook("T")
    bids.apply_snapshot([(price_e4, 100)], [])
    offers.apply_snapshot([], [(price_e4, 100)])
    assert not bids.is_crossed
    assert not offers.is_crossed


@pytest.mark.parametrize("finest_e4", [4200, 4210, 4211])
def test_the_texts_of_prices_find_the_places_of_their_levels(finest_e4: int) -> None:
    book = _book({100: 1, finest_e4: 7, 9900: 3}, {})
    texts = {str(Price(price_e4)): size for price_e4, size in book.levels(YES)}
    assert {text: book.yes_e2[book.tick_of_text[text]] for text in texts} == texts
    assert len(book.tick_of_text) == E4_PER_DOLLAR // book.step_e4 - 1
    assert not {"0.0000", "1.0000"} & book.tick_of_text.keys()
