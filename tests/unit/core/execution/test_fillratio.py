from __future__ import annotations

from math import log
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv

from desk import REPOSITORY
from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.core.execution.fillratio import (
    COLD_START,
    COLD_START_ALPHA,
    BetaPrior,
    Placement,
    PostedOrder,
    alpha_at_imbalance,
    empirical_bayes_prior,
    fill_alpha,
    fill_alpha_by_placement,
    fill_realism_gap,
    tune_alpha,
)
from kalshi_alpha.core.types import Contracts

WORKED = [
    (10, 10), (10, 0), (20, 6), (5, 5), (10, 2), (50, 5),
    (10, 0), (10, 10), (25, 10), (10, 3), (10, 0), (10, 4),
]  # fmt: skip
AGES = [0, 1, 1, 2, 3, 4, 5, 6, 8, 9, 11, 13]


def _order(
    posted: int, filled: int, age_days: float = 0.0, placement: Placement | None = None
) -> PostedOrder:
    return PostedOrder(Contracts.whole(posted), Contracts.whole(filled), age_days, placement)


WORKED_ORDERS = [_order(*pair, age) for pair, age in zip(WORKED, AGES, strict=True)]

posted_orders = st.builds(
    lambda posted, share, age: PostedOrder(
        Contracts(posted), Contracts(posted * share // 100), age
    ),
    st.integers(1, 10_000),
    st.integers(0, 100),
    st.floats(0.0, 14.0),
)


def test_worked_example_of_twelve_orders() -> None:
    found = fill_alpha(WORKED_ORDERS)

    assert found.n_eff == pytest.approx(7.685, abs=5e-4)
    assert (found.a, found.b) == pytest.approx((6.275, 7.410), abs=5e-4)
    assert found.alpha == pytest.approx(0.4585, abs=5e-5)
    assert (found.lo10, found.hi90) == pytest.approx((0.290, 0.630), abs=5e-4)
    assert found.n_orders == 12


def test_contracts_as_trials_would_be_biased_and_far_too_sure() -> None:
    """Every contract as an order of one reproduces the biased figures of the worked example."""
    each = [_order(1, int(i < filled)) for posted, filled in WORKED for i in range(posted)]

    biased = fill_alpha(each)

    assert biased.alpha == pytest.approx(0.312, abs=5e-4)
    assert (biased.lo10, biased.hi90) == pytest.approx((0.269, 0.356), abs=5e-4)


def test_without_orders_the_prior_stands() -> None:
    found = fill_alpha([])

    assert found.alpha == 0.5
    assert (found.n_orders, found.n_eff) == (0, 0.0)
    assert found.lo10 == pytest.approx(float(betaincinv(3, 3, 0.1)))


def test_orders_older_than_the_look_back_are_ignored() -> None:
    old = _order(10, 10, 14.001)

    assert fill_alpha([*WORKED_ORDERS, old]) == fill_alpha(WORKED_ORDERS)
    assert fill_alpha([_order(10, 10, 14.0)]).n_orders == 1


def test_an_order_weighs_half_after_its_half_life() -> None:
    assert fill_alpha([_order(10, 10, 7.0)]).a == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("posted", "filled", "age"), [(0, 0, 0.0), (1, 2, 0.0), (1, 1, -0.1), (1, 1, float("nan"))]
)
def test_impossible_orders_are_refused(posted: int, filled: int, age: float) -> None:
    with pytest.raises(BadParameter):
        _order(posted, filled, age)


@pytest.mark.parametrize(("a", "b"), [(0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)])
def test_impossible_priors_are_refused(a: float, b: float) -> None:
    with pytest.raises(BadParameter):
        BetaPrior(a, b)


@pytest.mark.parametrize(("lookback", "half_life"), [(0.0, 7.0), (14.0, 0.0), (float("nan"), 7.0)])
def test_impossible_durations_are_refused(lookback: float, half_life: float) -> None:
    with pytest.raises(BadParameter):
        fill_alpha([], lookback_days=lookback, half_life_days=half_life)


@given(st.lists(posted_orders, max_size=8), posted_orders)
def test_alpha_stays_inside_and_moves_towards_a_new_order(
    orders: list[PostedOrder], new: PostedOrder
) -> None:
    before, after = fill_alpha(orders), fill_alpha([*orders, new])

    assert 0.0 < after.lo10 < after.alpha < after.hi90 < 1.0
    assert abs(after.alpha - new.ratio) <= abs(before.alpha - new.ratio) + 1e-12
    assert min(before.alpha, new.ratio) - 1e-12 <= after.alpha
    assert after.alpha <= max(before.alpha, new.ratio) + 1e-12


def test_a_placement_stands_alone_only_with_enough_orders() -> None:
    joined = [_order(10, 10, 0.0, Placement.JOIN) for _ in range(15)]
    behind = [_order(10, 0, 0.0, Placement.BEHIND) for _ in range(14)]

    found = fill_alpha_by_placement([*joined, *behind])

    assert found[Placement.JOIN] == fill_alpha(joined)
    assert found[Placement.BEHIND] == found[Placement.IMPROVE] == fill_alpha([*joined, *behind])


