from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.order_payloads import (
    AmendAck,
    Amendment,
    BatchReply,
    CancelAck,
    Decrease,
    DecreaseAck,
    OrderAck,
    resting_order,
)
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Contracts, Money, Price, Side

TICKER = "KXHIGHNY-26JUN15-B82.5"
CLIENT_ID = "4a75a66e-ca85-4187-93cd-aac5e01ad982"


def order(side: Side, price: Price, contracts: Contracts) -> dict[str, object]:
    built = resting_order(
        ticker=TICKER,
        side=side,
        price=price,
        contracts=contracts,
        client_order_id=CLIENT_ID,
        expiration_time=1_781_200_000,
        order_group_id=None,
    )
    sent: dict[str, object] = msgspec.json.decode(msgspec.json.encode(built))
    return sent


def test_an_order_is_sent_as_the_venues_own_example() -> None:
    assert order(Side.YES, Price.parse("0.3400"), Contracts.whole(10)) == {
        "ticker": TICKER,
        "client_order_id": CLIENT_ID,
        "side": "bid",
        "count": "10.00",
        "price": "0.3400",
        "time_in_force": "good_till_canceled",
        "self_trade_prevention_type": "taker_at_cross",
        "expiration_time": 1_781_200_000,
        "post_only": True,
        "cancel_order_on_pause": True,
    }


def test_buying_no_is_selling_yes_at_one_dollar_less_the_price() -> None:
    sent = order(Side.NO, Price.parse("0.3400"), Contracts.whole(10))
    assert (sent["side"], sent["price"]) == ("ask", "0.6600")


@given(
    side=st.sampled_from(Side),
    price=st.integers(1, 9_999).map(Price),
    contracts=st.integers(1, 10**9).map(Contracts),
)
def test_every_order_rests_or_does_not_exist_and_ends_by_itself(
    side: Side, price: Price, contracts: Contracts
) -> None:
    sent = order(side, price, contracts)
    assert (sent["post_only"], sent["cancel_order_on_pause"]) == (True, True)
    assert sent["self_trade_prevention_type"] == "taker_at_cross"
    assert "expiration_time" in sent
    yes = Price.parse(str(sent["price"]))
    assert (yes if sent["side"] == "bid" else yes.complement()) == price
    assert (sent["side"] == "bid") is (side is Side.YES)
    assert Contracts.parse(str(sent["count"])) == contracts


@pytest.mark.parametrize(
    ("price", "contracts", "expires"),
    [(0, 100, 1), (10_000, 100, 1), (100, 0, 1), (100, 100, 0)],
)
def test_an_order_that_could_not_rest_is_not_built(
    price: int, contracts: int, expires: int
) -> None:
    with pytest.raises(BadParameter):
        resting_order(
            ticker=TICKER,
            side=Side.YES,
            price=Price(price),
            contracts=Contracts(contracts),
            client_order_id=CLIENT_ID,
            expiration_time=expires,
            order_group_id=None,
        )


def test_a_decrease_is_by_a_count_or_to_a_count() -> None:
    assert msgspec.json.encode(Decrease(reduce_to="2.00")) == b'{"reduce_to":"2.00"}'
    for change in ({}, {"reduce_by": "1.00", "reduce_to": "1.00"}):
        with pytest.raises(BadParameter):
            Decrease(**change)


def test_an_amendment_leaves_out_what_it_does_not_change() -> None:
    change = Amendment(ticker=TICKER, side="bid", price="0.3500", count="10.00")
    assert set(msgspec.json.decode(msgspec.json.encode(change))) == {
        *("ticker", "side", "price", "count"),
    }


RESTING = (
    b'{"order_id":"2597b999-f887-4195-8bac-c3f97a1f2021",'
    b'"client_order_id":"4a75a66e-ca85-4187-93cd-aac5e01ad982",'
    b'"fill_count":"0.00","remaining_count":"10.00","ts_ms":1781159360866}'
)
FILLED = (
    b'{"order_id":"97ec18b7-10d3-4557-9de0-8598aad625f0","fill_count":"1.00",'
    b'"remaining_count":"0.00","average_fill_price":"0.5200","average_fee_paid":"0.0175",'
    b'"ts_ms":1781159370164}'
)


def test_a_recorded_acknowledgement_of_a_resting_order_is_read() -> None:
    ack = msgspec.json.decode(RESTING, type=OrderAck)
    assert (ack.filled, ack.remaining) == (Contracts(0), Contracts.whole(10))
    assert (ack.fill_price, ack.fee_per_contract) == (None, None)


def test_a_recorded_acknowledgement_of_a_filled_order_is_read() -> None:
    ack = msgspec.json.decode(FILLED, type=OrderAck)
    assert ack.filled == Contracts.whole(1)
    assert (ack.fill_price, ack.fee_per_contract) == (Price(5200), Money(17_500))


@pytest.mark.parametrize(
    "cut",
    [b'"fill_count":"0.00",', b'"remaining_count":"10.00",', b',"ts_ms":1781159360866'],
)
def test_an_acknowledgement_without_its_counts_is_none(cut: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(RESTING.replace(cut, b""), type=OrderAck)


def test_cancels_amends_and_decreases_are_read() -> None:
    cancel = msgspec.json.decode(b'{"order_id":"a","reduced_by":"7.50","ts_ms":1}', type=CancelAck)
    assert cancel.cancelled == Contracts(750)
    decrease = msgspec.json.decode(
        b'{"order_id":"a","remaining_count":"2.00","ts_ms":1}', type=DecreaseAck
    )
    assert decrease.remaining == Contracts.whole(2)
    assert msgspec.json.decode(b'{"order_id":"a","ts_ms":1}', type=AmendAck).order_id == "a"


def test_a_batch_keeps_the_fate_of_each_item() -> None:
    body = b'{"orders":[%b,{"error":{"code":"invalid_price","message":"off"}}]}' % RESTING
    first, second = msgspec.json.decode(body, type=BatchReply).orders
    assert (first.remaining_count, first.error) == ("10.00", None)
    assert (second.order_id, second.error) == (None, {"code": "invalid_price", "message": "off"})
