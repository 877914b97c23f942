from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.e_detector import (
    LAMBDAS,
    EDetectorState,
    betting_factor,
    cusum_form,
)

# Break-even price .62, stake .3, outcomes 1 0 0 1 0: a worked example.
OUTCOMES = (1, 0, 0, 1, 0)
PRICE = 0.62
logs = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.floats(-5, 1), st.floats(-1, 0.5), st.just(1.0)),
    max_size=20,
)


def _factors() -> list[float]:
    return [betting_factor(0.3, y - PRICE, 0.0, 1 - PRICE) for y in OUTCOMES]


def test_factors_meet_the_worked_example() -> None:
    assert [round(x, 5) for x in _factors()] == [0.7, 1.48947, 1.48947, 0.7, 1.48947]


def test_shiryaev_roberts_sums_meet_the_worked_example() -> None:
    state, path = EDetectorState(threshold=250.0, lambdas=(0.3,)), []
    for i, y in enumerate(OUTCOMES):
        state = state.update(f"u{i}", y - PRICE, 0.0, 1 - PRICE)
        path.append(round(state.value, 5))
    assert path == [0.7, 2.53211, 5.26098, 4.38268, 8.01737]


def test_the_cusum_form_meets_the_worked_example() -> None:
    path = list(accumulate(_factors(), cusum_form, initial=0.0))[1:]
    assert [round(x, 5) for x in path] == [0.7, 1.48947, 2.21853, 1.55297, 2.31311]


def test_the_evidence_is_the_mean_over_stakes() -> None:
    state = EDetectorState(threshold=250.0).update("a", -0.62, 0.0, 0.38)
    assert len(state.r) == len(LAMBDAS)
    assert state.value == pytest.approx(np.mean([1 + lam * 0.62 / 0.38 for lam in LAMBDAS]))


def test_levels_are_ok_then_warn_at_a_fifth_then_alert_until_reset() -> None:
    state = EDetectorState(threshold=20.0)
    seen = [state.level]
    for i in range(12):
        state = state.update(f"u{i}", -0.5, 0.0, 0.5)
        seen.append(state.level)
    assert list(dict.fromkeys(seen)) == [Level.OK, Level.WARN, Level.ALERT]
    for i in range(100):
        state = state.update(f"lucky{i}", 0.5, 0.0, 0.5)
    assert state.value < 6.0  # lucky units leave (1 - stake) over stake on average
    assert state.level is Level.ALERT
    fresh = state.reset()
    assert (fresh.value, fresh.level) == (0.0, Level.OK)
    assert fresh.update("u0", -0.5, 0.0, 0.5) == fresh


def test_a_loss_that_was_called_impossible_alarms_at_once() -> None:
    state = EDetectorState(threshold=250.0)
    assert state.update("a", 0.1, 0.1, 0.1).value == pytest.approx(1.0)
    assert state.update("a", -0.9, 0.1, 0.1).level is Level.ALERT


def test_evidence_beyond_all_thresholds_stays_a_number() -> None:
    state = EDetectorState(threshold=250.0)
    for i in range(60):
        state = state.update(f"u{i}", -1e6, 0.0, 1e-3)
    assert math.isfinite(state.value)


def test_a_unit_passed_over_is_seen_and_leaves_no_evidence() -> None:
    state = EDetectorState(threshold=250.0).pass_over("a")
    assert (state.value, state.units) == (0.0, ("a",))
    assert state.pass_over("a") == state
    assert state.update("a", -0.5, 0.0, 0.5) == state


@pytest.mark.parametrize(
    ("price", "win_prob", "run_length", "horizon"),
    [
        (0.5, 0.50, 280, 1100),
        (0.5, 0.53, 538, 2000),
        (0.9, 0.90, 370, 1500),
        (0.9, 0.93, 1635, 5000),
        (0.1, 0.10, 254, 1000),
        (0.1, 0.13, 578, 2200),
        (0.5, 0.45, 132, 800),
        (0.5, 0.40, 78, 500),
        (0.9, 0.85, 101, 600),
        (0.9, 0.80, 51, 400),
        (0.1, 0.05, 101, 800),
        (0.1, 0.00, 54, 60),
    ],
)
def test_simulated_run_lengths_meet_the_published_ones(
    price: float, win_prob: float, run_length: int, horizon: int
) -> None:
    rng = np.random.default_rng(33)
    lam = np.array(LAMBDAS)[:, None]
    r, alive, lived, alarms = np.zeros((6, 3000)), np.ones(3000, dtype=np.bool_), 0, 0
    for _ in range(horizon):
        won = rng.random(3000) < win_prob
        r = (r + 1.0) * (1.0 - lam * (won - price) / (1.0 - price))
        lived += int(alive.sum())
        crossed = alive & (r.mean(axis=0) >= 250.0)
        alarms += int(crossed.sum())
        alive &= ~crossed
    # The published figures come from 20,000 paths and hold to 1 %; 3,000 paths hold to 5 %.
    assert lived / alarms == pytest.approx(run_length, rel=0.05)


@pytest.mark.parametrize(
    ("lam", "pnl", "expected", "best"),
    [
        (0.3, 0.5, 0.0, 0.4),
        (0.3, 0.0, 0.5, 0.4),
        (0.0, 0.0, 0.0, 1.0),
        (1.0, 0.0, 0.0, 1.0),
        (math.nan, 0.0, 0.0, 1.0),
        (0.3, math.nan, 0.0, 1.0),
        (0.3, 0.0, 0.0, math.inf),
    ],
)
def test_an_impossible_bet_is_refused(lam: float, pnl: float, expected: float, best: float) -> None:
    with pytest.raises(BadParameter):
        betting_factor(lam, pnl, expected, best)


@pytest.mark.parametrize(
    "fields",
    [
        {"threshold": 1.0},
        {"threshold": math.nan},
        {"threshold": 250.0, "lambdas": ()},
        {"threshold": 250.0, "lambdas": (1.5,)},
        {"threshold": 250.0, "r": (1.0,)},
        {"threshold": 250.0, "r": (-1.0,) * 6},
        {"threshold": 250.0, "r": (math.nan,) * 6},
    ],
)
def test_an_impossible_state_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BadParameter, match="e-detector"):
        EDetectorState(**fields)


@given(logs)
def test_a_replay_reaches_the_same_state_and_sums_stay_positive(
    log: list[tuple[str, float, float, float]],
) -> None:
    state = EDetectorState(threshold=250.0)
    for row in log:
        state = state.update(*row)
        assert all(value >= 0.0 for value in state.r)
    assert state.replay(log) == state
    assert msgspec.json.decode(msgspec.json.encode(state), type=EDetectorState) == state
    for unit_id, *_ in log:
        assert state.update(unit_id, -5.0, 0.0, 1.0) == state


@given(st.sampled_from(LAMBDAS), st.floats(-1e6, 1), st.floats(-10, 1))
def test_a_factor_never_falls_below_one_less_the_stake(
    lam: float, pnl: float, expected: float
) -> None:
    assert betting_factor(lam, pnl, expected, 1.0) >= 1.0 - lam
