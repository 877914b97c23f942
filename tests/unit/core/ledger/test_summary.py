from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.ledger.settle import Settlement, settle
from kalshi_alpha.core.ledger.summary import max_loss, summarise
from kalshi_alpha.core.types import Contracts, Money, Side

Build = Callable[..., LedgerEntry]
AT = datetime(2025, 6, 11, 14, tzinfo=UTC)


def test_the_worked_example_adds_up(worked_example: list[LedgerEntry]) -> None:
    found = summarise(worked_example).filled
    assert (found.trades, found.fills, found.settled) == (7, 7, 7)
    assert found.contracts == found.posted == Contracts.whole(70)
    assert found.fees == Money.parse("0.31")
    # 70 contracts at 315.71 and 270.00 bps of a dollar each.
    assert found.expected_pnl == Money.parse("2.21")
    assert found.realised_pnl == Money.parse("1.89")


def test_forecast_rows_are_never_added_to_fills(make_entry: Build) -> None:
    forecast = make_entry(
        kind=EntryKind.EXPECTED,
        filled_e2=0,
        expected_e2=450,
        expected_lo_e2=100,
        expected_hi_e2=900,
        fee_e6=20_000,
    )
    found = summarise([make_entry(), forecast])
    assert (found.filled.trades, found.expected.trades) == (1, 1)
    assert found.filled.contracts == Contracts.whole(10)
    assert found.expected.contracts == Contracts.parse("4.50")
    assert found.filled.expected_pnl == Money.parse("0.31")
    assert found.expected.expected_pnl == Money.parse("0.142")
    assert found.expected.max_loss == Money.parse("1.955")


def test_an_unfilled_order_is_a_trade_without_a_fill(make_entry: Build) -> None:
    found = summarise([make_entry(filled_e2=0, fee_e6=0)]).filled
    assert (found.trades, found.fills, found.settled) == (1, 0, 0)
    assert found.posted == Contracts.whole(10)
    assert found.max_loss == found.expected_pnl == Money(0)


def test_an_empty_ledger_sums_to_nothing() -> None:
    found = summarise([])
    assert found.filled == found.expected
    assert found.filled.trades == 0


def test_the_most_one_order_can_lose_is_its_cost_and_fee(make_entry: Build) -> None:
    assert max_loss([make_entry()]) == Money.parse("4.35")


def test_both_sides_of_one_market_offset_each_other(make_entry: Build) -> None:
    no = make_entry(side=Side.NO, price_e4=5500)
    # 10 pairs cost 9.80 and 0.10 of fees, and pay 10.00 whatever happens.
    assert max_loss([make_entry(), no]) == Money(0)
    elsewhere = make_entry(side=Side.NO, price_e4=5500, market_ticker="KXCPI-25MAY-T0.3")
    assert max_loss([make_entry(), elsewhere]) == Money.parse("9.90")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B"]),
            st.sampled_from(list(Side)),
            st.integers(1, 9999),
            st.integers(0, 1000),
        ),
        max_size=8,
    ),
    st.booleans(),
    st.booleans(),
)
def test_no_settlement_loses_more_than_the_most_that_can_be_lost(
    make_entry: Build,
    orders: list[tuple[str, Side, int, int]],
    a_holds: bool,
    b_holds: bool,
) -> None:
    rows = [
        make_entry(market_ticker=ticker, side=side, price_e4=price, filled_e2=count)
        for ticker, side, price, count in orders
    ]
    outcomes = {
        ticker: Settlement.yes(AT) if holds else Settlement.no(AT)
        for ticker, holds in (("A", a_holds), ("B", b_holds))
    }
    settled, _ = settle(rows, outcomes)
    assert summarise(settled).filled.realised_pnl >= -max_loss(rows)
