from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadLadder, UnknownFee
from kalshi_alpha.core.ladder.arbitrage import best_riskless_portfolio
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.consistency import (
    PROFIT_TOLERANCE,
    MarketConsistency,
    market_consistency,
)
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.quotes import Quote
from kalshi_alpha.core.types import Price

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
ABOVE = [GridInterval(strike + 1, None) for strike in range(6)]
BELOW = [GridInterval(None, strike) for strike in range(6)]
BINS = list(AtomGrid((71, 73, 75, 77, 79)).atoms)
Sides = tuple[int | None, int | None]


def quote(sides: Sides, *, age_s: float = 0.0) -> Quote:
    bid, ask = (None if side is None else Price(100 * side) for side in sides)
    return Quote(bid, ask, NOW - timedelta(seconds=age_s))


def fees_of(quotes: list[Quote]) -> tuple[FloatArray, FloatArray]:
    """Return the worked example's unrounded quadratic taker fee for YES and for NO."""
    asks = np.array([np.nan if each.ask is None else each.ask.dollars for each in quotes])
    bids = np.array([np.nan if each.bid is None else each.bid.dollars for each in quotes])
    return 0.07 * asks * (1.0 - asks), 0.07 * bids * (1.0 - bids)


def check(intervals: list[GridInterval], quotes: list[Quote]) -> MarketConsistency:
    yes_fees, no_fees = fees_of(quotes)
    return market_consistency(intervals, quotes, NOW, yes_fees=yes_fees, no_fees=no_fees)


SOUND: list[Sides] = [(93, 97), (84, 88), (58, 64), (34, 40), (20, 24), (3, 7)]


def test_a_sound_ladder_has_nothing_to_count() -> None:
    assert check(ABOVE, [quote(each) for each in SOUND]) == MarketConsistency(0, 0.0, 0, 0, 0.0)


def test_a_mid_violation_of_the_worked_example_is_not_executable() -> None:
    sides = [*SOUND[:4], (36, 46), SOUND[5]]
    found = check(ABOVE, [quote(each) for each in sides])
    assert found.market_mid_violations == 1
    assert found.repair_l1 == pytest.approx(0.040, abs=5e-4)
    assert found.market_exec_violations == 0
    assert not found.executable_after_fees


def test_a_three_cent_inversion_of_the_worked_example_dies_of_fees() -> None:
    sides: list[Sides] = [(93, 97), (84, 88), (30, 33), (36, 38), (20, 24), (3, 7)]
    found = check(ABOVE, [quote(each) for each in sides])
    assert found.market_exec_violations == 1
    assert found.market_exec_violations_after_fees == 0
    assert found.riskless_profit == 0.0
    assert not found.executable_after_fees


def test_a_wide_inversion_refuses_the_ladder_in_either_direction_and_order() -> None:
    sides: list[Sides] = [(93, 97), (84, 88), (30, 33), (40, 42), (20, 24), (3, 7)]
    quotes = [quote(each) for each in sides]
    found = check(ABOVE, quotes)
    assert found.market_exec_violations == 1
    assert found.market_exec_violations_after_fees == 1
    assert found.riskless_profit == pytest.approx(0.07 - 0.07 * (0.33 * 0.67 + 0.40 * 0.60))
    assert found.executable_after_fees
    assert check(ABOVE[::-1], quotes[::-1]) == found
    opposite = check(BELOW, [each.complement() for each in quotes])
    assert opposite.market_exec_violations_after_fees == 1
    assert opposite.riskless_profit == pytest.approx(found.riskless_profit)


def test_pairs_need_not_be_neighbours() -> None:
    sides: list[Sides] = [(30, 33), (None, None), (38, 45), (36, 50)]
    found = check(ABOVE[:4], [quote(each) for each in sides])
    assert found.market_exec_violations == 2


def test_equal_bid_and_ask_on_two_rungs_is_no_violation() -> None:
    found = check(ABOVE[:2], [quote((30, 33)), quote((33, 35))])
    assert found.market_exec_violations == 0


def test_a_crossed_market_is_a_violation_of_its_own() -> None:
    crossed = [quote((60, 40))]
    assert check(ABOVE[:1], crossed).executable_after_fees
    bins = [GridInterval(None, 2), GridInterval(3, None)]
    assert check(bins, [*crossed, quote((5, 70))]).executable_after_fees


def test_stale_quotes_are_nobodys_offer() -> None:
    found = check(ABOVE[:2], [quote((30, 33)), quote((60, 62), age_s=121)])
    assert found.market_exec_violations == 0