def test_families_that_differ_widely_make_a_weak_prior() -> None:
    prior = empirical_bayes_prior([[_order(10, 0)] * 30, [_order(10, 10)] * 30])

    assert prior.a + prior.b == pytest.approx(4.0)
    assert prior.a == pytest.approx(2.0)


def test_families_that_agree_make_a_strong_prior() -> None:
    family = [_order(10, 2), _order(10, 4)]
    prior = empirical_bayes_prior([family, family, family])

    assert (prior.a, prior.b) == pytest.approx((6.0, 14.0))


def test_method_of_moments_by_hand() -> None:
    """Means .2 and .6 without sampling noise: variance .08, so a + b = .24/.08 - 1, raised to 4."""
    prior = empirical_bayes_prior([[_order(10, 2)] * 5, [_order(10, 6)] * 5])
    closer = empirical_bayes_prior([[_order(10, 3)] * 5, [_order(10, 5)] * 5])

    assert prior.a + prior.b == pytest.approx(4.0)
    assert closer.a + closer.b == pytest.approx(0.24 / 0.02 - 1.0)
    assert closer.a / (closer.a + closer.b) == pytest.approx(0.4)


@pytest.mark.parametrize(
    "families", [[], [WORKED_ORDERS], [WORKED_ORDERS, []], [WORKED_ORDERS, [_order(10, 1, 99.0)]]]
)
def test_fewer_than_two_families_leave_the_cold_start(families: list[list[PostedOrder]]) -> None:
    assert empirical_bayes_prior(families) == COLD_START


@given(st.lists(st.lists(posted_orders, max_size=5), max_size=5))
def test_the_prior_weighs_between_four_and_twenty_orders(
    families: list[list[PostedOrder]],
) -> None:
    prior = empirical_bayes_prior(families)

    assert 4.0 - 1e-9 <= prior.a + prior.b <= 20.0 + 1e-9


def test_a_book_that_leans_our_way_lowers_the_odds() -> None:
    assert alpha_at_imbalance(0.4, 0.9) == pytest.approx(0.4)
    shifted = alpha_at_imbalance(0.4, 0.75, slope=2.0)
    assert log(shifted / (1 - shifted)) == pytest.approx(log(0.4 / 0.6) - 0.5)


@pytest.mark.parametrize(
    ("alpha", "lean", "slope"),
    [(0.0, 0.5, 0.0), (1.0, 0.5, 0.0), (0.5, 1.1, 0.0), (0.5, float("nan"), 0.0),
     (0.5, 0.5, float("inf"))],
)  # fmt: skip
def test_impossible_odds_are_refused(alpha: float, lean: float, slope: float) -> None:
    with pytest.raises(BadParameter):
        alpha_at_imbalance(alpha, lean, slope)


def test_realism_gap_by_hand() -> None:
    """Gaps .3 .1 | .2: mean .2, cluster sums 0 and 0, so the interval is a point and alarms."""
    found = fill_realism_gap([0.8, 0.6, 0.7], [0.5, 0.5, 0.5], ["E1", "E1", "E2"])

    assert found.gap == pytest.approx(0.2)
    assert (found.n_orders, found.n_clusters) == (3, 2)
    assert (found.lo, found.hi) == pytest.approx((0.2, 0.2))
    assert found.is_alert


def test_realism_gap_is_clustered_by_risk_unit() -> None:
    """Clusters -.1 and +.1 of two orders each: se² = 2 (.04 + .04) / 16, t(1) = 12.706."""
    found = fill_realism_gap([0.4, 0.4, 0.6, 0.6], [0.5] * 4, ["E1", "E1", "E2", "E2"])

    assert found.gap == pytest.approx(0.0)
    assert found.hi == pytest.approx(12.7062 * (2 * 0.08 / 16) ** 0.5, rel=1e-4)
    assert not found.is_alert


def test_one_cluster_never_alarms() -> None:
    found = fill_realism_gap([1.0] * 5, [0.0] * 5, ["E1"] * 5)

    assert found.gap == 1.0
    assert (found.lo, found.hi) == (float("-inf"), float("inf"))
    assert not found.is_alert


@pytest.mark.parametrize(
    ("simulated", "realised", "units"),
    [
        ([], [], []),
        ([0.5], [0.5, 0.5], ["E1"]),
        ([0.5], [0.5], []),
        ([1.5], [0.5], ["E1"]),
        ([0.5], [float("nan")], ["E1"]),
    ],
)
def test_impossible_pairs_are_refused(
    simulated: list[float], realised: list[float], units: list[str]
) -> None:
    with pytest.raises(BadParameter):
        fill_realism_gap(simulated, realised, units)


def test_the_cold_start_is_the_prior_itself() -> None:
    prior = fill_alpha([])
    assert COLD_START_ALPHA.alpha == prior.alpha
    assert COLD_START_ALPHA.lo10 == pytest.approx(prior.lo10, abs=1e-8)
    assert COLD_START_ALPHA.hi90 == pytest.approx(prior.hi90, abs=1e-8)
    assert (COLD_START_ALPHA.a, COLD_START_ALPHA.b) == (prior.a, prior.b)


def test_the_operators_door_leads_to_the_ledger_below_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    copytree(REPOSITORY / "configs", tmp_path / "configs")
    with pytest.raises(MissingData, match=str(tmp_path)):
        tune_alpha("CPI", lookback_days=14)
