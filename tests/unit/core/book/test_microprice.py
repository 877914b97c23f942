from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.book.microprice import (
    BookStates,
    MicropriceModel,
    count_transitions,
    first_move,
    fit_microprice,
    fixed_point,
    microprice,
)
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import BadParameter

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
WORKED = OrderBook.of("X", AT, [(4100, 30_000)], [(5500, 10_000)])
STAY = np.array([[0.55, 0.25, 0.05], [0.20, 0.50, 0.20], [0.05, 0.25, 0.55]])
DOWN, UP = np.array([0.12, 0.05, 0.03]), np.array([0.03, 0.05, 0.12])
MOVE = np.outer(DOWN, [0.2, 0.3, 0.5]) + np.outer(UP, [0.5, 0.3, 0.2])


def _g1_and_after() -> tuple[np.ndarray, np.ndarray]:
    return first_move(STAY, UP - DOWN, MOVE)  # in cents


def test_worked_example_of_three_imbalance_bins() -> None:
    g1, after = _g1_and_after()

    np.testing.assert_allclose(g1, [-0.180, 0.0, 0.180], atol=5e-4)
    np.testing.assert_allclose(
        after, [[0.323, 0.300, 0.377], [0.350, 0.300, 0.350], [0.377, 0.300, 0.323]], atol=5e-4
    )
    np.testing.assert_allclose(fixed_point(g1, after), [-0.171, 0.0, 0.171], atol=5e-4)


def test_the_fixed_point_satisfies_its_equation() -> None:
    g1, after = _g1_and_after()
    adjustment = fixed_point(g1, after)

    np.testing.assert_allclose(adjustment, g1 + after @ adjustment, atol=1e-12)


def test_lasting_drift_has_no_fixed_point() -> None:
    with pytest.raises(BadParameter, match="converge"):
        fixed_point(np.array([0.1, 0.1]), np.full((2, 2), 0.5))


@pytest.mark.parametrize(
    ("stay", "move"),
    [
        pytest.param(np.eye(2), np.zeros((2, 2)), id="the mid never moves"),
        pytest.param(np.eye(2) * 0.5, np.zeros((2, 2)), id="rows do not sum to one"),
        pytest.param(np.eye(2) * np.nan, np.zeros((2, 2)), id="not a number"),
        pytest.param(np.eye(3), np.zeros((3, 3)), id="another size"),
    ],
)
def test_transitions_without_a_solution_are_refused(stay: np.ndarray, move: np.ndarray) -> None:
    with pytest.raises(BadParameter):
        first_move(stay, np.zeros(2), move)


STATES = BookStates(imbalance_bins=3, spread_ticks_max=2)


def test_states_are_spread_by_imbalance() -> None:
    found = STATES.indices(np.array([0.0, 0.5, 1.0, 0.9]), np.array([100, 100, 200, 900]))

    np.testing.assert_array_equal(found, [0, 1, 5, 5])
    np.testing.assert_array_equal(STATES.mirrored(found), [2, 1, 3, 3])


