from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.wire_text import (
    CountText,
    MoneyText,
    PriceText,
    SignedCountText,
    count_text,
    price_text,
    segment,
    signed_e2,
    unix_seconds,
)
from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.core.types import Contracts, Money, Price


class Numbers(msgspec.Struct):
    price: PriceText = "0.5000"
    money: MoneyText = "0.00"
    count: CountText = "1.00"
    signed: SignedCountText = "-1.00"


@pytest.mark.parametrize(
    "body",
    [
        *(b'{"price":"1.5000"}', b'{"price":"0.5\\n"}', b'{"price":".5"}', b'{"price":0.5}'),
        *(b'{"price":"-0.5000"}', b'{"price":"0.12345"}', b'{"price":""}', b'{"price":null}'),
        *(b'{"money":"1e3"}', b'{"money":"+1"}', b'{"money":"1.0000001"}', b'{"money":"NaN"}'),
        *(b'{"count":"-1.00"}', b'{"count":"1.001"}', b'{"count":"1,000"}', b'{"count":1}'),
        *(b'{"count":"\\u0661.00"}', b'{"signed":"--1"}', b'{"signed":"1."}'),
    ],
)
def test_a_number_in_any_other_spelling_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Numbers)


@given(
    price=st.integers(0, 10_000).map(Price),
    money=st.integers(-(10**18), 10**18).map(Money),
    count=st.integers(0, 10**12).map(Contracts),
)
def test_what_is_accepted_is_a_value_of_the_core(
    price: Price, money: Money, count: Contracts
) -> None:
    sent = {"price": price_text(price), "money": str(money), "count": count_text(count)}
    numbers = msgspec.json.decode(msgspec.json.encode(sent), type=Numbers)
    assert Price.parse(numbers.price) == price
    assert Money.parse(numbers.money) == money
    assert Contracts.parse(numbers.count) == count


@pytest.mark.parametrize(
    ("text", "e2"), [("10.00", 1000), ("-7.5", -750), ("0.00", 0), ("-0.01", -1)]
)
def test_a_signed_count_is_in_hundredths(text: str, e2: int) -> None:
    assert signed_e2(text) == e2


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a?b", "a b", "a%2f", "a\n", "x" * 257])
def test_a_name_that_would_change_the_path_is_refused(name: str) -> None:
    with pytest.raises(ParseRefused):
        segment(name)


def test_names_of_the_venue_are_parts_of_paths() -> None:
    assert segment("KXHIGHNY-26JUN15-B82.5") == "KXHIGHNY-26JUN15-B82.5"


def test_times_in_queries_are_whole_unix_seconds() -> None:
    assert unix_seconds(datetime(2026, 6, 11, 6, 29, 30, 999, tzinfo=UTC)) == 1_781_159_370
    with pytest.raises(ParseRefused):
        unix_seconds(datetime(2026, 6, 11))  # noqa: DTZ001
