from __future__ import annotations

from datetime import timedelta

import pytest

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.types import Money
from order_cases import (
    AT,
    EVENT,
    ID,
    MARKET,
    accepted,
    fold,
    intended,
    surplus_found,
    surplus_over,
)

ONE = Money(4_200_000)
TWO = Money(8_400_000)
FOUND = (intended(), accepted(), surplus_found())
POSITION = ev.StatedPosition(ticker=MARKET, net_e2=500, at_risk=Money(2_100_000))
STATED = ev.Stated(at=AT + timedelta(seconds=9), cash=Money(0), positions=(POSITION,))


def test_a_second_order_counts_and_locks_its_market_until_it_is_over() -> None:
    blotter = fold(*FOUND)
    assert blotter.locked == {MARKET}
    assert blotter.strike_at_risk(MARKET) == blotter.ladder_at_risk(EVENT) == blotter.at_risk == TWO
    assert [each.order_id for each in blotter.surplus.open()] == ["venue-2"]
    blotter.apply(surplus_over())
    assert (blotter.locked, blotter.at_risk) == (frozenset(), ONE)
    assert blotter.surplus.open() == ()


def test_what_was_filled_of_it_counts_until_the_venue_states_what_is_held() -> None:
    blotter = fold(*FOUND, surplus_over(filled=500))
    assert (blotter.at_risk, blotter.counted_e2()) == (Money(6_300_000), {MARKET: 1500})
    blotter.apply(STATED)
    assert (blotter.at_risk, blotter.counted_e2()) == (Money(6_300_000), {MARKET: 1500})
    assert blotter.copy().surplus.risk_e6(MARKET) == blotter.surplus.risk_e6(MARKET) == 0


def test_one_that_rests_when_positions_are_stated_still_counts() -> None:
    blotter = fold(*FOUND, STATED)
    assert blotter.surplus.risk_e6(MARKET) == ONE.e6
    assert blotter.locked == {MARKET}


def test_one_that_is_filled_further_than_was_told_counts_further() -> None:
    blotter = fold(*FOUND, surplus_over(), surplus_over(filled=100))
    assert blotter.at_risk == Money(4_620_000)


def test_a_settled_market_counts_nothing_of_it() -> None:
    blotter = fold(*FOUND, surplus_over(filled=500))
    blotter.apply(ev.Settled(at=AT, ticker=MARKET, revenue=Money(0)))
    assert (blotter.at_risk, blotter.counted_e2()) == (ONE, {MARKET: 1000})


def test_a_copy_goes_its_own_way() -> None:
    blotter = fold(*FOUND)
    twin = blotter.copy()
    twin.apply(surplus_over())
    assert (len(blotter.surplus.open()), len(twin.surplus.open())) == (1, 0)
    assert (blotter.at_risk, twin.at_risk) == (TWO, ONE)
    assert (blotter.counted_e2(), twin.counted_e2()) == ({MARKET: 2000}, {MARKET: 1000})


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ((), surplus_found()),
        ((intended(),), surplus_found()),
        ((intended(), accepted()), surplus_found("venue-1")),
        (FOUND, surplus_found()),
        ((intended(), accepted()), surplus_over()),
        (FOUND, surplus_over("venue-3")),
    ],
)
def test_what_cannot_follow_is_refused_and_changes_nothing(
    before: tuple[ev.OrderEvent, ...], event: ev.OrderEvent
) -> None:
    blotter = fold(*before)
    with pytest.raises(IllegalEvent):
        blotter.apply(event)
    assert blotter.at_risk == Blotter(before).at_risk
    assert blotter.orders.keys() <= {ID}
