from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.fees import CENT_STEP_E6, DIRECT_STEP_E6, scalar_credit
from kalshi_alpha.core.types import Contracts, Money, Price


def test_a_scalar_settlement_pays_down_to_the_account_precision() -> None:
    """The venue's own example: 100.01 contracts at 0.3060."""
    credit = scalar_credit(Contracts.parse("100.01"), Price.parse("0.3060"))

    assert credit.paid == Money.parse("30.6030")
    assert credit.residue == Money.parse("0.00006")


def test_a_cent_account_loses_more_of_it() -> None:
    credit = scalar_credit(Contracts.parse("100.01"), Price.parse("0.3060"), CENT_STEP_E6)

    assert credit.paid == Money.parse("30.60")
    assert credit.residue == Money.parse("0.00306")


@pytest.mark.parametrize("value", ["0.0000", "1.0000"])
def test_a_binary_settlement_of_whole_contracts_has_no_residue(value: str) -> None:
    credit = scalar_credit(Contracts.whole(7), Price.parse(value), CENT_STEP_E6)

    assert credit.residue == Money(0)


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(BadParameter):
        scalar_credit(Contracts.whole(1), Price(5_000), 0)


@given(
    st.integers(0, 10**8), st.integers(0, 10_000), st.sampled_from([DIRECT_STEP_E6, CENT_STEP_E6])
)
def test_paid_and_residue_are_the_whole_and_the_residue_is_below_a_step(
    contracts_e2: int, value_e4: int, step_e6: int
) -> None:
    contracts, value = Contracts(contracts_e2), Price(value_e4)

    credit = scalar_credit(contracts, value, step_e6)

    assert credit.paid + credit.residue == Money.notional(value, contracts)
    assert credit.paid.e6 % step_e6 == 0
    assert 0 <= credit.residue.e6 < step_e6
