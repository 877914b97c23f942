from __future__ import annotations

import pytest
from hypothesis import given

from generators import contracts, money, prices
from kalshi_alpha.core.errors import BadMoney
from kalshi_alpha.core.types import Contracts, Money, Price


@given(money)
def test_money_survives_a_round_trip_through_text(amount: Money) -> None:
    assert Money.parse(str(amount)) == amount


@given(prices, contracts)
def test_both_sides_of_a_contract_cost_exactly_its_payout(price: Price, count: Contracts) -> None:
    both = Money.notional(price, count) + Money.notional(price.complement(), count)
    assert both == Money.notional(Price(10_000), count)


def test_price_times_count_is_exact() -> None:
    assert Money.notional(Price.parse("0.1300"), Contracts.parse("2.97")) == Money.parse("0.3861")


@pytest.mark.parametrize("text", ["", "1.2345678", "--1", "1,0", "nan"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadMoney):
        Money.parse(text)


def test_a_fraction_of_a_millionth_cannot_be_built() -> None:
    with pytest.raises(BadMoney):
        Money(0.5)  # type: ignore[arg-type]


def test_a_negative_amount_prints_its_sign_once() -> None:
    assert str(-Money.parse("0.017500")) == "-0.017500"
    assert str(Money.parse("1.5") - Money.parse("2")) == "-0.500000"
