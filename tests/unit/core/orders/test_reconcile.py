from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kalshi_alpha.core.gates import Reason
from kalshi_alpha.core.gates.readings import Fault
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.reconcile import (
    BreakKind,
    Reconciliation,
    differs,
    fill_news,
    order_news,
    reconcile,
    reconciliation_reading,
)
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.orders.venue_view import VenuePosition, VenueSettlement
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from order_cases import (
    EVENT,
    ID,
    MARKET,
    ORDER,
    OTHER_MARKET,
    VENUE_ID,
    accepted,
    cancelled,
    filled,
    fold,
    intended,
    intent,
    later,
    lost,
    rejected,
    venue_fill,
    venue_order,
    view,
)
from reconcile_cases import LATER, LOCKED, OPENING, RESTS, TWIN, found, kinds, position

B = BreakKind


def after(events: list[ev.OrderEvent], result: Reconciliation) -> Blotter:
    return fold(OPENING, *events, *result.events)


def test_what_agrees_is_clean_and_says_so() -> None:
    result = found([intended(), accepted()], orders=[venue_order()], cash=LOCKED)
    assert result.clean
    assert result.events == (ev.Reconciled(at=LATER, breaks=0),)


def test_the_first_comparison_takes_cash_and_positions_as_they_are() -> None:
    shown = view(positions=(position(500),), cash=Money(7_000_000))
    result = reconcile(Blotter(), shown, LATER)
    assert result.clean
    blotter = Blotter(result.events)
    assert (blotter.cash, dict(blotter.positions)) == (Money(7_000_000), {MARKET: 500})
    assert reconcile(blotter, shown, LATER).clean


def test_the_first_comparison_states_nothing_while_anything_is_open() -> None:
    result = reconcile(Blotter(), view(orders=[venue_order()]), LATER)
    assert kinds(result) == [B.FOREIGN_ORDER, B.CASH]
    assert not any(isinstance(event, ev.Stated) for event in result.events)


@pytest.mark.parametrize("news", [[], [lost()]], ids=["in flight", "unknown"])
def test_an_order_that_was_sent_and_never_answered_is_adopted(news: list[ev.OrderEvent]) -> None:
    events = [intended(), *news]
    result = found(events, orders=[venue_order()], cash=LOCKED)
    assert result.clean
    order = after(events, result).orders[ID]
    assert (order.state, order.order_id) == (OrderState.RESTING, VENUE_ID)


def test_a_lost_order_that_traded_and_ended_is_booked_whole() -> None:
    events: list[ev.OrderEvent] = [intended()]
    result = found(
        events,
        orders=[
            venue_order(
                status=ev.VenueStatus.EXECUTED, filled=Contracts(1000), remaining=Contracts(0)
            )
        ],
        fills=[venue_fill(400), venue_fill(600, "t2")],
        positions=(position(1000),),
        cash=Money(995_800_000),
    )
    assert result.clean
    blotter = after(events, result)
    assert blotter.orders[ID].state is OrderState.EXECUTED
    assert len(blotter.orders[ID].fills) == 2


@pytest.mark.parametrize(
    ("at", "data_as_of", "state", "breaks"),
    [
        (5, 5, OrderState.UNKNOWN, [B.UNRESOLVED]),
        (40, 40, OrderState.ABSENT, []),
        (40, 29, OrderState.UNKNOWN, [B.UNRESOLVED]),
        (40, None, OrderState.UNKNOWN, [B.UNRESOLVED]),
    ],
)
def test_an_order_that_is_not_shown_is_absent_only_on_late_evidence(
    at: float, data_as_of: float | None, state: OrderState, breaks: list[BreakKind]
) -> None:
    events: list[ev.OrderEvent] = [intended()]
    as_of = None if data_as_of is None else later(data_as_of)
    result = found(events, at, read_at=later(at), data_as_of=as_of)
    assert kinds(result) == breaks
    assert after(events, result).orders[ID].state is state


@pytest.mark.parametrize("old_s", [0.0, 10.0, 29.9])
def test_a_late_look_at_old_data_loses_no_order(old_s: float) -> None:
    """However late it was read, what the venue shows may be older than the order."""
    result = found([intended()], 600, read_at=later(600), data_as_of=later(old_s))
    assert kinds(result) == [B.UNRESOLVED]
    assert after([intended()], result).at_risk == ORDER.at_risk


