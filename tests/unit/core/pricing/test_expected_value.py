from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.fees import CENT_STEP_E6, FeeTerms, Liquidity
from kalshi_alpha.core.fees.fee_array import fee_per_contract
from kalshi_alpha.core.pricing import (
    ev_honest,
    ev_raw,
    honest_prob,
    model_fee_per_contract,
    side_prob,
)
from kalshi_alpha.core.types import Side

BPS = 1e4
MAKER_RATE = 0.0175
probs = st.floats(0.0, 1.0)
prices = st.integers(1, 9_999).map(lambda e4: e4 / 1e4)
costs = st.floats(0.0, 0.2)


@pytest.mark.parametrize(
    ("price", "bps"), [(0.05, 8.3), (0.10, 15.8), (0.25, 32.8), (0.43, 42.9), (0.50, 43.8)]
)
def test_the_unrounded_maker_fee_in_basis_points(price: float, bps: float) -> None:
    """Worked table: 0.0175 q (1 - q) at five prices, printed to one decimal."""
    assert model_fee_per_contract(MAKER_RATE, price) * BPS == pytest.approx(bps, abs=0.0501)


def test_a_worked_bid_at_43_cents() -> None:
    """p 0.47, bid 0.43, fee 0.00429: gross 400, net 357, honest 317 basis points."""
    p, c, phi = 0.47, 0.43, 0.00429

    assert ev_raw(p, c, 0.0) * BPS == pytest.approx(400, abs=1e-9)
    assert ev_raw(p, c, phi) * BPS == pytest.approx(357, abs=0.5)
    assert ev_honest(p, c, phi, shrink=0.9, w_bin=1.0) * BPS == pytest.approx(317, abs=0.5)
    assert honest_prob(p, c, shrink=0.9) == pytest.approx(0.466, abs=1e-12)


def test_rounding_alone_can_eat_the_edge_of_a_single_lot() -> None:
    """One, ten and a hundred contracts at 0.43 with cent precision: 100, 50 and 43 bps of fee."""
    rate = FeeTerms.parse("quadratic_with_maker_fees", 1).rate_e10(Liquidity.MAKER)
    phi = fee_per_contract(rate, 4_300, np.array([100, 1_000, 10_000]), CENT_STEP_E6)

    ev = ev_honest(0.44, 0.43, phi, shrink=0.9)

    np.testing.assert_allclose(phi * BPS, [100, 50, 43], rtol=1e-12)
    np.testing.assert_allclose(ev * BPS, [-10, 40, 47], atol=1e-9)


@given(probs, prices, costs)
def test_buying_no_is_buying_yes_of_the_opposite_statement(p: float, c: float, phi: float) -> None:
    yes, no = (
        ev_raw(side_prob(Side.YES, p), c, phi),
        ev_raw(side_prob(Side.NO, 1.0 - p), c, phi),
    )
    assert no == pytest.approx(float(yes), abs=1e-15)


@given(probs, prices, costs, probs, probs, costs)
def test_honest_value_mirrors_too(
    p: float, c: float, phi: float, shrink: float, w_bin: float, adverse: float
) -> None:
    yes = ev_honest(side_prob(Side.YES, p), c, phi, shrink, w_bin, adverse)
    no = ev_honest(side_prob(Side.NO, 1.0 - p), c, phi, shrink, w_bin, adverse)
    assert no == pytest.approx(float(yes), abs=1e-15)


@given(probs, prices)
def test_both_sides_at_complementary_prices_gain_nothing_between_them(p: float, c: float) -> None:
    """Buying YES at c and NO at 1 - c pays one dollar for one dollar."""
    yes = ev_raw(side_prob(Side.YES, p), c, 0.0)
    no = ev_raw(side_prob(Side.NO, p), 1.0 - c, 0.0)
    assert yes + no == pytest.approx(0.0, abs=1e-15)


@given(prices)
def test_the_model_fee_is_the_same_on_both_sides(c: float) -> None:
    yes, no = model_fee_per_contract(0.07, c), model_fee_per_contract(0.07, 1.0 - c)
    assert float(yes) == pytest.approx(float(no), rel=1e-9)
    assert 0.0 < yes <= 0.0175


