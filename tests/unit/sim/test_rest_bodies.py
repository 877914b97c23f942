from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.core.types import Contracts, Price
from kalshi_alpha.sim.orders import BookSide, SelfTradePrevention, TimeInForce
from kalshi_alpha.sim.refusals import Rejected
from kalshi_alpha.sim.rest_bodies import CreateBody, GroupBody, decode, group_limit, new_order
from kalshi_alpha.sim.rest_errors import Refusal
from sim_exchange import order

NOW = datetime(2026, 6, 11, 6, 29, 20, tzinfo=UTC)
IN_A_MINUTE = int(NOW.timestamp()) + 60


def _decoded(**fields: Any) -> CreateBody:
    return decode(json.dumps(order(**fields)).encode(), CreateBody)


def test_an_order_is_read_whole() -> None:
    fields = {
        "client_order_id": "a",
        "expiration_time": IN_A_MINUTE,
        "post_only": True,
        "cancel_order_on_pause": True,
        "order_group_id": "g",
        "exchange_index": -1,
        "subaccount": 0,
        "something_new": 1,
    }
    new = new_order(_decoded(**fields), NOW)
    assert (new.side, new.price, new.contracts) == (BookSide.BID, Price(3400), Contracts.whole(10))
    assert (new.client_order_id, new.order_group_id) == ("a", "g")
    assert new.time_in_force is TimeInForce.GOOD_TILL_CANCELED
    assert new.self_trade_prevention is SelfTradePrevention.TAKER_AT_CROSS
    assert new.expires_at == NOW + timedelta(minutes=1)
    assert new.post_only
    assert new.cancel_order_on_pause


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"count": 10}, id="count as a number"),
        pytest.param({"price": 0.34}, id="price as a number"),
        pytest.param({"side": "yes"}, id="a side of the old endpoint"),
        pytest.param({"time_in_force": "day"}, id="a time in force that is none"),
        pytest.param({"post_only": "true"}, id="a flag as a string"),
        pytest.param({"expiration_time": "soon"}, id="an expiry as a string"),
    ],
)
def test_a_field_of_another_type_is_a_flat_bad_request(fields: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        _decoded(**fields)
    assert refused.value.status == 400
    body = json.loads(refused.value.body)
    assert (body["code"], body["message"]) == ("bad_request", "bad request")
    assert "cannot unmarshal" in body["details"]


@pytest.mark.parametrize("name", ["ticker", "side", "count", "price", "time_in_force"])
def test_a_required_field_that_is_missing_is_a_bad_request(name: str) -> None:
    body = {key: value for key, value in order().items() if key != name}
    with pytest.raises(Refusal):
        decode(json.dumps(body).encode(), CreateBody)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"a": "\xff"}', b"null"])
def test_what_is_no_object_is_a_bad_request(raw: bytes) -> None:
    with pytest.raises(Refusal):
        decode(raw, CreateBody)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"count": "0.00"}, "invalid_order_size"),
        ({"count": "-1.00"}, "invalid_order_size"),
        ({"count": "1.001"}, "invalid_order_size"),
        ({"price": "34"}, "invalid_price"),
        ({"price": "1.5"}, "invalid_price"),
        ({"expiration_time": int(NOW.timestamp())}, "invalid_order"),
        ({"expiration_time": 10**15}, "invalid_order"),
        (
            {"expiration_time": IN_A_MINUTE, "time_in_force": "immediate_or_cancel"},
            "invalid_order",
        ),
        ({"subaccount": 3}, "invalid_order"),
        ({"exchange_index": 2}, "invalid_order"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_exchange(
    fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        new_order(_decoded(**fields), NOW)
    assert (rejected.value.status, rejected.value.code) == (400, code)


def test_a_groups_limit_is_given_in_exactly_one_of_two_ways() -> None:
    assert group_limit(GroupBody(contracts_limit=5)) == Contracts.whole(5)
    assert group_limit(GroupBody(contracts_limit_fp="2.50")) == Contracts(250)
    for body in (
        GroupBody(),
        GroupBody(contracts_limit=5, contracts_limit_fp="5.00"),
        GroupBody(contracts_limit=0),
        GroupBody(contracts_limit_fp="0"),
        GroupBody(contracts_limit=5, subaccount=1),
    ):
        with pytest.raises(Rejected):
            group_limit(body)
