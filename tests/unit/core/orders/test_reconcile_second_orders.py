"""A second order of an id of ours: written down, a break, and in nobody's figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.reconcile import BreakKind, reconcile
from kalshi_alpha.core.types import Contracts, Money
from order_cases import (
    cancelled,
    fold,
    intended,
    later,
    lost,
    surplus_found,
    surplus_over,
    venue_fill,
    venue_order,
    view,
)
from reconcile_cases import LATER, LOCKED, OPENING, RESTS, TWIN, found, kinds, position

B = BreakKind


def test_a_second_order_is_written_down_and_is_a_break_until_it_is_over() -> None:
    both = [TWIN, venue_order()]
    first = found(RESTS, cash=LOCKED, orders=both)
    assert first.events[:-1] == (msgspec.structs.replace(surplus_found(), at=LATER),)
    assert kinds(first) == [B.SECOND_ORDER]
    over = replace(TWIN, status=ev.VenueStatus.CANCELED, remaining=Contracts(0))
    gone = found([*RESTS, surplus_found()], cash=LOCKED, orders=[over, venue_order()])
    assert gone.events[:-1] == (msgspec.structs.replace(surplus_over(), at=LATER),)
    assert gone.clean
    # A reading that is older than its end does not bring it back.
    late = found([*RESTS, surplus_found(), surplus_over()], cash=LOCKED, orders=both)
    assert late.events[:-1] == ()
    assert late.clean


def test_of_two_orders_that_nobody_knew_the_older_one_is_kept() -> None:
    newer = replace(venue_order(), created_at=later(0.5))
    older = replace(TWIN, created_at=later(0.1))
    result = found([intended(), lost()], cash=LOCKED, orders=[newer, older])
    assert [type(each) for each in result.events[:-1]] == [ev.Accepted, ev.SurplusFound]
    assert [each.order_id for each in result.events[:-1]] == ["venue-2", "venue-1"]  # type: ignore[union-attr]
    assert kinds(result) == [B.SECOND_ORDER]


@pytest.mark.parametrize("filled", [0, 100])
def test_while_a_second_order_may_trade_no_note_takes_the_venues_figures(filled: int) -> None:
    """Its fills to come would be missing from what was stated."""
    resting = replace(TWIN, filled=Contracts(filled), remaining=Contracts(1000 - filled))
    events = [*RESTS, cancelled(1000), surplus_found()]
    shown = view(orders=[resting], positions=(), cash=Money(990_000_000))
    noted = reconcile(fold(OPENING, *events), shown, later(1), accept="by hand")
    assert not [each for each in noted.events if isinstance(each, ev.Stated)]
    assert B.SECOND_ORDER in kinds(noted)


def test_a_note_takes_them_once_the_second_order_is_over() -> None:
    events = [*RESTS, cancelled(1000), surplus_found()]
    over = replace(TWIN, status=ev.VenueStatus.CANCELED, remaining=Contracts(0))
    for still, stated in ((TWIN, 0), (over, 1)):
        shown = view(orders=[still], positions=(), cash=Money(990_000_000))
        noted = reconcile(fold(OPENING, *events), shown, later(1), accept="by hand")
        assert sum(isinstance(each, ev.Stated) for each in noted.events) == stated


def test_what_a_second_order_bought_stays_a_break_until_it_is_accepted() -> None:
    over = replace(
        TWIN, status=ev.VenueStatus.CANCELED, filled=Contracts(100), remaining=Contracts(0)
    )
    shown: dict[str, Any] = {
        "orders": [over],
        "fills": [venue_fill(100, "t9", order_id="venue-2", filled_at=LATER)],
        "positions": (position(100),),
        "cash": Money(999_580_000),
    }
    events = [*RESTS, cancelled(1000), surplus_found(), surplus_over(filled=100)]
    assert set(kinds(found(events, **shown))) == {B.FOREIGN_FILL, B.POSITION, B.CASH}
    accepted_as_is = reconcile(fold(OPENING, *events), view(**shown), later(1), accept="by hand")
    told = [each for each in accepted_as_is.events if isinstance(each, ev.Stated)]
    again = reconcile(fold(OPENING, *events, *told), view(**shown), later(2))
    assert again.clean
