from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.pricing import (
    MarkOutPrior,
    ev_honest,
    informed_flow_adverse,
    informed_flow_posterior,
    mark_out_adverse,
    mark_out_adverse_by,
)

BPS = 1e4
probs = st.floats(0.0, 1.0)
shares = st.floats(0.0, 0.999)
mids = st.lists(st.tuples(probs, probs, st.integers(0, 5)), min_size=1, max_size=30)


@pytest.mark.parametrize(("mu", "bps"), [(0.02, 99), (0.05, 249), (0.10, 500), (0.20, 1010)])
def test_informed_takers_cost_what_glosten_and_milgrom_say(mu: float, bps: float) -> None:
    """Worked example at p 0.55."""
    assert informed_flow_adverse(0.55, mu) * BPS == pytest.approx(bps, abs=0.5)


def test_a_bid_that_looked_good_is_bad_once_it_is_hit() -> None:
    """p 0.55, a fifth of takers informed: 500 basis points at a bid of 0.50 turn into -510."""
    posterior = informed_flow_posterior(0.55, 0.20)
    adverse = informed_flow_adverse(0.55, 0.20)

    assert posterior == pytest.approx(0.4490, abs=5e-5)
    assert ev_honest(0.55, 0.50, 0.0, shrink=1.0) * BPS == pytest.approx(500)
    assert ev_honest(0.55, 0.50, 0.0, 1.0, 1.0, adverse) * BPS == pytest.approx(-510, abs=0.5)


@given(probs, shares)
def test_the_loss_is_prior_less_posterior_and_never_a_gain(p: float, mu: float) -> None:
    adverse = informed_flow_adverse(p, mu)

    assert adverse == pytest.approx(p - float(informed_flow_posterior(p, mu)), abs=1e-9)
    assert adverse >= 0.0
    assert 0.0 <= informed_flow_posterior(p, mu) <= p + 1e-12


@given(probs, shares, shares)
def test_more_knowers_cost_more(p: float, mu: float, nu: float) -> None:
    low, high = sorted([mu, nu])
    assert informed_flow_adverse(p, low) <= informed_flow_adverse(p, high) + 1e-12


def test_uninformed_flow_and_certain_outcomes_cost_nothing() -> None:
    p = np.array([0.0, 0.3, 1.0])
    np.testing.assert_array_equal(informed_flow_adverse(p, 0.0), [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(informed_flow_posterior(p, 0.0), p)
    np.testing.assert_array_equal(informed_flow_adverse([0.0, 1.0], 0.5), [0.0, 0.0])


@pytest.mark.parametrize(
    ("p", "mu"), [(math.nan, 0.1), (0.5, math.nan), (1.1, 0.1), (0.5, -0.1), (0.5, 1.1), (1.0, 1.0)]
)
def test_impossible_flow_is_refused(p: float, mu: float) -> None:
    with pytest.raises(BadParameter):
        informed_flow_adverse(p, mu)
    with pytest.raises(BadParameter):
        informed_flow_posterior(p, mu)


def test_before_any_fill_the_prior_of_50_basis_points_stands() -> None:
    assert mark_out_adverse([], [], []) == 0.005


def test_mark_outs_are_shrunk_by_the_number_of_risk_units() -> None:
    """Four fills losing 0.02 on two releases: (2 * 0.02 + 20 * 0.005) / 22."""
    estimate = mark_out_adverse(
        [0.50, 0.50, 0.40, 0.40], [0.48, 0.48, 0.38, 0.38], ["may", "may", "june", "june"]
    )
    assert estimate == pytest.approx((2 * 0.02 + 20 * 0.005) / 22)


def test_many_fills_on_one_release_are_one_observation() -> None:
    once = mark_out_adverse([0.5], [0.3], ["may"])
    often = mark_out_adverse([0.5] * 50, [0.3] * 50, ["may"] * 50)
    assert often == pytest.approx(once)


def test_a_lucky_drift_is_never_booked_as_income() -> None:
    assert mark_out_adverse([0.2] * 3, [0.9] * 3, ["a", "b", "c"]) == 0.0


@given(mids, st.floats(0.0, 0.05), st.floats(0.0, 50.0))
def test_the_estimate_lies_between_the_prior_and_the_mean_loss(
    fills: list[tuple[float, float, int]], belief: float, weight: float
) -> None:
    before, after, units = zip(*fills, strict=True)
    loss = float(np.mean(np.subtract(before, after)))

    estimate = mark_out_adverse(before, after, units, MarkOutPrior(belief, weight))

    assert max(0.0, min(loss, belief)) - 1e-12 <= estimate <= max(0.0, loss, belief) + 1e-12


@given(mids)
def test_each_bucket_is_estimated_from_its_own_fills(
    fills: list[tuple[float, float, int]],
) -> None:
    before, after, units = zip(*fills, strict=True)
    buckets = [("cpi", unit % 2) for unit in units]

    by_bucket = mark_out_adverse_by(buckets, before, after, units)

    assert by_bucket.keys() == set(buckets)
    for bucket, estimate in by_bucket.items():
        own = [fill for fill, of in zip(fills, buckets, strict=True) if of == bucket]
        own_before, own_after, own_units = zip(*own, strict=True)
        assert estimate == mark_out_adverse(own_before, own_after, own_units)


def test_no_fills_make_no_buckets() -> None:
    assert mark_out_adverse_by([], [], [], []) == {}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        ([0.5], [math.nan], ["a"]),
        ([math.nan], [0.5], ["a"]),
        ([0.5], [1.5], ["a"]),
        ([0.5, 0.5], [0.5], ["a", "b"]),
        ([0.5], [0.5], ["a", "b"]),
    ],
)
def test_mark_outs_that_do_not_line_up_are_refused(
    before: list[float], after: list[float], units: list[str]
) -> None:
    with pytest.raises(BadParameter):
        mark_out_adverse(before, after, units)
    with pytest.raises(BadParameter):
        mark_out_adverse_by(units, before, after, units)


def test_neither_fill_nor_prior_is_no_estimate() -> None:
    with pytest.raises(BadParameter, match="say nothing"):
        mark_out_adverse([], [], [], MarkOutPrior(0.0, 0.0))


@pytest.mark.parametrize(
    "bad", [(-0.001, 20.0), (math.nan, 20.0), (0.005, -1.0), (0.005, math.nan), (0.005, math.inf)]
)
def test_an_impossible_prior_cannot_be_built(bad: tuple[float, float]) -> None:
    with pytest.raises(BadParameter):
        MarkOutPrior(*bad)
