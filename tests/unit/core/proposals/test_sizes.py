from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ledger.honesty_bins import LEAD_NAMES, PRICE_NAMES, BinKey
from kalshi_alpha.core.proposals.bins import BinTable
from kalshi_alpha.core.proposals.policy import Pooling, SizingRule
from kalshi_alpha.core.proposals.sizes import WantedSizes, truncated_fractions, wanted_sizes
from kalshi_alpha.core.ramp.size import BinTerms, scaled
from kalshi_alpha.core.risk.pal import Commitment, Exposure
from kalshi_alpha.core.sizing.fractional import parameter_risk, truncated_fraction
from kalshi_alpha.core.types import Contracts, Money, Side
from scan_cases import EVENT, GOLDEN, GRID, KELLY, Scene, held, scene, snapshot


def sizes(case: Scene, *exposures: Exposure) -> WantedSizes:
    return wanted_sizes(case.priced(), np.array([0]), {EVENT: exposures}, case.policy)


@given(
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.floats(0.01, 1.0),
    st.floats(0.0, 0.2),
    st.floats(0.01, 0.25),
)
def test_fractions_for_arrays_are_the_scalar_ones(
    kelly: float, prob: float, cost: float, error: float, cap: float
) -> None:
    sizing = replace(KELLY, probability_se=error, kelly_cap=cap)
    (got,) = truncated_fractions(np.array([kelly]), np.array([prob]), np.array([cost]), sizing)
    shrinkage = parameter_risk(prob, cost, error)
    assert got == pytest.approx(truncated_fraction(kelly, kelly_cap=cap, shrinkage=shrinkage))


@pytest.mark.parametrize("pooling", [None, Pooling(weights={EVENT: 1.0})])
def test_no_leg_stakes_more_of_the_bankroll_than_the_kelly_cap(pooling: Pooling | None) -> None:
    case = GOLDEN.sized(kelly_cap=0.01, kelly_multiplier=1.0)
    found = sizes(replace(case, policy=replace(case.policy, pooling=pooling)))
    assert found.kelly[0] > 0.1
    assert found.staked.tolist() == [0.01]


@pytest.mark.parametrize("cap", [0.001, 0.02, 0.027, 0.028, 0.25])
def test_a_pooled_stake_is_a_quarter_of_kelly_up_to_the_cap(cap: float) -> None:
    alone = Pooling(weights={EVENT: 1.0})
    case = GOLDEN.sized(kelly_cap=cap)
    found = sizes(replace(case, policy=replace(case.policy, pooling=alone)))
    assert found.staked[0] == pytest.approx(min(0.25 * 0.1081967, cap), abs=1e-7)


def test_a_standard_error_shrinks_a_stake_and_one_below_two_points_is_not_believed() -> None:
    full = GOLDEN.sized(kelly_multiplier=1.0, kelly_cap=0.25)

    def staked(error: float) -> float:
        return float(
            sizes(
                replace(
                    full,
                    policy=replace(
                        full.policy, sizing=replace(full.policy.sizing, probability_se=error)
                    ),
                )
            ).staked[0]
        )

    assert staked(0.0) == staked(0.02) > staked(0.03) > staked(0.1)
    edge = 0.558 - (0.5 + GOLDEN.priced().quotes.fee[0])
    assert staked(0.1) == pytest.approx(0.1081967 * edge**2 / (edge**2 + 0.01), rel=1e-6)


@pytest.mark.parametrize("kelly", [-0.1, 1.1, float("nan")])
def test_an_impossible_fraction_is_refused(kelly: float) -> None:
    half = np.array([0.5])
    with pytest.raises(BadParameter):
        truncated_fractions(np.array([kelly]), half, half, KELLY)


def test_kelly_sees_exactly_the_honest_edge() -> None:
    priced, found = GOLDEN.priced(), sizes(GOLDEN)
    cost = 0.5 + priced.quotes.fee[0]
    assert found.kelly[0] * (1.0 - cost) == pytest.approx(priced.quotes.ev_honest[0])


def test_a_fixed_count_is_asked_for_whatever_the_edge() -> None:
    case = GOLDEN.sized(rule=SizingRule.FIXED, contracts=Contracts.whole(7))
    assert sizes(case).contracts_e2.tolist() == [700]


def test_a_count_with_kelly_is_a_ceiling() -> None:
    assert sizes(GOLDEN.sized(contracts=Contracts.whole(7))).contracts_e2.tolist() == [700]
    assert sizes(GOLDEN.sized(contracts=Contracts.whole(900))).contracts_e2.tolist() == [47_000]


def test_sizes_are_whole_lots() -> None:
    """470.80 contracts: in lots of 50 they are 450."""
    assert sizes(GOLDEN.sized(lot=Contracts(1))).contracts_e2.tolist() == [47_080]
    assert sizes(GOLDEN.sized(lot=Contracts.whole(50))).contracts_e2.tolist() == [45_000]


def test_more_of_the_same_side_is_wanted_less() -> None:
    flat, long = sizes(GOLDEN), sizes(GOLDEN, held(2, 500, 50))
    assert 0.0 < long.kelly[0] < flat.kelly[0]


def test_beside_a_filled_hedge_more_is_wanted() -> None:
    flat, hedged = sizes(GOLDEN), sizes(GOLDEN, held(2, 500, 50, side=Side.NO))
    assert hedged.kelly[0] > flat.kelly[0]


