from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import UnknownFee
from kalshi_alpha.core.fees import E10_PER_UNIT, FeeTerms, FeeType, Liquidity
from kalshi_alpha.core.types import Contracts, Price

TAKER, MAKER = Liquidity.TAKER, Liquidity.MAKER


@pytest.mark.parametrize(
    ("fee_type", "multiplier", "maker_rate", "taker_rate"),
    [
        ("quadratic", 1, "0", "0.07"),
        ("quadratic", 0.5, "0", "0.035"),
        ("quadratic", 0, "0", "0"),
        ("quadratic_with_maker_fees", 1, "0.0175", "0.07"),
        ("quadratic_with_maker_fees", 0.5, "0.00875", "0.035"),
        ("quadratic_with_combo_maker_fees", 1, "0.035", "0.07"),
        ("quadratic_with_maker_fees", "0.123456", "0.00216048", "0.00864192"),
    ],
)
def test_rates_are_those_of_the_published_schedule(
    fee_type: str, multiplier: float | str, maker_rate: str, taker_rate: str
) -> None:
    terms = FeeTerms.parse(fee_type, multiplier)

    assert terms.rate_e10(MAKER) == Decimal(maker_rate) * E10_PER_UNIT
    assert terms.rate_e10(TAKER) == Decimal(taker_rate) * E10_PER_UNIT


@pytest.mark.parametrize(
    "fee_type",
    [None, "", "flat", "margin_market_maker_program_fees", "QUADRATIC", "quadratic ", "free"],
)
def test_a_fee_type_that_is_missing_or_unknown_is_refused(fee_type: str | None) -> None:
    with pytest.raises(UnknownFee, match="fee type must be one of"):
        FeeTerms.parse(fee_type, 1)


@pytest.mark.parametrize(
    "multiplier",
    [
        None,
        True,
        False,
        "",
        "one",
        -1,
        -0.5,
        "-0.000001",
        math.nan,
        math.inf,
        -math.inf,
        "NaN",
        "sNaN",
        "Infinity",
        Decimal("NaN"),
        101,
        "1E+9",
        0.3333333,
        "1E-999999999",
    ],
)
def test_a_multiplier_that_is_no_plain_factor_is_refused(
    multiplier: Decimal | float | str | None,
) -> None:
    with pytest.raises(UnknownFee, match="fee multiplier"):
        FeeTerms.parse("quadratic", multiplier)


def test_an_absent_multiplier_never_becomes_zero_or_one() -> None:
    with pytest.raises(UnknownFee, match="missing"):
        FeeTerms.parse("quadratic_with_maker_fees", None)


@pytest.mark.parametrize("bad", ["-1", "NaN", "Infinity", "0.0000001"])
def test_terms_that_cannot_be_computed_cannot_be_built(bad: str) -> None:
    with pytest.raises(UnknownFee):
        FeeTerms(FeeType.QUADRATIC, Decimal(bad))


def test_a_float_multiplier_means_its_decimal_text() -> None:
    assert FeeTerms.parse("quadratic", 0.1).multiplier == Decimal("0.1")
    assert FeeTerms.parse("quadratic", 0.1) == FeeTerms.parse("quadratic", "0.10")


@pytest.mark.parametrize(
    ("fee_type", "multiplier", "expected"),
    [
        (None, None, ("quadratic", "1")),
        ("quadratic_with_maker_fees", None, ("quadratic_with_maker_fees", "1")),
        (None, 0.5, ("quadratic", "0.5")),
        (None, 0, ("quadratic", "0")),
        ("quadratic_with_maker_fees", 0.5, ("quadratic_with_maker_fees", "0.5")),
    ],
)
def test_an_event_override_beats_the_series_part_by_part(
    fee_type: str | None, multiplier: float | None, expected: tuple[str, str]
) -> None:
    event = FeeTerms.parse("quadratic", 1).overridden(fee_type, multiplier)

    assert event == FeeTerms.parse(*expected)


def test_an_override_that_cannot_be_read_is_refused() -> None:
    series = FeeTerms.parse("quadratic", 1)
    with pytest.raises(UnknownFee):
        series.overridden("flat", None)
    with pytest.raises(UnknownFee):
        series.overridden(None, -1)


@pytest.mark.parametrize(
    ("price", "round_trip_dollars"),
    [("0.50", 0.035), ("0.25", 0.02625), ("0.10", 0.0126), ("0.01", 0.001386)],
)
def test_a_taker_round_trip_costs_twice_the_base_fee(price: str, round_trip_dollars: float) -> None:
    terms = FeeTerms.parse("quadratic", 1)
    fee_e20 = terms.model_fee_e20(Price.parse(price), Contracts.whole(1), TAKER)

    assert 2 * fee_e20 / 1e20 == pytest.approx(round_trip_dollars, abs=1e-15)


@given(
    st.integers(1, 9_999),
    st.integers(1, 10**7),
    st.sampled_from(FeeType),
    st.sampled_from(Liquidity),
)
def test_the_model_fee_is_the_same_for_either_side_of_the_price(
    price_e4: int, contracts_e2: int, fee_type: FeeType, liquidity: Liquidity
) -> None:
    terms, price, contracts = (
        FeeTerms(fee_type, Decimal("0.75")),
        Price(price_e4),
        Contracts(contracts_e2),
    )

    fee = terms.model_fee_e20(price, contracts, liquidity)

    assert fee == terms.model_fee_e20(price.complement(), contracts, liquidity)


@given(st.decimals(min_value=0, max_value=100, places=6), st.integers(1, 9_999))
def test_the_model_fee_is_exact_for_any_multiplier(multiplier: Decimal, price_e4: int) -> None:
    terms = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, multiplier)
    price = Decimal(price_e4) / 10_000

    fee_e20 = terms.model_fee_e20(Price(price_e4), Contracts(7), MAKER)

    exact = Decimal("0.07") * Decimal("0.25") * multiplier * Decimal("0.07") * price * (1 - price)
    assert fee_e20 == exact * 10**20
