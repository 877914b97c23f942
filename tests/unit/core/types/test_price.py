from __future__ import annotations

import pytest
from hypothesis import given

from generators import prices
from kalshi_alpha.core.errors import BadPrice
from kalshi_alpha.core.types import Price


@given(prices)
def test_a_price_survives_a_round_trip_through_the_wire_format(price: Price) -> None:
    assert Price.parse(str(price)) == price


@given(prices)
def test_the_complement_of_the_complement_is_the_price(price: Price) -> None:
    assert price.complement().complement() == price
    assert price.e4 + price.complement().e4 == 10_000


@pytest.mark.parametrize(
    ("wire", "e4"), [("0.1200", 1200), ("0.5", 5000), ("1.0000", 10_000), ("0.0010", 10)]
)
def test_wire_strings_are_read_to_the_ten_thousandth(wire: str, e4: int) -> None:
    assert Price.parse(wire).e4 == e4


@pytest.mark.parametrize(
    "wire", ["", "1", ".5", "0.12345", "1.0001", "-0.10", "0,12", " 0.12", "0.12\n", "NaN", "٠.12"]
)
def test_anything_else_is_refused_and_named(wire: str) -> None:
    with pytest.raises(BadPrice, match="price must"):
        Price.parse(wire)


@pytest.mark.parametrize("e4", [-1, 10_001, 0.5, True, "12"])
def test_a_bad_count_cannot_be_built(e4: object) -> None:
    with pytest.raises(BadPrice):
        Price(e4)  # type: ignore[arg-type]