def test_existing_contracts_of_the_same_market_by_hand() -> None:
    """With 500 filled, wealth is 10,000 where it loses and 10,500 where it pays.

    The optimum of 0.558 log(10500 + 0.495625 x) + 0.442 log(10000 - 0.504375 x) is where
    0.558 * 0.495625 * (10000 - 0.504375 x) = 0.442 * 0.504375 * (10500 + 0.495625 x), so
    x = (2765.5875 - 2340.80438) / (0.139489... + 0.110491...) = 1,699.3 contracts, 8.57 %.
    """
    p, q = 0.558, 0.504375
    gain, lose = p * (1 - q), (1 - p) * q
    contracts = (gain * 10_000 - lose * 10_500) / (gain * q + lose * (1 - q))
    assert contracts == pytest.approx(1699.3, abs=0.1)
    found = sizes(GOLDEN, held(2, 500, 50))
    assert found.kelly[0] == pytest.approx(contracts * q / 10_000, rel=1e-6)


@pytest.mark.parametrize("commitment", [Commitment.RESTING, Commitment.UNKNOWN])
def test_only_what_is_filled_changes_a_size(commitment: Commitment) -> None:
    resting = sizes(GOLDEN, held(2, 500, 50, commitment=commitment))
    assert resting.kelly[0] == sizes(GOLDEN).kelly[0]


def test_a_holding_that_pays_nowhere_known_changes_nothing() -> None:
    assert sizes(GOLDEN, held(9, 500, 50)).kelly[0] == pytest.approx(sizes(GOLDEN).kelly[0])


def test_a_forecast_without_a_losing_atom_still_sees_the_holding() -> None:
    """All mass above 0.2: the fill says that we may lose, so more is not simply added."""
    certain = GridPmf(GRID, 3, np.array([0.5, 0.5]))
    case = scene(snapshot({2: (50, 46)}), pmf=certain)
    assert sizes(case, held(2, 5000, 50)).kelly[0] < sizes(case).kelly[0]


def test_sizes_can_be_picked() -> None:
    found = sizes(GOLDEN)
    assert found.at(np.array([0, 0])).kelly.tolist() == [found.kelly[0]] * 2
    assert found.at(np.array([], dtype=np.int64)).contracts_e2.size == 0


def test_scaling_the_bankroll_scales_the_contracts() -> None:
    one, ten = (
        sizes(GOLDEN.sized(bankroll=Money(times * 10**10), lot=Contracts(1))) for times in (1, 10)
    )
    assert abs(ten.contracts_e2[0] - 10 * one.contracts_e2[0]) <= 10


def test_a_pooled_probability_is_not_shrunk_for_its_error_again() -> None:
    """With all the weight on our side the pool is our 0.57; a quarter of Kelly's 0.1081967."""
    alone = Pooling(weights={EVENT: 1.0})
    found = sizes(replace(GOLDEN, policy=replace(GOLDEN.policy, pooling=alone)))
    assert found.prob_filled[0] == pytest.approx(0.558)
    assert found.staked[0] == pytest.approx(0.25 * 0.1081967, abs=1e-7)


@pytest.mark.parametrize(
    ("cap", "share", "size"),
    [
        (0.99, 0.25, 1),
        (0.4, 0.25, 1),
        (0.99, 0.5, 2),
        (0.4, 0.5, 1),
        (1.0, 1.0, 5),
        (0.1, 1.0, 0),
        (0.1, 0.25, 0),
        (0.99, 0.0, 0),
    ],
)
def test_a_share_is_taken_of_what_a_bin_allows_and_leaves_one_contract(
    cap: float, share: float, size: int
) -> None:
    """The first size multiplier leaves one of five contracts: no cap of a bin may close it."""
    keys = [
        BinKey("CPI", side, p, lead) for side in Side for p in PRICE_NAMES for lead in LEAD_NAMES
    ]
    bins = BinTable.of(dict.fromkeys(keys, BinTerms(cap=cap, cap_lots=None)), "CPI")
    case = GOLDEN.sized(contracts=Contracts.whole(5), share=share)
    case = replace(case, policy=replace(case.policy, bins=bins))
    assert sizes(case).contracts_e2.tolist() == [100 * size]


@pytest.mark.parametrize("cap", [0.02, 0.2])
def test_a_bin_that_is_little_proven_stakes_its_part_of_the_kelly_cap(cap: float) -> None:
    keys = [
        BinKey("CPI", side, p, lead) for side in Side for p in PRICE_NAMES for lead in LEAD_NAMES
    ]
    bins = BinTable.of(dict.fromkeys(keys, BinTerms(cap=cap, cap_lots=None)), "CPI")
    case = GOLDEN.sized(kelly_cap=0.1, kelly_multiplier=1.0, probability_se=0.02)
    case = replace(case, policy=replace(case.policy, bins=bins))
    assert sizes(case).staked.tolist() == pytest.approx([cap * 0.1])


@pytest.mark.parametrize(("share", "size"), [(0.1, 1), (0.29, 2), (0.5, 3), (0.0, 0)])
def test_a_share_of_a_fixed_count_is_whole_contracts(share: float, size: int) -> None:
    """Without bins, and as `kalshi_alpha.core.ramp.size.scaled` has it."""
    most = Contracts.whole(7)
    case = GOLDEN.sized(rule=SizingRule.FIXED, contracts=most, share=share)
    assert sizes(case).contracts_e2.tolist() == [100 * size] == [scaled(most, share).e2]


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(BadParameter, match="share"):
        replace(KELLY, share=share)