@given(probs, prices, costs, probs, probs, costs)
def test_a_negative_edge_is_never_shrunk_towards_zero(
    p: float, c: float, phi: float, shrink: float, w_bin: float, adverse: float
) -> None:
    honest = ev_honest(p, c, phi, shrink, w_bin, adverse)
    if p <= c:
        assert honest == pytest.approx(p - c - phi - adverse, abs=1e-15)
        assert honest_prob(p, c, shrink, w_bin) == pytest.approx(p, abs=1e-15)
    else:
        assert honest <= p - c - phi - adverse + 1e-15


@given(probs, prices, costs, probs, probs, costs)
def test_honesty_never_raises_value_nor_touches_what_is_certain(
    p: float, c: float, phi: float, shrink: float, w_bin: float, adverse: float
) -> None:
    honest = ev_honest(p, c, phi, shrink, w_bin, adverse)
    free = ev_honest(p, c, 0.0, shrink, w_bin, 0.0)

    assert honest <= ev_raw(p, c, phi) + 1e-15
    assert free - honest == pytest.approx(phi + adverse, abs=1e-12)


@given(probs, prices, costs, probs, probs, costs)
def test_the_honest_probability_is_the_one_that_earns_the_honest_value(
    p: float, c: float, phi: float, shrink: float, w_bin: float, adverse: float
) -> None:
    prob = honest_prob(p, c, shrink, w_bin)

    assert 0.0 <= prob <= max(p, c) + 1e-15
    assert ev_raw(prob, c, phi) - adverse == pytest.approx(
        float(ev_honest(p, c, phi, shrink, w_bin, adverse)), abs=1e-12
    )


@given(probs, probs, prices, costs, probs)
def test_value_rises_with_probability(
    p: float, q: float, c: float, phi: float, shrink: float
) -> None:
    low, high = sorted([p, q])
    assert ev_honest(low, c, phi, shrink) <= ev_honest(high, c, phi, shrink)


def test_a_ladder_of_strikes_by_prices_broadcasts() -> None:
    p = np.array([[0.2], [0.5], [0.8]])
    c = np.array([0.3, 0.5])

    ev = ev_honest(p, c, 0.01, shrink=0.5)

    np.testing.assert_allclose(ev, [[-0.11, -0.31], [0.09, -0.01], [0.24, 0.14]], atol=1e-12)
    assert ev_raw(p, c, 0.01).shape == honest_prob(p, c, 0.5).shape == (3, 2)


def test_side_probabilities_complement_each_other() -> None:
    yes = np.array([0.0, 0.25, 1.0])
    np.testing.assert_array_equal(side_prob(Side.YES, yes), yes)
    np.testing.assert_array_equal(side_prob(Side.NO, yes), [1.0, 0.75, 0.0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("p", math.nan),
        ("p", -0.01),
        ("p", 1.01),
        ("c", 0.0),
        ("c", 1.0),
        ("c", math.nan),
        ("phi", -0.001),
        ("phi", math.nan),
        ("phi", math.inf),
        ("shrink", 1.1),
        ("shrink", -0.1),
        ("shrink", math.nan),
        ("w_bin", 2.0),
        ("w_bin", math.nan),
        ("adverse", -0.001),
        ("adverse", math.nan),
    ],
)
def test_one_bad_parameter_prices_nothing(name: str, value: float) -> None:
    good: dict[str, npt.ArrayLike] = {
        "p": 0.5,
        "c": 0.4,
        "phi": 0.01,
        "shrink": 0.9,
        "w_bin": 1.0,
        "adverse": 0.005,
    }
    ev_honest(**good)
    with pytest.raises(BadParameter):
        ev_honest(**(good | {name: np.array([good[name], value])}))


@pytest.mark.parametrize(("rate", "price"), [(-0.01, 0.5), (math.nan, 0.5), (0.07, 0.0)])
def test_a_fee_needs_a_rate_and_a_price(rate: float, price: float) -> None:
    with pytest.raises(BadParameter):
        model_fee_per_contract(rate, price)
    with pytest.raises(BadParameter):
        ev_raw(0.5, price if price == 0.0 else 0.5, rate if rate != 0.07 else 0.0)
