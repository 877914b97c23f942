from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.fees import Liquidity, order_fee
from kalshi_alpha.core.proposals.legs import Legs
from kalshi_alpha.core.types import Contracts, Money, Price
from scan_cases import GOLDEN, MAKER_FEES, scene, snapshot

PRICED = GOLDEN.priced()


def lone(e2: int, step_e6: int = 100) -> Legs:
    return Legs(PRICED, np.array([0]), np.array([e2], dtype=np.int64), step_e6)


@given(st.integers(1, 1_000_000), st.sampled_from([100, 10_000]))
def test_the_fee_is_that_of_exactly_this_order(e2: int, step_e6: int) -> None:
    orders = lone(e2, step_e6)
    fee = order_fee(MAKER_FEES, Price(5000), Contracts(e2), Liquidity.MAKER, step_e6)
    assert orders.fee_e6.tolist() == [fee.e6]
    at_risk = Money.notional(Price(5000), Contracts(e2)) + fee
    assert orders.at_risk_e6.tolist() == [at_risk.e6]


def test_one_contract_at_cent_precision_pays_more_than_twice_the_model_fee() -> None:
    """0.0175 * 0.25 is 0.4375 c; a balance in cents makes it one."""
    raw, honest = lone(100, 10_000).edges()
    assert raw[0] == pytest.approx(0.07 - 0.01)
    assert honest[0] == pytest.approx(0.063 - 0.005 - 0.01)


def test_an_order_of_nothing_costs_nothing_and_is_worth_nothing() -> None:
    none = lone(0)
    assert (none.fee_e6.tolist(), none.at_risk_e6.tolist()) == ([0], [0])
    assert none.edges()[1].tolist() == [-np.inf]


@given(st.integers(0, 10_000), st.floats(0.0, 1.0), st.sampled_from([1, 100]))
def test_scaling_rounds_down_to_lots(lots: int, share: float, lot_e2: int) -> None:
    (scaled,) = lone(lots * lot_e2).scaled(share, lot_e2).contracts_e2.tolist()
    assert scaled % lot_e2 == 0
    assert scaled <= lots * lot_e2 * share < scaled + lot_e2


def test_a_whole_share_changes_nothing() -> None:
    assert lone(47_000).scaled(1.0, 100).contracts_e2.tolist() == [47_000]


def test_orders_keep_their_order_when_some_are_left_out() -> None:
    orders = Legs(PRICED, np.array([1, 0]), np.array([100, 200]), 100)
    kept = orders.where(np.array([False, True]))
    assert (kept.rows.tolist(), kept.contracts_e2.tolist()) == ([0], [200])


def test_each_order_knows_its_ladder_and_side() -> None:
    case = scene(snapshot({2: (50, 46)}, "KXA-24NOV"), snapshot({3: (36, 60)}, "KXB-24NOV"))
    orders = Legs(case.priced(), np.array([1, 0]), np.array([100, 100]), 100)
    assert orders.ladders.tolist() == [1, 0]
    assert orders.is_yes.tolist() == [False, True]
    assert orders.price_e4.tolist() == [6000, 5000]