def test_wide_and_one_sided_quotes_can_still_be_hit() -> None:
    found = check(ABOVE[:2], [quote((1, 33)), quote((60, None))])
    assert found.market_mid_violations == 0
    assert found.executable_after_fees


WORKED_BIDS = [9, 17, 27, 28, 17, 10]


def test_all_no_of_the_worked_partition_refuses_the_ladder() -> None:
    asks = [10, 18, 28, 29, 18, 11]
    quotes = [quote(each) for each in zip(WORKED_BIDS, asks, strict=True)]
    found = check(BINS, quotes)
    assert found.market_exec_violations == 1
    assert found.market_exec_violations_after_fees == 1
    assert found.riskless_profit == pytest.approx(0.0203, abs=5e-5)
    assert found.executable_after_fees


def test_all_yes_of_a_cheap_partition_refuses_the_ladder() -> None:
    found = check(BINS, [quote((5, ask)) for ask in (5, 13, 23, 25, 14, 6)])
    assert found.market_exec_violations == 1
    assert found.executable_after_fees


def test_asks_of_the_worked_partition_are_no_violation() -> None:
    found = check(BINS, [quote((1, ask)) for ask in (9, 17, 27, 29, 18, 10)])
    assert found.market_exec_violations == 0


def test_a_bracket_dearer_than_its_thresholds_is_found_by_the_programme() -> None:
    mixed = [GridInterval(3, None), GridInterval(5, None), GridInterval(3, 4)]
    found = check(mixed, [quote((60, 64)), quote((30, 35)), quote((50, 52))])
    # Sell the bracket at .50, buy "at least 3" at .64, sell "at least 5" at .30.
    fee = 0.07 * (0.5 * 0.5 + 0.64 * 0.36 + 0.3 * 0.7)
    assert found.riskless_profit == pytest.approx(0.50 + 0.30 - 0.64 - fee)
    assert found.executable_after_fees
    sound = check(mixed, [quote((60, 64)), quote((30, 35)), quote((25, 34))])
    assert sound == MarketConsistency(0, 0.0, 0, 0, 0.0)


@pytest.mark.parametrize("fee", [np.nan, -0.01, np.inf])
def test_an_unknown_fee_of_a_side_on_offer_is_refused(fee: float) -> None:
    none, bad = np.zeros(1), np.array([fee])
    quotes = [quote((30, 33))]
    with pytest.raises(UnknownFee):
        market_consistency(ABOVE[:1], quotes, NOW, yes_fees=bad, no_fees=none)
    with pytest.raises(UnknownFee):
        market_consistency(ABOVE[:1], quotes, NOW, yes_fees=none, no_fees=bad)


def test_a_fee_of_an_absent_side_is_not_read() -> None:
    nan = np.array([np.nan])
    found = market_consistency(ABOVE[:1], [quote((None, None))], NOW, yes_fees=nan, no_fees=nan)
    assert not found.executable_after_fees


@pytest.mark.parametrize(("markets", "fees"), [(2, 1), (1, 2), (0, 0)])
def test_lengths_that_do_not_match_are_refused(markets: int, fees: int) -> None:
    none = np.zeros(fees)
    with pytest.raises(BadLadder):
        market_consistency(
            ABOVE[:markets], [quote((30, 33))] * fees, NOW, yes_fees=none, no_fees=none
        )


@st.composite
def offers(draw: st.DrawFn) -> Sides:
    bid = draw(st.none() | st.integers(1, 98))
    ask = draw(st.none() | st.integers(1 if bid is None else bid, 99))
    return bid, ask


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([ABOVE[:4], BELOW[:4], list(AtomGrid((1, 2, 3)).atoms)]),
    st.lists(offers(), min_size=4, max_size=4),
)
def test_the_closed_forms_find_a_profit_exactly_when_the_programme_does(
    intervals: list[GridInterval], sides: list[Sides]
) -> None:
    quotes = [quote(each) for each in sides]
    yes_fees, no_fees = fees_of(quotes)
    asks = np.array([np.nan if ask is None else ask / 100 for _, ask in sides])
    bids = np.array([np.nan if bid is None else bid / 100 for bid, _ in sides])
    payoff = AtomGrid.from_intervals(intervals).payoff(intervals)
    programme = best_riskless_portfolio(payoff, asks + yes_fees, 1.0 - bids + no_fees)
    found = check(intervals, quotes)
    assert found.executable_after_fees == (programme.profit > PROFIT_TOLERANCE)
    assert found.riskless_profit <= programme.profit + 1e-9
