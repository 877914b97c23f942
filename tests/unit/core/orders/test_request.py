from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.orders.request import OrderRequest, order_request
from kalshi_alpha.core.types import Contracts, Price, Side
from order_cases import AT, ID, MARKET, intent, later


def test_buying_yes_is_a_bid_at_its_price() -> None:
    assert order_request(intent(), "group-1") == OrderRequest(
        ticker=MARKET,
        client_order_id=ID,
        side="bid",
        count="10.00",
        price="0.4200",
        expiration_time=int(later(600).timestamp()),
        order_group_id="group-1",
        time_in_force="good_till_canceled",
        self_trade_prevention_type="taker_at_cross",
        post_only=True,
        cancel_order_on_pause=True,
    )


def test_buying_no_is_an_ask_at_a_dollar_less_its_price() -> None:
    request = order_request(intent(side=Side.NO, price=Price(5555)), None)
    assert (request.side, request.price, request.order_group_id) == ("ask", "0.4445", None)


@given(st.integers(1, 9_999), st.integers(1, 10**7), st.sampled_from(Side), st.floats(0.001, 9e5))
def test_whatever_is_meant_only_rests_and_never_outlasts_its_end(
    price: int, count: int, side: Side, seconds: float
) -> None:
    meant = intent(
        price=Price(price),
        contracts=Contracts(count),
        side=side,
        expires_at=later(seconds),
    )
    request = order_request(meant, None)
    assert request.post_only
    assert request.cancel_order_on_pause
    assert request.self_trade_prevention_type == "taker_at_cross"
    assert request.time_in_force == "good_till_canceled"
    assert (
        0
        <= (meant.expires_at - AT).total_seconds() - (request.expiration_time - AT.timestamp())
        < 1.0
    )
    assert Contracts.parse(request.count) == meant.contracts
    assert (request.side == "bid") is (side is Side.YES)
    yes = Price.parse(request.price)
    assert (yes if side is Side.YES else yes.complement()) == meant.price
