"""Invariants of an order's fees, for any terms, prices, counts and order of fills."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.fees import (
    CENT_STEP_E6,
    DIRECT_STEP_E6,
    TABLE_ROUNDING,
    FeeTerms,
    FeeType,
    Liquidity,
    OrderFees,
    order_fee,
)
from kalshi_alpha.core.types import Contracts, Money, Price

TAKER = Liquidity.TAKER

terms_drawn = st.builds(
    FeeTerms, st.sampled_from(FeeType), st.decimals(min_value=0, max_value=4, places=3)
)
prices = st.builds(Price, st.integers(1, 9_999))
counts = st.builds(Contracts, st.integers(1, 100_000))
steps = st.sampled_from([DIRECT_STEP_E6, CENT_STEP_E6])
fill_lists = st.lists(
    st.tuples(prices, counts, st.sampled_from(Liquidity)), min_size=1, max_size=12
)


@given(terms_drawn, fill_lists, st.booleans(), steps)
def test_every_fill_balances_and_none_is_ever_paid_for(
    terms: FeeTerms,
    fills: list[tuple[Price, Contracts, Liquidity]],
    side_buy: bool,
    step_e6: int,
) -> None:
    fees = OrderFees(terms, step_e6)
    swept = given_back = 0
    for price, contracts, liquidity in fills:
        fill = fees.fill(side_buy, price, contracts, liquidity)
        principal = Money.notional(price, contracts)
        assert fill.cash_change == (-principal if side_buy else principal) - fill.net_fee
        assert fill.cash_change.e6 % step_e6 == 0
        assert fill.net_fee == fill.trade_fee + fill.rounding_fee - fill.rebate
        assert fill.net_fee.e6 >= 0
        assert 0 <= fill.rounding_fee.e6 < step_e6
        swept, given_back = swept + fill.rounding_fee.e6, given_back + fill.rebate.e6
    assert fees.accumulated.e6 == swept - given_back >= 0


@given(terms_drawn, prices, counts, st.sampled_from(Liquidity), st.booleans(), steps)
def test_a_single_fill_pays_the_model_fee_and_less_than_two_steps_more(
    terms: FeeTerms,
    price: Price,
    contracts: Contracts,
    liquidity: Liquidity,
    side_buy: bool,
    step_e6: int,
) -> None:
    model_e6 = Decimal(terms.model_fee_e20(price, contracts, liquidity)) / 10**14

    net = order_fee(terms, price, contracts, liquidity, step_e6, side_buy=side_buy)

    assert model_e6 <= net.e6 < model_e6 + 1 + step_e6


@given(terms_drawn, prices, st.integers(1, 5_000), st.sampled_from(Liquidity), st.booleans())
def test_whole_contracts_pay_the_same_on_either_side_of_the_price(
    terms: FeeTerms, price: Price, count: int, liquidity: Liquidity, side_buy: bool
) -> None:
    """Whole contracts keep principal on the direct account's grid, so nothing of it is swept."""
    contracts = Contracts.whole(count)
    yes, no = (
        order_fee(terms, p, contracts, liquidity, DIRECT_STEP_E6, side_buy=side_buy)
        for p in (price, price.complement())
    )
    assert yes == no


@given(terms_drawn, prices, st.lists(st.integers(1, 5_000), min_size=1, max_size=12), st.booleans())
def test_the_trade_fee_is_the_same_on_either_side_of_the_price(
    terms: FeeTerms, price: Price, counts_e2: list[int], side_buy: bool
) -> None:
    yes, no = OrderFees(terms, CENT_STEP_E6), OrderFees(terms, CENT_STEP_E6)
    for e2 in counts_e2:
        at_price = yes.fill(side_buy, price, Contracts(e2), TAKER)
        at_complement = no.fill(side_buy, price.complement(), Contracts(e2), TAKER)
        assert at_price.trade_fee == at_complement.trade_fee


@given(terms_drawn, prices, st.lists(st.integers(1, 2_000), min_size=1, max_size=12), steps)
def test_splitting_an_order_costs_a_bounded_number_of_steps_more(
    terms: FeeTerms, price: Price, counts_e2: list[int], step_e6: int
) -> None:
    """Splitting into k fills costs 0 to ceil((k - 1) * fee_step / step) balance steps more.

    Both ways leave the balance on its grid, so they differ by whole steps; rounding up k times
    adds at most k - 1 fee steps. For k up to 101 that is at most one balance step. It holds
    while the order can give its rounding back; where the cap at a net fee of zero holds rounding
    back, the excess left in the accumulator is what the split costs on top.
    """
    fees = OrderFees(terms, step_e6)
    for e2 in counts_e2:
        fees.fill(True, price, Contracts(e2), TAKER)
    at_once = order_fee(terms, price, Contracts(sum(counts_e2)), TAKER, step_e6)
    dearer = fees.net_fee.e6 - at_once.e6
    fee_steps = len(counts_e2) - 1

    assert dearer % step_e6 == 0
    held_back = fees.accumulated.e6 // step_e6 * step_e6
    assert 0 <= dearer <= -(-fee_steps // step_e6) * step_e6 + held_back


@given(terms_drawn, prices, st.integers(1, 50_000), st.integers(1, 50_000), steps)
def test_more_contracts_never_cost_less_altogether(
    terms: FeeTerms, price: Price, fewer_e2: int, extra_e2: int, step_e6: int
) -> None:
    fewer, more = (
        OrderFees(terms, step_e6).fill(True, price, Contracts(e2), TAKER)
        for e2 in (fewer_e2, fewer_e2 + extra_e2)
    )
    assert more.cash_change <= fewer.cash_change


@given(terms_drawn, prices, st.integers(1, 5_000), st.integers(1, 5_000), st.booleans())
def test_the_fee_of_whole_contracts_never_falls_as_they_grow(
    terms: FeeTerms, price: Price, fewer: int, extra: int, side_buy: bool
) -> None:
    low, high = (
        order_fee(terms, price, Contracts.whole(n), TAKER, DIRECT_STEP_E6, side_buy=side_buy)
        for n in (fewer, fewer + extra)
    )
    assert low <= high


@given(terms_drawn, fill_lists)
def test_the_table_charges_the_orders_model_fee_up_to_a_cent(
    terms: FeeTerms, fills: list[tuple[Price, Contracts, Liquidity]]
) -> None:
    fees = OrderFees.under(terms, TABLE_ROUNDING)
    net = [fees.fill(True, *fill).net_fee for fill in fills]
    model_e20 = sum(terms.model_fee_e20(*fill) for fill in fills)

    assert all(fee.e6 >= 0 for fee in net)
    assert fees.net_fee.e6 == -(-model_e20 // 10**18) * 10_000
