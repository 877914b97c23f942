from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.pal import (
    Commitment,
    Exposure,
    PalLimits,
    allowed_contracts,
    broken_caps,
    ladder_exposure,
    room,
    strike_exposure,
)
from kalshi_alpha.core.types import Contracts, Money, Price, Side

CPI_LIMITS = PalLimits(
    ladder_cap=Money.parse("3000"), strike_overrides=(("KXCPI-T0.2", Money.parse("2500")),)
)


def _maker_fee(price: Price, contracts: Contracts) -> Money:
    """Charge .0175 C P (1 - P), rounded up to a cent, in integers."""
    raw_e14 = 175 * contracts.e2 * price.e4 * (10_000 - price.e4)
    return Money(-(-raw_e14 // 10**12) * 10_000)


def _bought(
    ticker: str, price: str, contracts: str, commitment: Commitment, side: Side = Side.YES
) -> Exposure:
    p, n = Price.parse(price), Contracts.parse(contracts)
    return Exposure(ticker, side, commitment, p, n, _maker_fee(p, n))


HELD = (
    _bought("KXCPI-T0.2", "0.52", "2000", Commitment.FILLED),
    _bought("KXCPI-T0.2", "0.53", "1000", Commitment.RESTING),
)


def test_worked_example_of_a_cpi_strike_leaves_916_90_dollars_and_1654_contracts() -> None:
    price = Price.parse("0.55")

    free = room(CPI_LIMITS, HELD, "KXCPI-T0.2")
    allowed = allowed_contracts(free, price, lambda n: _maker_fee(price, n), lot=Contracts.whole(1))

    assert free == Money.parse("916.90")
    assert allowed == Contracts.whole(1654)


@pytest.mark.parametrize("commitment", list(Commitment))
def test_filled_resting_and_unknown_orders_count_alike(commitment: Commitment) -> None:
    order = _bought("KXCPI-T0.3", "0.40", "100", commitment)

    assert strike_exposure([order], "KXCPI-T0.3") == order.at_risk


def test_yes_and_no_of_a_strike_add_and_are_not_netted() -> None:
    yes = _bought("KXCPI-T0.2", "0.50", "100", Commitment.FILLED, Side.YES)
    no = _bought("KXCPI-T0.2", "0.50", "100", Commitment.FILLED, Side.NO)

    assert strike_exposure([yes, no], "KXCPI-T0.2") == yes.at_risk + no.at_risk


def test_the_ladder_cap_binds_when_the_other_strikes_fill_it() -> None:
    other = _bought("KXCPI-T0.3", "0.50", "5000", Commitment.FILLED)

    assert room(CPI_LIMITS, [other], "KXCPI-T0.2") == Money.parse("3000") - other.at_risk


@pytest.mark.parametrize(
    ("limits", "ticker", "cap"),
    [
        pytest.param(CPI_LIMITS, "KXCPI-T0.2", "2500", id="override"),
        pytest.param(CPI_LIMITS, "KXCPI-T0.3", "3000", id="ladder cap without a strike cap"),
        pytest.param(PalLimits(Money.parse("9"), Money.parse("4")), "X", "4", id="strike cap"),
        pytest.param(
            PalLimits(Money.parse("9"), None, (("X", Money.parse("20")),)),
            "X",
            "9",
            id="override never loosens the ladder",
        ),
    ],
)
def test_cap_of_a_strike(limits: PalLimits, ticker: str, cap: str) -> None:
    assert limits.cap_of(ticker) == Money.parse(cap)


def test_the_room_of_a_strike_is_the_least_that_any_cap_leaves() -> None:
    """Caps of 9 and 4: after 6 elsewhere the ladder binds, after 1 the strike does."""
    limits = PalLimits(Money.parse("9"), Money.parse("4"), (("WIDE", Money.parse("20")),))

    def left(ticker: str, elsewhere: str) -> Money:
        held = Exposure(
            "OTHER", Side.NO, Commitment.RESTING, Price(10_000), Contracts.parse(elsewhere)
        )
        return room(limits, [held], ticker)

    assert left("X", "6") == Money.parse("3")
    assert left("X", "1") == Money.parse("4")
    assert left("WIDE", "1") == Money.parse("8")
    assert left("OTHER", "1") == Money.parse("3")


def test_an_override_above_the_ladders_cap_is_worth_the_ladders_cap() -> None:
    limits = PalLimits(Money.parse("9"), Money.parse("4"), (("WIDE", Money.parse("20")),))
    held = Exposure("WIDE", Side.YES, Commitment.FILLED, Price(5_000), Contracts.whole(19))

    assert limits.cap_of("WIDE") == limits.ladder_cap
    assert broken_caps(limits, [held]) == ("ladder", "WIDE")


def test_broken_caps_are_named_ladder_first_then_strikes() -> None:
    over = _bought("KXCPI-T0.2", "0.60", "5000", Commitment.UNKNOWN)

    assert broken_caps(CPI_LIMITS, [over]) == ("ladder", "KXCPI-T0.2")
    assert broken_caps(CPI_LIMITS, HELD) == ()


def test_a_broken_cap_leaves_negative_room_and_allows_nothing() -> None:
    over = _bought("KXCPI-T0.2", "0.60", "5000", Commitment.FILLED)
    free = room(CPI_LIMITS, [over], "KXCPI-T0.2")

    assert free < Money(0)
    assert allowed_contracts(free, Price(1), lambda _: Money(0), Contracts(1)) == Contracts(0)


@pytest.mark.parametrize(
    ("ladder_e6", "strike_e6", "overrides"),
    [
        (-1, None, ()),
        (1, -1, ()),
        (1, None, (("X", Money(-1)),)),
        (1, None, (("X", Money(1)), ("X", Money(2)))),
    ],
)
def test_impossible_limits_are_refused(
    ladder_e6: int, strike_e6: int | None, overrides: tuple[tuple[str, Money], ...]
) -> None:
    strike_cap = None if strike_e6 is None else Money(strike_e6)
    with pytest.raises(BadParameter):
        PalLimits(Money(ladder_e6), strike_cap, overrides)


def test_a_negative_fee_is_refused() -> None:
    with pytest.raises(BadParameter):
        Exposure("X", Side.YES, Commitment.FILLED, Price(1), Contracts(1), Money(-1))
    with pytest.raises(BadParameter):
        allowed_contracts(Money(100), Price(1), lambda _: Money(-1), Contracts(1))


@pytest.mark.parametrize(("price", "lot"), [(Price(0), Contracts(1)), (Price(1), Contracts(0))])
def test_a_free_contract_or_an_empty_lot_has_no_largest_order(price: Price, lot: Contracts) -> None:
    with pytest.raises(BadParameter):
        allowed_contracts(Money(100), price, lambda _: Money(0), lot)


@given(
    free_e6=st.integers(-(10**6), 3 * 10**9),
    price=st.builds(Price, st.integers(1, 9_999)),
    lot=st.sampled_from([Contracts(1), Contracts(10), Contracts.whole(1)]),
)
def test_the_allowed_order_fits_and_one_lot_more_does_not(
    free_e6: int, price: Price, lot: Contracts
) -> None:
    allowed = allowed_contracts(Money(free_e6), price, lambda n: _maker_fee(price, n), lot)
    more = allowed + lot

    assert allowed.e2 % lot.e2 == 0
    if allowed.e2:
        assert Money.notional(price, allowed) + _maker_fee(price, allowed) <= Money(free_e6)
    assert Money.notional(price, more) + _maker_fee(price, more) > Money(free_e6)


@given(
    st.lists(
        st.builds(
            Exposure,
            ticker=st.sampled_from(["A", "B", "C"]),
            side=st.sampled_from(Side),
            commitment=st.sampled_from(Commitment),
            price=st.builds(Price, st.integers(1, 9_999)),
            contracts=st.builds(Contracts, st.integers(0, 10**6)),
            fee=st.builds(Money, st.integers(0, 10**7)),
        )
    )
)
def test_the_ladder_has_at_risk_what_its_strikes_have(held: list[Exposure]) -> None:
    strikes = [strike_exposure(held, ticker) for ticker in "ABC"]

    assert ladder_exposure(held) == Money(sum(strike.e6 for strike in strikes))
    assert math.isfinite(room(CPI_LIMITS, held, "A").dollars)