def test_each_transition_is_also_counted_from_the_other_side() -> None:
    counts = count_transitions(
        STATES,
        np.array([0.9, 0.9, 0.1]),
        np.array([100, 100, 100]),
        np.array([0.43, 0.43, 0.44]),
    )

    assert counts.stay[2, 2] == counts.stay[0, 0] == 1.0
    assert counts.move[2, 0] == counts.move[0, 2] == 1.0
    np.testing.assert_allclose(counts.moved, [-0.01, 0.0, 0.01, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(counts.totals, [2.0, 0.0, 2.0, 0.0, 0.0, 0.0])


def _simulated(seed: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Walk the worked example's chain: imbalances and mids (dollars) at a one tick spread."""
    rng = np.random.default_rng(seed)
    stay_or_move = np.hstack([STAY, DOWN[:, None], UP[:, None]]).cumsum(axis=1)
    after = {-1: np.cumsum([0.2, 0.3, 0.5]), 1: np.cumsum([0.5, 0.3, 0.2])}
    state, mid, states, mids = 1, 0.0, [], []
    for first, second in rng.random((length, 2)).tolist():
        states.append(state)
        mids.append(mid)
        drawn = int(np.searchsorted(stay_or_move[state], first))
        if drawn < 3:
            state = drawn
        else:
            direction = -1 if drawn == 3 else 1
            state, mid = int(np.searchsorted(after[direction], second)), mid + 0.01 * direction
    return (np.array(states) + 0.5) / 3.0, np.array(mids)


def test_estimation_recovers_the_worked_example_from_a_simulated_book() -> None:
    states = BookStates(imbalance_bins=3, spread_ticks_max=1)
    imbalances, mids = _simulated(seed=3, length=40_000)
    spreads = np.full(mids.shape, 100)

    model = fit_microprice(states, count_transitions(states, imbalances, spreads, mids))

    np.testing.assert_allclose(model.adjustment, [-0.00171, 0.0, 0.00171], atol=0.0002)
    assert model.transitions.sum() == 2 * (mids.size - 1)


def test_stretches_add_up_without_bridging_their_gap() -> None:
    first = (np.array([0.9, 0.5]), np.array([100, 100]), np.array([0.40, 0.41]))
    second = (np.array([0.5, 0.9]), np.array([100, 100]), np.array([0.60, 0.59]))

    both = count_transitions(STATES, *first) + count_transitions(STATES, *second)

    assert both.totals.sum() == 4.0
    assert np.abs(both.moved).max() <= 0.011


def test_states_never_seen_keep_the_mid() -> None:
    imbalances, mids = np.array([0.9, 0.5, 0.9]), np.array([0.40, 0.41, 0.41])
    counts = count_transitions(
        STATES, np.append(imbalances, 0.5), np.full(4, 100), np.append(mids, 0.42)
    )

    model = fit_microprice(STATES, counts)

    np.testing.assert_array_equal(model.adjustment[3:], 0.0)
    assert model.adjustment[2] > 0.0


def _model(transitions: float, adjustment: float = 0.004) -> MicropriceModel:
    states = BookStates(imbalance_bins=4, spread_ticks_max=4)
    return MicropriceModel(
        states, np.full(states.size, adjustment), np.full(states.size, transitions)
    )


@pytest.mark.parametrize(
    ("model", "price"),
    [
        pytest.param(None, 0.435, id="no model: half way from mid to weighted mid"),
        pytest.param(_model(499.0), 0.435, id="too few transitions"),
        pytest.param(_model(500.0), 0.434, id="enough transitions"),
        pytest.param(_model(500.0, 9.0), 1.0, id="never above a dollar"),
    ],
)
def test_microprice_of_the_worked_book(model: MicropriceModel | None, price: float) -> None:
    assert microprice(WORKED, model) == pytest.approx(price)


def test_an_empty_side_has_no_microprice() -> None:
    assert microprice(OrderBook.of("X", AT, [], [(5500, 1)]), _model(500.0)) is None


@pytest.mark.parametrize("bins", [(0, 1, 100), (1, 0, 100), (1, 1, 0)])
def test_impossible_states_are_refused(bins: tuple[int, int, int]) -> None:
    with pytest.raises(BadParameter):
        BookStates(*bins)


@pytest.mark.parametrize(
    ("imbalances", "mids"),
    [
        ([0.5, 1.5], [0.4, 0.4]),
        ([0.5, np.nan], [0.4, 0.4]),
        ([0.5, 0.5], [0.4, np.nan]),
        ([0.5], [0.4, 0.4]),
    ],
)
def test_impossible_snapshots_are_refused(imbalances: list[float], mids: list[float]) -> None:
    with pytest.raises(BadParameter):
        count_transitions(STATES, np.array(imbalances), np.full(2, 100), np.array(mids))


@given(st.integers(0, 2**32 - 1))
def test_the_fitted_adjustment_is_odd_in_the_imbalance(seed: int) -> None:
    states = BookStates(imbalance_bins=3, spread_ticks_max=1)
    rng = np.random.default_rng(seed)
    mids = np.cumsum(rng.integers(-1, 2, 60)) / 100.0

    model = fit_microprice(
        states, count_transitions(states, rng.random(60), np.full(60, 100), mids)
    )

    np.testing.assert_allclose(model.adjustment, -model.adjustment[::-1], atol=1e-9)
