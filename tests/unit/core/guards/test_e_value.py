from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.e_value import FRACTIONS, REJECT_AT, WealthState

logs = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(-1, 5), st.just(1.0)), max_size=20)


def test_wealth_follows_the_worked_path() -> None:
    state, path = WealthState(fractions=(0.1,)), []
    for i, (won, price) in enumerate([(1, 0.43), (0, 0.56), (1, 0.62), (1, 0.81)]):
        state = state.update(f"u{i}", won - price, price)
        path.append(round(state.e_value, 5))
    assert path == [1.13256, 1.01930, 1.08178, 1.10715]


def test_the_e_value_is_the_mean_wealth_of_all_fractions() -> None:
    state = WealthState().update("a", 0.5, 0.5)
    assert state.e_value == pytest.approx(1.0 + float(np.mean(FRACTIONS)))
    assert WealthState().e_value == 1.0


def test_wealth_of_twenty_rejects() -> None:
    state = WealthState()
    for i in range(40):
        state = state.update(f"u{i}", 0.5, 0.5)
    assert state.e_value > REJECT_AT
    assert state.rejects
    assert not WealthState().rejects


def test_wealth_stays_a_number() -> None:
    state = WealthState(log_wealth=(1e6,) * len(FRACTIONS))
    assert math.isfinite(state.e_value)


def _looks(price: float, win_prob: float, seed: int, n_paths: int, n_looks: int) -> FloatArray:
    """Return each path's first look at which wealth is 20 or more; infinity if there is none."""
    rng = np.random.default_rng(seed)
    fraction = np.array(FRACTIONS)[:, None]
    win, lose = np.log1p(fraction * (1 - price) / price), np.log1p(-fraction)
    log_wealth, first = np.zeros((len(FRACTIONS), n_paths)), np.full(n_paths, np.inf)
    for look in range(1, n_looks + 1):
        log_wealth += np.where(rng.random(n_paths) < win_prob, win, lose)
        crossed = np.exp(log_wealth).mean(axis=0) >= REJECT_AT
        first[crossed & np.isinf(first)] = look
    return first


@pytest.mark.parametrize(("price", "published"), [(0.5, 0.030), (0.9, 0.023)])
def test_false_rejections_over_three_thousand_looks_are_as_published(
    price: float, published: float
) -> None:
    rate = float(np.isfinite(_looks(price, price, 54, 1500, 3000)).mean())
    # Published from 40,000 paths. At 1,500 the standard error is .0044; 2.5 of them are allowed.
    assert rate == pytest.approx(published, abs=0.011)
    assert rate <= 0.05


@pytest.mark.parametrize(
    ("price", "edge", "median", "horizon"),
    [(0.5, 0.03, 1932, 3000), (0.5, 0.05, 691, 1100), (0.9, 0.02, 1353, 2000)],
)
def test_median_bets_to_a_rejection_are_as_published(
    price: float, edge: float, median: int, horizon: int
) -> None:
    looks = _looks(price, price + edge, 55, 1200, horizon)
    # Published to 2 %; the median of 1,200 paths adds about 3 %, of which two are allowed.
    assert float(np.median(looks)) == pytest.approx(median, rel=0.08)


@pytest.mark.parametrize(
    ("pnl", "worst_loss"), [(0.1, 0.0), (0.1, math.nan), (math.nan, 1.0), (-1.1, 1.0), (0.1, -1.0)]
)
def test_an_impossible_bet_is_refused(pnl: float, worst_loss: float) -> None:
    with pytest.raises(BadParameter):
        WealthState().update("a", pnl, worst_loss)


def test_an_impossible_state_is_refused() -> None:
    with pytest.raises(BadParameter):
        WealthState(fractions=())
    with pytest.raises(BadParameter):
        WealthState(fractions=(1.0,))
    with pytest.raises(BadParameter):
        WealthState(log_wealth=(0.0,))
    with pytest.raises(BadParameter):
        WealthState(log_wealth=(math.nan,) * len(FRACTIONS))


@given(logs)
def test_a_replay_reaches_the_same_wealth(log: list[tuple[str, float, float]]) -> None:
    state = WealthState()
    for row in log:
        state = state.update(*row)
    assert state.replay(log) == state
    assert msgspec.json.decode(msgspec.json.encode(state), type=WealthState) == state
    assert state.e_value > 0.0
    for unit_id, *_ in log:
        assert state.update(unit_id, -1.0, 1.0) == state
