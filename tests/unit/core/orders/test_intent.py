from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from order_cases import AT, OTHER_MARKET, intent, later

CHANGES: list[dict[str, Any]] = [
    {"series": "KXCPIYOY"},
    {"ticker": OTHER_MARKET},
    {"side": Side.NO},
    {"price": Price(4300)},
    {"contracts": Contracts.whole(11)},
    {"expires_at": later(601)},
    {"decided_at": later(1)},
    {"nonce": 1},
]


def test_the_same_intent_has_the_same_id_for_good() -> None:
    """The id is part of the journal: this text must never change."""
    assert intent().client_order_id == intent().client_order_id
    assert intent().client_order_id == "d6cfe692-99d7-5482-9f99-c8529a05e2c1"


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_anything_that_differs_makes_another_id(change: dict[str, Any]) -> None:
    assert intent(**change).client_order_id != intent().client_order_id


@given(st.integers(0, 10**9))
def test_the_id_is_the_uuid_that_the_standard_library_makes_of_the_name(nonce: int) -> None:
    meant = intent(nonce=nonce)
    namespace = uuid.UUID("0b6d3c5e-58b1-5f0b-9d3a-6a1f6d0f7c21")
    assert meant.client_order_id == str(uuid.uuid5(namespace, meant.canonical))


def test_an_id_that_was_asked_for_is_no_part_of_the_value() -> None:
    asked, other = intent(), intent()
    assert asked.client_order_id
    assert (asked, hash(asked), repr(asked)) == (other, hash(other), repr(other))
    assert msgspec.json.encode(asked) == msgspec.json.encode(other)
    assert replace(asked, nonce=7).client_order_id == intent(nonce=7).client_order_id


def test_the_id_does_not_depend_on_the_zone_that_a_time_is_written_in() -> None:
    new_york = timezone(timedelta(hours=-5))
    assert intent(decided_at=AT.astimezone(new_york)).client_order_id == intent().client_order_id


def test_the_fee_is_counted_and_is_no_part_of_the_id() -> None:
    with_fee = intent(fee_max=Money(50_000))
    assert with_fee.client_order_id == intent().client_order_id
    assert (intent().at_risk, with_fee.at_risk) == (Money(4_200_000), Money(4_250_000))


@given(
    st.integers(1, 9_999),
    st.integers(1, 10**6),
    st.sampled_from(Side),
    st.integers(0, 1_000),
)
def test_ids_are_deterministic(price: int, count: int, side: Side, nonce: int) -> None:
    meant = {"price": Price(price), "contracts": Contracts(count), "side": side, "nonce": nonce}
    assert intent(**meant).client_order_id == intent(**meant).client_order_id


@pytest.mark.parametrize(
    "change",
    [
        {"contracts": Contracts(0)},
        {"price": Price(0)},
        {"price": Price(10_000)},
        {"expires_at": datetime(2026, 11, 26, 16, 0)},  # noqa: DTZ001 - the point
        {"expires_at": AT},
        {"ticker": "KXCPIYOY-26NOV-T0.3"},
        {"fee_max": Money(-1)},
    ],
    ids=lambda change: f"{next(iter(change.items()))}",
)
def test_an_order_that_cannot_rest_cannot_be_meant(change: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        intent(**change)


@pytest.mark.parametrize("seconds", [-86_400, -1, 0])
def test_no_order_ends_before_or_as_it_is_decided(seconds: int) -> None:
    with pytest.raises(BadParameter, match="would expire before it was decided"):
        intent(expires_at=AT + timedelta(seconds=seconds))
    assert intent(expires_at=AT + timedelta(seconds=1)).expires_at > AT
