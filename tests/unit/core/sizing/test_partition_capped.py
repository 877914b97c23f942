from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing.joint import certified
from kalshi_alpha.core.sizing.log_program import LogProgram
from kalshi_alpha.core.sizing.partition_batch import partition_kelly_batch
from kalshi_alpha.core.sizing.partition_capped import capped_partition_kelly

seeds = st.integers(0, 100_000)


def _ladder(seed: int, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    prob = rng.dirichlet(np.full(n, 2.0)) * (1.0 - 1e-4 * n) + 1e-4
    fair = prob * np.exp(rng.normal(0.0, 0.6, n))
    fair /= fair.sum()
    half = np.minimum(0.01, 0.5 * fair)
    return prob[None], (fair - half)[None], np.minimum(fair + half, 1.0)[None]


@settings(max_examples=30)
@given(seeds, st.integers(2, 8), st.sampled_from([0.01, 0.1, 1.0]))
def test_it_equals_the_general_solver_with_the_same_caps(seed: int, n: int, scale: float) -> None:
    prob, bid, ask = _ladder(seed, n)
    caps = np.random.default_rng(seed).exponential(scale, (2, 1, n)) + 1e-3
    gain = np.concatenate((np.eye(n) - ask[0], bid[0] - np.eye(n)), axis=1)
    cost = np.concatenate((ask[0], 1.0 - bid[0]))
    general = LogProgram(prob[0], np.ones(n), gain, cost, caps.reshape(-1), 1e3, 1e-12)

    sizes = capped_partition_kelly(prob, bid, ask, caps[0], caps[1], positive_ev_only=False)
    x, gap = certified(general)

    reference = float(prob[0] @ np.log1p(gain @ x))
    assert (sizes.yes_net <= caps[0] + 1e-15).all()
    assert (sizes.yes_net >= -caps[1] - 1e-15).all()
    assert sizes.wealth().min() > 0.0
    assert -1e-12 <= float(sizes.growth(prob)[0]) - reference <= gap + 1e-12


@given(seeds, st.integers(2, 30), st.booleans())
def test_without_caps_it_is_the_uncapped_optimum(seed: int, n: int, positive: bool) -> None:
    prob, bid, ask = _ladder(seed, n)
    none = np.full_like(prob, np.inf)

    capped = capped_partition_kelly(prob, bid, ask, none, none, positive_ev_only=positive)
    free = partition_kelly_batch(prob, bid, ask, positive_ev_only=positive)

    # Wealth, not positions: YES of one of two bins is NO of the other.
    np.testing.assert_allclose(capped.wealth(), free.wealth(), rtol=1e-8)
    np.testing.assert_allclose(capped.growth(prob), free.growth(prob), atol=1e-13)


@given(seeds, st.integers(2, 12))
def test_caps_of_zero_leave_everything_in_cash(seed: int, n: int) -> None:
    prob, bid, ask = _ladder(seed, n)
    nothing = np.zeros_like(prob)

    sizes = capped_partition_kelly(prob, bid, ask, nothing, nothing)

    assert not sizes.yes_net.any()
    assert sizes.cash[0] == 1.0


def test_a_padded_ladder_is_sized_like_the_short_one() -> None:
    prob, bid, ask = _ladder(4, 9)
    cap, pad = np.full_like(prob, 0.1), np.zeros((1, 3))

    short = capped_partition_kelly(prob, bid, ask, cap, cap)
    padded = capped_partition_kelly(
        np.hstack((prob, pad)),
        np.hstack((bid, pad)),
        np.hstack((ask, pad + 1.0)),
        np.hstack((cap, pad + 1.0)),
        np.hstack((cap, pad + 1.0)),
    )

    np.testing.assert_allclose(padded.wealth()[:, :9], short.wealth(), rtol=1e-9)
    assert not padded.yes_net[:, 9:].any()


def test_a_cap_that_is_negative_or_misshapen_is_refused() -> None:
    prob, bid, ask = _ladder(0, 4)
    with pytest.raises(BadParameter):
        capped_partition_kelly(prob, bid, ask, prob, -prob)
    with pytest.raises(BadParameter):
        capped_partition_kelly(prob, bid, ask, prob * np.nan, prob)
    with pytest.raises(BadParameter):
        capped_partition_kelly(prob, bid, ask, prob, prob[:, :2])
