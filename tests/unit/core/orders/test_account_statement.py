from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.account_statement import (
    AccountStatement,
    CashKind,
    Tie,
    account_statement,
    fee_totals,
)
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from order_cases import AT, MARKET, accepted, filled, intended, later

FIRST, END = datetime(2026, 11, 26, 5, tzinfo=UTC), datetime(2026, 11, 27, 5, tzinfo=UTC)
NEXT_DAY = END + timedelta(hours=9)
THOUSAND = Money(1_000_000_000)


def stated(cash: Money = THOUSAND, at: datetime = AT, note: str = "first comparison") -> ev.Stated:
    return ev.Stated(at=at, cash=cash, note=note)


def reconciled(breaks: int = 0, at: datetime = AT) -> ev.Reconciled:
    return ev.Reconciled(at=at, breaks=breaks)


def settled(revenue: int, at: datetime = AT) -> ev.Settled:
    return ev.Settled(at=at, ticker=MARKET, revenue=Money(revenue))


def of(*events: ev.OrderEvent) -> AccountStatement:
    return account_statement(events, FIRST, END)


BEGUN = (stated(), intended(), accepted())
FILL = filled(1000, fee=Money(170_000))


def test_a_day_of_a_fill_and_its_settlement_ties_to_the_millionth() -> None:
    found = of(*BEGUN, FILL, settled(10_000_000), reconciled())
    # Ten contracts at 42 cents, 17 cents of fees, ten dollars back.
    assert [(row.kind, str(row.amount), str(row.balance)) for row in found.cash] == [
        (CashKind.OPENING, "1000.000000", "1000.000000"),
        (CashKind.FILL, "-4.200000", "995.800000"),
        (CashKind.FEE, "-0.170000", "995.630000"),
        (CashKind.SETTLEMENT, "10.000000", "1005.630000"),
    ]
    assert (found.tie, found.closing) == (Tie.TIED, Money(1_005_630_000))
    assert (found.differences, found.notes, found.reconciled_at) == ((), (), AT)
    assert fee_totals(found.fills) == {(date(2026, 11, 26), "KXCPI", False): Money(170_000)}


def test_a_yes_and_a_no_are_paid_as_a_pair() -> None:
    no = filled(300, "t2", side=Side.NO, price=Price(5500))
    found = of(*BEGUN, filled(400), no, reconciled())
    assert found.total(CashKind.PAIR) == Money(3_000_000)
    assert found.tie is Tie.TIED


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    found = of(*BEGUN, filled(400), filled(300, at=later(60)), reconciled(at=later(61)))
    assert [row.fill.contracts for row in found.fills] == [Contracts(300)]
    assert found.total(CashKind.FILL) == Money(-1_260_000)
    assert found.cash[-1].note == "correction of t1"
    assert found.tie is Tie.TIED


def test_nobody_compared_is_said_and_is_no_tie() -> None:
    assert of(*BEGUN, FILL).tie is Tie.NOT_RECONCILED
    # One that came before the money moved says nothing of it.
    assert of(stated(), reconciled(), *BEGUN[1:], FILL).tie is Tie.NOT_RECONCILED
    assert of(intended(), accepted(), FILL, reconciled()).tie is Tie.NOT_RECONCILED


def test_a_day_on_which_nothing_moved_has_nothing_to_tie() -> None:
    assert of().tie is Tie.NOTHING_TO_TIE
    before = of(stated(at=FIRST - timedelta(days=1)))
    assert (before.tie, before.opening, before.closing) == (Tie.NOTHING_TO_TIE, THOUSAND, THOUSAND)


def test_breaks_that_stayed_are_a_difference_until_a_later_comparison_is_whole() -> None:
    found = of(*BEGUN, FILL, reconciled(breaks=2))
    assert found.tie is Tie.DIFFERS
    assert found.differences == (
        "2 breaks with the venue at 2026-11-26T15:00:00Z; see kalshi_alpha.exec.orders reconcile",
    )
    mended = of(*BEGUN, FILL, reconciled(breaks=2), reconciled(at=NEXT_DAY))
    assert (mended.tie, mended.reconciled_at) == (Tie.TIED, NEXT_DAY)


def test_a_comparison_of_the_next_day_ties_this_one() -> None:
    found = of(*BEGUN, FILL, settled(0, NEXT_DAY), reconciled(at=NEXT_DAY))
    assert found.tie is Tie.TIED
    assert found.settlements == ()
    assert found.closing == Money(995_630_000)


def test_a_balance_that_an_operator_took_in_the_period_is_a_named_row() -> None:
    deposit = stated(Money(1_500_000_000), later(5), "deposit")
    found = of(stated(), reconciled(), deposit, reconciled(at=later(6)))
    assert found.cash[-1].kind is CashKind.ACCEPTED
    assert found.notes == ("500.000000 was taken from the venue's balance on 2026-11-26: deposit",)
    assert found.tie is Tie.TIED


def test_a_balance_taken_afterwards_without_a_comparison_is_a_difference_of_so_much() -> None:
    taken = stated(Money(990_000_000), NEXT_DAY, "nobody knows")
    found = of(*BEGUN, FILL, taken, reconciled(at=NEXT_DAY))
    assert found.tie is Tie.DIFFERS
    (said,) = found.differences
    assert said == (
        "when it was next looked at, 2026-11-27T14:00:00Z, the venue held 5.630000 less than was "
        "counted: nobody knows"
    )


def test_fills_that_the_venue_has_not_shown_one_by_one_are_a_difference() -> None:
    found = of(stated(), intended(), accepted(filled=400, remaining=600), reconciled())
    assert found.differences == ("1 orders are filled further than their known fills",)


def test_a_fill_that_was_learnt_the_day_after_counts_there_and_says_so() -> None:
    found = of(*BEGUN, filled(400, filled_at=FIRST - timedelta(hours=1)), reconciled())
    assert found.notes == ("fill t1 of 2026-11-25 was learnt on 2026-11-26 and counts there",)


def test_the_cash_of_a_period_begins_where_the_one_before_ended() -> None:
    events = (*BEGUN, FILL, reconciled(), settled(10_000_000, NEXT_DAY), reconciled(at=NEXT_DAY))
    one = account_statement(events, FIRST, END)
    other = account_statement(events, END, END + timedelta(days=1))
    assert one.closing == other.opening
    assert other.total(CashKind.SETTLEMENT) == Money(10_000_000)
    assert not other.fills


FILLS = st.tuples(
    st.sampled_from(Side), st.integers(1, 99), st.integers(1, 90), st.integers(-20_000, 20_000)
)


@given(st.lists(FILLS, max_size=8), st.integers(0, 10_000_000))
def test_opening_and_changes_make_the_cash_that_the_orders_make(
    trades: list[tuple[Side, int, int, int]], revenue: int
) -> None:
    events: list[ev.OrderEvent] = [*BEGUN]
    for n, (side, cents, count, fee) in enumerate(trades):
        price = Price(100 * cents)
        events.append(filled(count, f"t{n}", side=side, price=price, fee=Money(fee)))
    events += [settled(revenue), reconciled()]
    found = of(*events)
    assert found.closing == Blotter(events).cash
    assert found.closing == Money(sum(row.amount.e6 for row in found.cash))
    assert not [each for each in found.differences if "by the orders" in each]


@pytest.mark.parametrize("edge", [FIRST, END - timedelta(microseconds=1)])
def test_a_period_holds_its_first_instant_and_not_its_end(edge: datetime) -> None:
    assert len(of(stated(at=edge), reconciled(at=edge)).cash) == 1
    assert of(stated(at=END), reconciled(at=END)).cash == ()