def test_an_order_older_than_the_reading_reaches_back_stays_unknown() -> None:
    result = found([intended()], 40, read_at=later(40), data_as_of=later(40), since=later(5))
    assert kinds(result) == [B.UNRESOLVED]


def test_an_unknown_order_is_not_written_down_as_lost_again() -> None:
    assert found([intended(), lost()]).events == (ev.Reconciled(at=LATER, breaks=1),)


def test_a_fill_is_booked_once_however_often_it_is_shown() -> None:
    events: list[ev.OrderEvent] = [intended(), accepted(), filled(400)]
    shown: dict[str, Any] = {
        "orders": [venue_order(filled=Contracts(400), remaining=Contracts(600))],
        "fills": [venue_fill(400), venue_fill(400)],
        "positions": (position(400),),
        "cash": LOCKED,
    }
    result = found(events, **shown)
    assert result.clean
    assert [type(event) for event in result.events] == [ev.Reconciled]


def test_a_corrected_fill_replaces_the_one_we_had() -> None:
    events: list[ev.OrderEvent] = [intended(), accepted(), filled(400)]
    result = found(
        events,
        orders=[venue_order(filled=Contracts(300), remaining=Contracts(700))],
        fills=[venue_fill(300, fee=Money(10_000))],
        positions=(position(300),),
        cash=Money(995_790_000),
    )
    assert result.clean
    assert after(events, result).orders[ID].filled == Contracts(300)


def test_an_end_that_we_did_not_hear_of_is_taken_from_the_venue() -> None:
    events: list[ev.OrderEvent] = [intended(), accepted()]
    gone = venue_order(status=ev.VenueStatus.CANCELED, remaining=Contracts(0))
    result = found(events, orders=[gone])
    assert result.clean
    assert after(events, result).live() == ()


def test_a_settlement_pays_and_closes_what_we_held() -> None:
    events: list[ev.OrderEvent] = [intended(), accepted(), filled(1000)]
    done = venue_order(
        status=ev.VenueStatus.EXECUTED, filled=Contracts(1000), remaining=Contracts(0)
    )
    paid = VenueSettlement(ticker=MARKET, revenue=Money(10_000_000), settled_at=LATER)
    result = found(
        events,
        orders=[done],
        fills=[venue_fill(1000)],
        settlements=(paid, VenueSettlement(ticker="M", revenue=Money(5), settled_at=LATER)),
        cash=Money(1_005_800_000),
    )
    assert result.clean
    assert [type(event) for event in result.events] == [ev.Settled, ev.Reconciled]


HELD: list[ev.OrderEvent] = [intended(), accepted(), filled(1000)]
HELD_SHOWN: dict[str, Any] = {
    "orders": [
        venue_order(status=ev.VenueStatus.EXECUTED, filled=Contracts(1000), remaining=Contracts(0))
    ],
    "fills": [venue_fill(1000)],
    "positions": (position(1000),),
    "cash": Money(995_800_000),
}
NAMELESS = venue_order(order_id="venue-2", client_order_id=None)
STRANGER = venue_order(intent(nonce=9), order_id="venue-9")


