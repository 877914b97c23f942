from __future__ import annotations

import pytest

from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.record import OrderNews, OrderRecord
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.types import Contracts, Money, Price
from order_cases import (
    absent,
    accepted,
    cancel_sent,
    cancelled,
    filled,
    intended,
    intent,
    later,
    lost,
    rejected,
    seen,
    withheld,
)

S = OrderState


def after(*news: OrderNews) -> OrderRecord:
    order = OrderRecord.of(intended())
    for event in news:
        order.apply(event)
    return order


@pytest.mark.parametrize(
    ("news", "state", "filled_e2", "open_e2"),
    [
        ([], S.IN_FLIGHT, 0, 1000),
        ([withheld()], S.WITHHELD, 0, 0),
        ([rejected()], S.REJECTED, 0, 0),
        ([lost()], S.UNKNOWN, 0, 1000),
        ([lost(), absent()], S.ABSENT, 0, 0),
        ([lost(), accepted()], S.RESTING, 0, 1000),
        ([accepted()], S.RESTING, 0, 1000),
        ([accepted(filled=300, remaining=700)], S.RESTING, 300, 700),
        ([accepted(filled=1000, remaining=0)], S.EXECUTED, 1000, 0),
        ([accepted(filled=0, remaining=0)], S.CANCELLED, 0, 0),
        ([accepted(filled=300, remaining=0)], S.CANCELLED, 300, 0),
        ([accepted(), filled(400)], S.RESTING, 400, 600),
        ([accepted(), filled(400), filled(600, "t2")], S.EXECUTED, 1000, 0),
        ([filled(400)], S.RESTING, 400, 600),
        ([filled(400), accepted()], S.RESTING, 400, 600),
        ([filled(400), lost()], S.RESTING, 400, 600),
        ([lost(), filled(1000)], S.EXECUTED, 1000, 0),
        ([accepted(), filled(400), filled(400)], S.RESTING, 400, 600),
        ([accepted(), filled(400), filled(300)], S.RESTING, 300, 700),
        ([accepted(), cancel_sent()], S.RESTING, 0, 1000),
        ([accepted(), cancelled(1000)], S.CANCELLED, 0, 0),
        ([accepted(), cancelled(700)], S.CANCELLED, 300, 0),
        ([accepted(), cancelled(700), filled(300)], S.CANCELLED, 300, 0),
        ([accepted(), cancelled(0)], S.CANCELLED, 1000, 0),
        ([accepted(), cancelled(400), seen("canceled", 100, 0)], S.CANCELLED, 100, 0),
        ([accepted(), cancelled(400), seen("resting", 100, 400)], S.CANCELLED, 600, 0),
        ([accepted(), cancelled(0), filled(1000)], S.EXECUTED, 1000, 0),
        ([accepted(), cancelled(1000), seen()], S.CANCELLED, 0, 0),
        ([accepted(), seen("canceled", 200, 0)], S.CANCELLED, 200, 0),
        ([accepted(), seen("executed", 1000, 0)], S.EXECUTED, 1000, 0),
        ([accepted(), seen("executed", 0, 0)], S.EXECUTED, 1000, 0),
        ([accepted(), filled(400), seen("resting", 0, 1000)], S.RESTING, 400, 600),
        ([accepted(), seen("resting", 200, 300)], S.RESTING, 200, 300),
        ([accepted(), seen("resting", 200, 300), seen()], S.RESTING, 200, 300),
        ([accepted(), seen("resting", 0, 500), filled(500)], S.EXECUTED, 500, 0),
        ([accepted(), seen("unknown", 100, 0)], S.RESTING, 100, 900),
        ([lost(), seen("unknown", 0, 0)], S.RESTING, 0, 1000),
    ],
)
def test_an_order_is_what_its_events_have_made_it(
    news: list[OrderNews], state: OrderState, filled_e2: int, open_e2: int
) -> None:
    order = after(*news)
    assert (order.state, order.filled.e2, order.open.e2) == (state, filled_e2, open_e2)
    assert order.contradiction is None


@pytest.mark.parametrize(
    ("news", "state", "open_e2"),
    [
        ([rejected(), accepted()], S.RESTING, 1000),
        ([withheld(), filled(400)], S.RESTING, 600),
        ([lost(), absent(), seen()], S.RESTING, 1000),
        ([accepted(), rejected()], S.RESTING, 1000),
        ([accepted(), filled(1000), filled(100, "t2")], S.EXECUTED, 0),
    ],
)
def test_what_cannot_have_been_so_is_counted_and_said(
    news: list[OrderNews], state: OrderState, open_e2: int
) -> None:
    order = after(*news)
    assert (order.state, order.open.e2) == (state, open_e2)
    assert order.contradiction is not None


@pytest.mark.parametrize(
    "news",
    [
        [accepted(), withheld()],
        [accepted(), absent()],
        [rejected(), lost()],
        [accepted(), seen(order_id="venue-2")],
        [filled(100), accepted(order_id="venue-2")],
        [lost(), withheld()],
    ],
)
def test_an_event_that_cannot_follow_changes_nothing(news: list[OrderNews]) -> None:
    *before, last = news
    order = after(*before)
    with pytest.raises(IllegalEvent):
        order.check(last)
    with pytest.raises(IllegalEvent):
        order.apply(last)
    assert order == after(*before)


def test_the_doubt_is_as_old_as_its_first_moment() -> None:
    assert after(lost(later(1)), lost(later(9))).lost_at == later(1)
    assert after(lost(later(1)), accepted()).lost_at is None


def test_a_cancel_leaves_its_time() -> None:
    assert after(accepted(), cancel_sent()).cancel_sent_at is not None


def test_fills_count_at_their_own_price_and_fee_and_the_rest_at_ours() -> None:
    order = OrderRecord.of(intended(intent(fee_max=Money(100_000))))
    assert order.open_at_risk == Money(4_300_000)
    order.apply(accepted())
    order.apply(filled(400, price=Price(4100), fee=Money(20_000)))
    assert order.filled_at_risk == Money(4100 * 400 + 20_000)
    assert order.open_at_risk == Money(4200 * 600 + 60_000)


def test_what_was_filled_and_not_reported_counts_in_full() -> None:
    order = after(accepted(), cancelled(700))
    assert (order.unreported, order.filled_at_risk) == (Contracts(300), Money(4200 * 300))


def test_a_rebate_is_not_counted_on() -> None:
    order = after(accepted(), filled(100, fee=Money(-5)))
    assert order.filled_at_risk == Money(4200 * 100)


def test_a_correction_replaces_the_fill_it_corrects() -> None:
    order = after(accepted(), filled(400), filled(100, "t2"), filled(500))
    assert (order.filled, len(order.fills)) == (Contracts(600), 2)
