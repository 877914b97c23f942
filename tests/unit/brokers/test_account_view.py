from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kalshi_alpha.brokers.account_view import merged, read_account, reading_since
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.venue_view import VenueView
from kalshi_alpha.core.types import Contracts, Money
from live_desk import LiveDesk, at_a_desk
from order_cases import (
    AT,
    ID,
    MARKET,
    ORDER,
    accepted,
    cancelled,
    fold,
    intended,
    later,
    venue_order,
)

WHOLE = ev.Reconciled(at=later(1000), breaks=0)
NOW = later(5000)
MINUTE = timedelta(minutes=1)


def test_an_account_is_read_whole_with_the_age_of_the_data_first() -> None:
    async def session(desk: LiveDesk) -> VenueView:
        await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 300)
        desk.venue.foreign_order(MARKET)
        return await read_account(desk.venue, desk.blotter, desk.clock)

    view = at_a_desk(session)
    assert [order.filled for order in view.orders] == [Contracts(300), Contracts(0)]
    assert len(view.fills) == 1
    assert [p.net_e2 for p in view.positions] == [300]
    assert view.cash == Money(1_000_000_000 - 4_200_000 - 10_000)
    assert view.data_as_of is not None
    assert view.since is not None
    assert view.since < view.read_at


@pytest.mark.parametrize(
    ("events", "since"),
    [
        ([], NOW - timedelta(hours=1)),
        ([intended()], AT),
        ([WHOLE], later(1000)),
        ([intended(), accepted(), WHOLE], AT),
        ([intended(), accepted(), cancelled(), WHOLE], later(1000)),
        ([intended(), accepted(), cancelled(700), WHOLE], AT),
        ([intended(), accepted(), cancelled()], AT),
        ([WHOLE, ev.Reconciled(at=later(2000), breaks=1)], later(1000)),
    ],
)
def test_it_is_read_back_to_what_was_last_whole(events: list[Any], since: Any) -> None:
    assert reading_since(fold(*events), NOW) == since - MINUTE


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("resting", 0), ("resting", 300), 300),
        (("resting", 300), ("resting", 0), 300),
        (("canceled", 0), ("resting", 0), 0),
        (("resting", 0), ("executed", 1000), 1000),
    ],
)
def test_of_two_readings_the_one_that_is_further_on_counts(
    first: tuple[str, int], second: tuple[str, int], kept: int
) -> None:
    def shown(status: str, filled: int) -> Any:
        return venue_order(status=ev.VenueStatus(status), filled=Contracts(filled))

    (order,) = merged((shown(*first),), (shown(*second),))
    assert order.filled == Contracts(kept)
    over = {"canceled", "executed"} & {first[0], second[0]}
    assert (order.status.value in over) == bool(over)
