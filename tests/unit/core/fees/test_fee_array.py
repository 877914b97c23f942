from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadContracts, BadParameter, BadPrice, DomainError
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
from kalshi_alpha.core.fees.fee_array import fee_per_contract, net_fee_e6
from kalshi_alpha.core.types import Contracts, Price

TAKER, MAKER = Liquidity.TAKER, Liquidity.MAKER
MAKER_PAYS = FeeTerms.parse("quadratic_with_maker_fees", 1)

orders = st.lists(
    st.tuples(
        st.builds(
            FeeTerms, st.sampled_from(FeeType), st.decimals(min_value=0, max_value=100, places=6)
        ),
        st.sampled_from(Liquidity),
        st.integers(1, 9_999),
        # Up to a million million contracts: far past what int64 alone could multiply out.
        st.one_of(st.integers(1, 10**6), st.integers(1, 10**14)),
    ),
    min_size=1,
    max_size=20,
)


@given(orders, st.sampled_from([DIRECT_STEP_E6, CENT_STEP_E6, 1]), st.booleans())
def test_arrays_equal_the_exact_path_on_every_element(
    drawn: list[tuple[FeeTerms, Liquidity, int, int]], step_e6: int, side_buy: bool
) -> None:
    rates = np.array([terms.rate_e10(liquidity) for terms, liquidity, _, _ in drawn])
    prices = np.array([price for _, _, price, _ in drawn])
    counts = np.array([count for _, _, _, count in drawn])

    fees = net_fee_e6(rates, prices, counts, step_e6, side_buy=side_buy)
    per_contract = fee_per_contract(rates, prices, counts, step_e6, side_buy=side_buy)

    exact = [
        order_fee(terms, Price(price), Contracts(count), liquidity, step_e6, side_buy=side_buy).e6
        for terms, liquidity, price, count in drawn
    ]
    assert fees.dtype == np.int64
    assert fees.tolist() == exact
    assert per_contract.tolist() == (np.array(exact) / (counts * 1e4)).tolist()


@given(st.integers(1, 9_999), st.integers(1, 10**6), st.booleans())
def test_every_count_up_to_the_fast_paths_edge_stays_exact(
    price: int, below_edge: int, side_buy: bool
) -> None:
    """The largest product that still fits int64, and the first ones that do not."""
    edge = (2**63 - 1) // (25_000_000 * 7)
    terms, step = MAKER_PAYS, DIRECT_STEP_E6
    counts = [edge - below_edge, edge, edge + below_edge]

    fees = net_fee_e6(terms.rate_e10(MAKER), [price] * 3, counts, step, side_buy=side_buy)

    assert fees.tolist() == [
        order_fee(terms, Price(price), Contracts(n), MAKER, step, side_buy=side_buy).e6
        for n in counts
    ]


@given(
    st.builds(FeeTerms, st.sampled_from(FeeType), st.sampled_from([Decimal(1), Decimal("0.5")])),
    st.integers(1, 9_999),
    st.integers(1, 10**7),
)
def test_the_fee_table_is_a_cent_fee_step_and_no_balance_step(
    terms: FeeTerms, price: int, count: int
) -> None:
    table = net_fee_e6(terms.rate_e10(TAKER), price, count, 1, fee_step_e6=10_000)
    exact = OrderFees.under(terms, TABLE_ROUNDING).fill(True, Price(price), Contracts(count), TAKER)
    assert table.tolist() == exact.net_fee.e6


def test_one_maker_fill_at_43_cents_from_a_cent_account() -> None:
    """100, 50 and 43 basis points for 1, 10 and 100 contracts; unrounded it is 42.9."""
    fee = fee_per_contract(
        MAKER_PAYS.rate_e10(MAKER), 4_300, np.array([1, 10, 100]) * 100, CENT_STEP_E6
    )
    np.testing.assert_allclose(fee * 1e4, [100.0, 50.0, 43.0], rtol=1e-12)


def test_rates_prices_and_counts_broadcast() -> None:
    rates = np.array([[0], [MAKER_PAYS.rate_e10(MAKER)], [MAKER_PAYS.rate_e10(TAKER)]])
    fees = fee_per_contract(rates, np.array([1_000, 5_000]), 10_000)

    np.testing.assert_allclose(
        fees, [[0.0, 0.0], [0.001575, 0.004375], [0.0063, 0.0175]], rtol=1e-12
    )


def test_no_orders_cost_nothing() -> None:
    empty = np.array([], dtype=np.int64)
    assert net_fee_e6(175_000_000, empty, empty).size == 0


@pytest.mark.parametrize("price", [[0], [10_000], [-1], [5_000, 10_001]])
def test_prices_of_empty_sides_are_refused(price: list[int]) -> None:
    with pytest.raises(BadPrice):
        net_fee_e6(700_000_000, price, 100)


@pytest.mark.parametrize("count", [[0], [-100], [100, 0], [10**14 + 1]])
def test_impossible_counts_are_refused(count: list[int]) -> None:
    with pytest.raises(BadContracts):
        net_fee_e6(700_000_000, 5_000, count)


@pytest.mark.parametrize(
    ("rate", "price", "count"),
    [
        (0.07, 5_000, 100),
        (700_000_000, 0.5, 100),
        (700_000_000, 5_000, 1.0),
        (700_000_000, np.nan, 100),
        (-1, 5_000, 100),
        (7 * 10**10 + 1, 5_000, 100),
    ],
)
def test_dollars_and_impossible_rates_are_refused(rate: float, price: float, count: float) -> None:
    with pytest.raises(DomainError):
        fee_per_contract(rate, price, count)


@pytest.mark.parametrize("steps", [(0, 1), (-100, 1), (100, 0)])
def test_steps_of_nothing_are_refused(steps: tuple[int, int]) -> None:
    with pytest.raises(BadParameter, match="steps must be positive"):
        net_fee_e6(700_000_000, 5_000, 100, steps[0], fee_step_e6=steps[1])


def test_the_exact_part_does_not_import_numpy() -> None:
    code = "import sys, kalshi_alpha.core.fees; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
