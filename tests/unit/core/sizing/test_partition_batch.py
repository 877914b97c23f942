from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import Arbitrage
from kalshi_alpha.core.sizing.partition import partition_kelly
from kalshi_alpha.core.sizing.partition_batch import partition_kelly_batch


def _ladders(seed: int, rows: int, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    prob = rng.dirichlet(np.full(n, 2.0), rows) * (1.0 - 1e-5 * n) + 1e-5
    fair = prob * np.exp(rng.normal(0.0, 0.6, (rows, n)))
    fair /= fair.sum(axis=1, keepdims=True)
    half = np.minimum(0.01, 0.5 * fair)
    return prob, fair - half, np.minimum(fair + half, 1.0)


@given(st.integers(0, 100_000), st.integers(1, 8), st.integers(2, 40), st.booleans())
def test_each_row_is_what_the_single_form_returns(
    seed: int, rows: int, n: int, positive: bool
) -> None:
    prob, bid, ask = _ladders(seed, rows, n)

    together = partition_kelly_batch(prob, bid, ask, positive_ev_only=positive)

    for i in range(rows):
        alone = partition_kelly(prob[i], bid[i], ask[i], positive_ev_only=positive)
        np.testing.assert_allclose(together.wealth()[i], alone.wealth(), rtol=1e-10)
        assert together.growth(prob)[i] == pytest.approx(float(alone.growth(prob[i])), abs=1e-14)


def test_a_padded_ladder_is_sized_like_the_short_one() -> None:
    prob, bid, ask = _ladders(5, 1, 12)
    pad = np.zeros((1, 7))

    padded = partition_kelly_batch(
        np.hstack((prob, pad)), np.hstack((bid, pad)), np.hstack((ask, pad + 1.0))
    )

    np.testing.assert_allclose(
        padded.yes_net[0, :12], partition_kelly_batch(prob, bid, ask).yes_net[0], atol=1e-12
    )
    assert not padded.yes_net[0, 12:].any()


def test_extreme_probabilities_converge() -> None:
    prob = np.array([[1.0 - 1e-12, 1e-12], [0.5, 0.5]])
    bid, ask = np.array([[0.5, 0.1], [0.4, 0.4]]), np.array([[0.9, 0.3], [0.6, 0.6]])

    sizes = partition_kelly_batch(prob, bid, ask)

    np.testing.assert_allclose((prob / sizes.wealth()).sum(axis=1), 1.0, atol=1e-9)


def test_one_row_of_arbitrage_refuses_the_call() -> None:
    prob, bid, ask = _ladders(1, 4, 5)
    ask[2] = np.maximum(ask[2] * 0.5, bid[2])

    with pytest.raises(Arbitrage):
        partition_kelly_batch(prob, bid, ask)
