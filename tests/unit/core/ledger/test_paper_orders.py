from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kalshi_alpha.core.fees import FeeTerms, FeeType, Liquidity, OrderFees
from kalshi_alpha.core.ledger.paper_orders import OpenPaperOrder, judged
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.types import Contracts, Price, Side, Trade
from order_cases import AT, MARKET, OTHER_MARKET, intent, later

FEES = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))


def order(**changes: Any) -> OpenPaperOrder:
    """Ten YES at 42 cents behind fifty, until ten minutes later."""
    return OpenPaperOrder(
        intent=intent(**changes), ahead=Contracts.whole(50), fees=FEES, balance_step_e6=100
    )


def taken(seconds: float, count: int, price_e4: int = 4200, **changes: Any) -> Trade:
    """A print by which a taker bought NO, which hits bids for YES."""
    sold = Trade(
        f"t{seconds}", MARKET, later(seconds), Price(price_e4), Contracts.whole(count), Side.NO
    )
    return replace(sold, **changes)


@pytest.mark.parametrize(
    ("tape", "filled"),
    [
        ([], 0),
        ([taken(1, 50)], 0),
        ([taken(1, 50), taken(2, 4)], 4),
        ([taken(1, 55), taken(2, 40)], 10),
        ([taken(1, 7, 4100)], 7),
        ([taken(1, 99, 4300)], 0),
        ([taken(1, 99, taker_side=Side.YES)], 0),
        ([taken(1, 99, is_block=True)], 0),
        ([taken(1, 99, ticker=OTHER_MARKET)], 0),
        ([taken(0, 99)], 0),
        ([taken(600, 99)], 10),
        ([taken(600.001, 99)], 0),
    ],
)
def test_prints_fill_what_the_queue_leaves_until_the_end(tape: list[Trade], filled: int) -> None:
    record = judged(order(), tape)
    assert record.filled == Contracts.whole(filled)
    assert record.order_id is not None
    assert record.state is (OrderState.EXECUTED if filled == 10 else OrderState.RESTING)


def test_each_fill_pays_its_own_rounded_fee() -> None:
    record = judged(order(), [taken(1, 53), taken(2, 4)])
    fees = OrderFees(FEES, 100)
    for count in (3, 4):
        fees.fill(True, Price(4200), Contracts.whole(count), Liquidity.MAKER)
    assert sum(fill.fee.e6 for fill in record.fills.values()) == fees.net_fee.e6
    assert [fill.filled_at - AT for fill in record.fills.values()] == [
        timedelta(seconds=1),
        timedelta(seconds=2),
    ]
    assert not any(fill.is_taker for fill in record.fills.values())
