from __future__ import annotations

import functools
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import Arbitrage, BadParameter, InvalidPmf
from kalshi_alpha.core.sizing.joint import certified
from kalshi_alpha.core.sizing.log_program import LogProgram
from kalshi_alpha.core.sizing.partition import partition_kelly

seeds = st.integers(0, 100_000)
optimum = functools.partial(partition_kelly, positive_ev_only=False)


def quotes(seed: int, n_max: int = 20) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Probabilities, bids and asks of a book around someone else's probabilities."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, n_max + 1))
    prob = rng.dirichlet(np.full(n, 2.0)) * (1.0 - 1e-4 * n) + 1e-4
    fair = prob * np.exp(rng.normal(0.0, rng.choice([0.1, 0.5, 1.0]), n))
    fair /= fair.sum()
    half = np.minimum(rng.uniform(0.001, 0.02), 0.5 * fair)
    bid, ask = fair - half, np.minimum(fair + half, 1.0)
    bid[rng.random(n) < 0.2] = 0.0
    ask[rng.random(n) < 0.2] = 1.0
    return prob, bid, ask


def growth_to_50_digits(prob: FloatArray, bid: FloatArray, ask: FloatArray) -> float:
    """Optimal growth by bisection on one over the cash, in 50-digit decimals."""
    with localcontext() as context:
        context.prec = 50
        p, b, a = ([Decimal(float(v)) for v in array] for array in (prob, bid, ask))
        total = sum(p)
        p = [v / total for v in p]

        def shares(u: Decimal) -> list[Decimal]:
            return [max(min(x * u, hi), lo) for x, lo, hi in zip(p, b, a, strict=True)]

        low, high = Decimal("1e-3"), max(hi / x for x, hi in zip(p, a, strict=True))
        for _ in range(190):
            middle = (low + high) / 2
            low, high = (low, middle) if sum(shares(middle)) > 1 else (middle, high)
        parts = [x * (x / s).ln() for x, s in zip(p, shares(low), strict=True)]
        return float(sum(parts))


@pytest.mark.parametrize("seed", range(25))
def test_growth_equals_the_50_digit_optimum(seed: int) -> None:
    prob, bid, ask = quotes(seed, n_max=40)

    sizes = optimum(prob, bid, ask)

    assert float(sizes.growth(prob)) == pytest.approx(
        growth_to_50_digits(prob, bid, ask), abs=1e-13
    )


@given(seeds)
def test_the_conditions_of_the_optimum_hold(seed: int) -> None:
    prob, bid, ask = quotes(seed)

    sizes = optimum(prob, bid, ask)

    share = prob / sizes.wealth()
    assert share.sum() == pytest.approx(1.0, abs=1e-11)
    assert (share <= ask + 1e-11).all()
    assert (share >= bid - 1e-11).all()
    np.testing.assert_allclose(share[sizes.yes_net > 0.0], ask[sizes.yes_net > 0.0], atol=1e-11)
    np.testing.assert_allclose(share[sizes.yes_net < 0.0], bid[sizes.yes_net < 0.0], atol=1e-11)


@given(seeds)
def test_wealth_is_positive_and_the_budget_balances(seed: int) -> None:
    prob, bid, ask = quotes(seed)

    sizes = optimum(prob, bid, ask)

    paid = np.where(sizes.yes_net > 0.0, ask, bid) @ sizes.yes_net
    assert sizes.wealth().min() > 0.0
    assert float(sizes.cash) == pytest.approx(1.0 - paid, abs=1e-12)
    assert float(sizes.growth(prob)) >= -1e-15


@given(seeds.filter(lambda seed: seed % 5 == 0))
def test_it_equals_the_general_solver(seed: int) -> None:
    prob, bid, ask = quotes(seed, n_max=6)
    n = prob.size
    gain = np.concatenate((np.eye(n) - ask, bid - np.eye(n)), axis=1)
    cost = np.concatenate((ask, 1.0 - bid))
    general = LogProgram(prob, np.ones(n), gain, cost, np.full(2 * n, 50.0), 1e3, 1e-12)

    sizes = optimum(prob, bid, ask)
    x, gap = certified(general)

    assert float(prob @ np.log1p(gain @ x)) <= float(sizes.growth(prob)) + 1e-13
    assert float(sizes.growth(prob)) <= float(prob @ np.log1p(gain @ x)) + gap + 1e-13


@given(seeds)
def test_the_order_of_bins_does_not_matter(seed: int) -> None:
    prob, bid, ask = quotes(seed)
    order = np.random.default_rng(seed).permutation(prob.size)

    straight = optimum(prob, bid, ask).wealth()
    shuffled = optimum(prob[order], bid[order], ask[order]).wealth()

    np.testing.assert_allclose(shuffled, straight[order], rtol=1e-10)


@given(seeds)
def test_nothing_is_traded_when_every_expected_value_is_negative(seed: int) -> None:
    prob, _, _ = quotes(seed)

    for positive in (True, False):
        sizes = partition_kelly(
            prob, prob * 0.99, np.minimum(prob * 1.01, 1.0), positive_ev_only=positive
        )
        assert not sizes.yes_net.any()
        assert float(sizes.cash) == 1.0


@given(seeds)
def test_positive_ev_only_never_trades_below_fair_value_nor_beats_the_optimum(seed: int) -> None:
    prob, bid, ask = quotes(seed)

    strict = partition_kelly(prob, bid, ask)

    assert (prob[strict.yes_net > 0.0] > ask[strict.yes_net > 0.0]).all()
    assert (prob[strict.yes_net < 0.0] < bid[strict.yes_net < 0.0]).all()
    free = optimum(prob, bid, ask)
    assert float(strict.growth(prob)) <= float(free.growth(prob)) + 1e-14


def test_an_impossible_bin_without_a_bid_is_simply_not_held() -> None:
    prob, bid, ask = np.array([0.0, 0.6, 0.4]), np.array([0.0, 0.4, 0.4]), np.array([0.2, 0.5, 0.6])

    sizes = optimum(prob, bid, ask)

    assert sizes.yes_net[0] == 0.0
    assert sizes.wealth().min() > 0.0


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        ([0.2, 0.3, 0.2], [0.3, 0.4, 0.29]),  # all asks below a dollar
        ([0.3, 0.4, 0.31], [0.4, 0.5, 0.4]),  # all bids above a dollar
        ([0.45, 0.2, 0.2], [0.4, 0.5, 0.4]),  # one bid above its ask
        ([0.2, 0.3, 0.2], [0.3, 0.4, 0.3]),  # asks of exactly a dollar
    ],
)
def test_arbitrage_is_reported_not_sized(bid: list[float], ask: list[float]) -> None:
    with pytest.raises(Arbitrage):
        partition_kelly(np.array([0.3, 0.4, 0.3]), np.array(bid), np.array(ask))


def test_bad_inputs_are_refused() -> None:
    prob, bid, ask = np.array([0.5, 0.5]), np.array([0.4, 0.4]), np.array([0.6, 0.6])
    with pytest.raises(InvalidPmf):
        partition_kelly(prob * 0.9, bid, ask)
    with pytest.raises(InvalidPmf):
        partition_kelly(np.array([1.5, -0.5]), bid, ask)
    with pytest.raises(BadParameter):
        partition_kelly(prob, bid, ask * np.nan)
    with pytest.raises(BadParameter):
        partition_kelly(prob, bid, ask * 2.0)
    with pytest.raises(BadParameter):
        partition_kelly(prob, bid[:1], ask)
    with pytest.raises(BadParameter):
        partition_kelly(np.array([0.0, 1.0]), bid, ask)