@pytest.mark.parametrize(
    ("events", "shown", "breaks"),
    [
        (HELD, HELD_SHOWN, []),
        (RESTS, {"cash": LOCKED, "orders": [venue_order(), STRANGER]}, [B.FOREIGN_ORDER]),
        (
            RESTS,
            {"cash": LOCKED, "orders": [venue_order(), NAMELESS]},
            [B.FOREIGN_ORDER],
        ),
        (RESTS, {"cash": LOCKED, "orders": [venue_order(), TWIN]}, [B.SECOND_ORDER]),
        (RESTS, {"cash": LOCKED, "orders": [venue_order(price=Price(4300))]}, [B.ORDER_DIFFERS]),
        (RESTS, {"cash": LOCKED, "orders": [venue_order(side=Side.NO)]}, [B.ORDER_DIFFERS]),
        (RESTS, {"cash": LOCKED, "orders": [venue_order(initial=Contracts(1001))]},
         [B.ORDER_DIFFERS]),
        (RESTS, {"cash": LOCKED, "orders": [venue_order(remaining=Contracts(10_000))]},
         [B.ORDER_DIFFERS]),
        (RESTS, {"cash": LOCKED}, [B.ORDER_MISSING]),
        (HELD, HELD_SHOWN | {"fills": []}, [B.FILL_MISSING]),
        (
            HELD,
            HELD_SHOWN | {"fills": [venue_fill(1000), venue_fill(5, "t9", order_id="venue-9",
                                                                 filled_at=LATER)]},
            [B.FOREIGN_FILL],
        ),
        (
            [*RESTS, cancelled(600)],
            {"orders": [venue_order(status=ev.VenueStatus.CANCELED, filled=Contracts(400),
                                    remaining=Contracts(0))]},
            [B.FILLS_INCOMPLETE],
        ),
        (HELD, HELD_SHOWN | {"positions": (position(999),)}, [B.POSITION]),
        (HELD, HELD_SHOWN | {"positions": ()}, [B.POSITION]),
        ([], {"positions": (VenuePosition(ticker="M", net_e2=-1, at_risk=Money(0)),)},
         [B.POSITION]),
        (HELD, HELD_SHOWN | {"cash": Money(995_790_001)}, []),
        (HELD, HELD_SHOWN | {"cash": Money(995_790_000)}, [B.CASH]),
        (HELD, HELD_SHOWN | {"cash": Money(995_810_000)}, [B.CASH]),
        (HELD, HELD_SHOWN | {"cash": None}, [B.CASH]),
        ([intended(), rejected()], {"cash": LOCKED, "orders": [venue_order()]}, []),
    ],
)  # fmt: skip
def test_each_thing_that_does_not_agree_is_a_break(
    events: list[ev.OrderEvent], shown: dict[str, Any], breaks: list[BreakKind]
) -> None:
    result = found(events, **shown)
    assert kinds(result) == breaks
    assert result.events[-1] == ev.Reconciled(at=LATER, breaks=len(breaks))


def test_as_many_contracts_of_the_other_side_are_a_break_that_names_both_sides() -> None:
    """A thousand hundredths of YES here, as many of NO at the venue."""
    (apart,) = found(HELD, **HELD_SHOWN | {"positions": (position(-1000),)}).breaks
    assert (apart.kind, apart.ours, apart.venue) == (B.POSITION, "10.00 YES", "10.00 NO")


@given(st.integers(-2_000, 2_000))
@example(1_000)
@example(-1_000)
def test_a_position_agrees_to_the_hundredth_and_in_its_sign(net_e2: int) -> None:
    result = found(HELD, **HELD_SHOWN | {"positions": (position(net_e2),)})
    assert result.clean is (net_e2 == 1000)


def test_an_order_that_is_larger_at_the_venue_is_not_the_one_that_was_meant() -> None:
    meant = fold(*RESTS).orders[ID]
    assert not differs(meant, venue_order())
    assert not differs(meant, venue_order(initial=Contracts(900), remaining=Contracts(900)))
    assert differs(meant, venue_order(initial=Contracts(1100), remaining=Contracts(1100)))
    assert differs(meant, venue_order(filled=Contracts(600), remaining=Contracts(600)))


def test_what_rests_here_and_what_was_filled_here_must_be_shown_by_the_venue() -> None:
    meant = intent(nonce=1)
    beside: list[ev.OrderEvent] = [
        intended(meant),
        accepted(order_id="venue-2", client_order_id=meant.client_order_id),
    ]
    shown = venue_order(meant, order_id="venue-2")
    (gone,) = found([*RESTS, *beside], orders=[shown], cash=Money(991_600_000)).breaks
    assert (gone.kind, gone.subject) == (B.ORDER_MISSING, ID)
    (unseen,) = found(HELD, **HELD_SHOWN | {"fills": ()}).breaks
    assert (unseen.kind, unseen.venue) == (B.FILL_MISSING, "not shown")


@pytest.mark.parametrize(
    ("locked_e6", "clean"),
    [
        (0, True),
        (9_999, True),
        (10_100, False),
        (400_000, False),
        (489_900, False),
        (489_901, True),
        (500_000, True),
        (510_099, True),
        (510_100, False),
        (-10_000, False),
    ],
)
def test_resting_orders_lock_their_fees_whole_or_not_at_all(locked_e6: int, clean: bool) -> None:
    meant = intent(fee_max=Money(500_000))
    shown = view([venue_order(meant)], cash=LOCKED - Money(locked_e6))
    blotter = fold(OPENING, intended(meant), accepted())
    assert reconcile(blotter, shown, LATER).clean is clean


