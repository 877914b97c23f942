from __future__ import annotations

from math import comb, exp, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.queue import (
    FillOdds,
    QueuePlace,
    TradeFlow,
    fill_odds,
    fill_odds_gamma,
    volume_pmf,
)

FLOW = TradeFlow(mean_contracts=90.0, mean_trade_size=8.0)

flows = st.builds(TradeFlow, st.floats(0.0, 300.0), st.floats(1.0, 20.0))
places = st.builds(QueuePlace, st.floats(0.0, 200.0), st.floats(0.01, 50.0), st.floats(0.0, 1.0))


@pytest.mark.parametrize(
    ("cancel_share", "any_fill", "gamma_any", "full_fill", "ratio"),
    [(0.0, 0.194, 0.191, 0.142, 0.167), (0.4, 0.653, 0.651, 0.552, 0.603)],
)
def test_worked_example_of_120_ahead(
    cancel_share: float, any_fill: float, gamma_any: float, full_fill: float, ratio: float
) -> None:
    place = QueuePlace(ahead=120.0, contracts=10.0, cancel_share=cancel_share)
    odds = fill_odds(FLOW, place)

    assert odds.any_fill == pytest.approx(any_fill, abs=5e-4)
    assert odds.full_fill == pytest.approx(full_fill, abs=5e-4)
    assert odds.expected_ratio == pytest.approx(ratio, abs=5e-4)
    assert fill_odds_gamma(FLOW, place).any_fill == pytest.approx(gamma_any, abs=5e-4)


def test_volume_by_direct_convolution_over_the_number_of_trades() -> None:
    """P(V = v | k trades) is negative binomial: C(v-1, k-1) (1-ρ)^k ρ^(v-k)."""
    theta, rho = 90.0 / 8.0, 1.0 - 1.0 / 8.0
    poisson = [exp(-theta) * theta**k / factorial(k) for k in range(40)]
    direct = [
        sum(
            poisson[k] * comb(v - 1, k - 1) * (1 - rho) ** k * rho ** (v - k)
            for k in range(1, min(v, 39) + 1)
        )
        for v in range(1, 30)
    ]

    np.testing.assert_allclose(volume_pmf(FLOW, 30), [poisson[0], *direct], rtol=1e-12)


def test_trades_of_one_contract_are_poisson() -> None:
    found = volume_pmf(TradeFlow(3.0, 1.0), 6)

    np.testing.assert_allclose(found, [exp(-3.0) * 3.0**k / factorial(k) for k in range(6)])


def test_a_busy_market_does_not_underflow() -> None:
    flow = TradeFlow(20_000.0, 8.0)
    pmf = np.array(volume_pmf(flow, 24_000))
    volumes = np.arange(pmf.size)

    assert pmf.sum() == pytest.approx(1.0, abs=1e-9)
    assert pmf @ volumes == pytest.approx(20_000.0, rel=1e-6)
    assert pmf @ (volumes - 20_000.0) ** 2 == pytest.approx(flow.variance, rel=1e-4)


def test_odds_agree_with_drawn_volumes() -> None:
    rng = np.random.default_rng(4)
    trades = rng.poisson(90.0 / 8.0, 20_000)
    volumes = np.array([rng.geometric(1.0 / 8.0, k).sum() for k in trades])
    place = QueuePlace(60.5, 10.25, 0.0)
    odds = fill_odds(FLOW, place)
    reached = np.clip(volumes - 60.5, 0.0, 10.25)

    assert odds.any_fill == pytest.approx((reached > 0.0).mean(), abs=0.012)
    assert odds.full_fill == pytest.approx((reached == 10.25).mean(), abs=0.012)
    assert odds.expected_ratio == pytest.approx(reached.mean() / 10.25, abs=0.012)


def test_without_trades_nothing_fills() -> None:
    still, place = TradeFlow(0.0, 8.0), QueuePlace(0.0, 10.0)

    assert fill_odds(still, place) == fill_odds_gamma(still, place) == FillOdds(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("mean", "size"), [(-1.0, 8.0), (90.0, 0.5), (float("nan"), 8.0), (90.0, float("inf"))]
)
def test_impossible_flows_are_refused(mean: float, size: float) -> None:
    with pytest.raises(BadParameter):
        TradeFlow(mean, size)


@pytest.mark.parametrize(
    ("ahead", "contracts", "share"),
    [(-1.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 1.1), (1.0, 1.0, float("nan"))],
)
def test_impossible_places_are_refused(ahead: float, contracts: float, share: float) -> None:
    with pytest.raises(BadParameter):
        QueuePlace(ahead, contracts, share)


@given(flows, places)
def test_a_full_fill_is_rarest_and_any_fill_likeliest(flow: TradeFlow, place: QueuePlace) -> None:
    for odds in (fill_odds(flow, place), fill_odds_gamma(flow, place)):
        assert 0.0 <= odds.full_fill <= odds.expected_ratio + 1e-9
        assert odds.expected_ratio <= odds.any_fill + 1e-9 <= 1.0 + 1e-9


@given(flows, places, st.floats(0.0, 100.0))
def test_a_longer_queue_never_helps(flow: TradeFlow, place: QueuePlace, more: float) -> None:
    longer = QueuePlace(place.ahead + more, place.contracts, place.cancel_share)
    near, far = fill_odds(flow, place), fill_odds(flow, longer)

    assert far.any_fill <= near.any_fill + 1e-9
    assert far.full_fill <= near.full_fill + 1e-9
    assert far.expected_ratio <= near.expected_ratio + 1e-9