@pytest.mark.parametrize(
    ("locked_e6", "clean"), [(0, True), (500_000, True), (900_000, False), (1_000_000, False)]
)
def test_an_order_that_closes_locks_no_fee_beyond_what_a_pair_pays(
    locked_e6: int, clean: bool
) -> None:
    """Ten NO rest beside ten YES that are held, and ten YES in a market where nothing is."""
    closing = intent(side=Side.NO, price=Price(5600), fee_max=Money(500_000), nonce=1)
    opening = intent(ticker=OTHER_MARKET, fee_max=Money(500_000))
    orders = [*HELD_SHOWN["orders"]]
    events = [*HELD]
    for n, each in enumerate((closing, opening), 2):
        events += [
            intended(each),
            accepted(order_id=f"v-{n}", client_order_id=each.client_order_id),
        ]
        orders.append(venue_order(each, order_id=f"v-{n}"))
    free = Money(995_800_000 - 4_200_000 - locked_e6)
    result = found(events, **(HELD_SHOWN | {"orders": orders, "cash": free}))
    assert result.clean is clean, result.breaks


def test_a_strangers_order_that_is_over_and_a_fill_before_the_statement_are_history() -> None:
    over = venue_order(order_id="venue-9", client_order_id=None, status=ev.VenueStatus.EXECUTED)
    assert found([], orders=[over], fills=[venue_fill(5, order_id="venue-9")]).clean


def test_an_operators_note_takes_cash_and_positions_as_they_are() -> None:
    shown = view(cash=Money(5), positions=(position(-300),))
    result = reconcile(fold(OPENING), shown, LATER, accept="withdrew the cash")
    assert result.clean
    stated = result.events[0]
    assert isinstance(stated, ev.Stated)
    assert (stated.note, stated.cash) == ("withdrew the cash", Money(5))


def test_no_note_is_taken_while_an_order_may_still_trade() -> None:
    shown = view([venue_order()], cash=Money(5))
    result = reconcile(fold(OPENING, intended(), accepted()), shown, LATER, accept="x")
    assert kinds(result) == [B.CASH]


def test_no_note_hides_an_order_of_a_stranger() -> None:
    shown = view(orders=[STRANGER])
    assert kinds(reconcile(fold(OPENING), shown, LATER, accept="x")) == [B.FOREIGN_ORDER]


def test_the_gate_is_shut_by_a_break_and_by_a_comparison_never_made() -> None:
    clean, broken = found([]), found([], cash=Money(0))
    assert reconciliation_reading(clean).ok(LATER)
    assert reconciliation_reading(None).fault is Fault.MISSING
    reading = reconciliation_reading(broken)
    assert [f.reason for f in reading.findings] == [Reason.RECONCILIATION_BREAK]
    assert reading.findings[0].detail == ("cash balance: 1000.000000 here, 0.000000 at the venue")
    aged = reconciliation_reading(clean, max_age=timedelta(seconds=5))
    assert aged.fault_at(later(7)) is Fault.EXPIRED


def test_the_venues_order_tells_only_what_is_new() -> None:
    order = fold(intended(), accepted(), filled(400)).orders[ID]
    old = venue_order()
    assert order_news(order, old, LATER) is None
    more = venue_order(filled=Contracts(500), remaining=Contracts(500))
    assert isinstance(order_news(order, more, LATER), ev.Seen)
    smaller = venue_order(filled=Contracts(400), remaining=Contracts(100))
    assert isinstance(order_news(order, smaller, LATER), ev.Seen)
    assert not differs(order, old)
    assert fill_news(order, venue_fill(400), LATER) is None
    assert fill_news(order, venue_fill(400, fee=Money(1)), LATER) is not None


def test_an_ended_order_is_not_reopened_by_an_old_reading() -> None:
    order = fold(intended(), accepted(), cancelled()).orders[ID]
    assert order_news(order, venue_order(), LATER) is None
    assert fold(intended(ORDER)).ladder_at_risk(EVENT).e6 > 0
