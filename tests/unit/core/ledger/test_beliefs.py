from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ledger.beliefs import (
    LadderBelief,
    atom_probs,
    honest_prob,
    joint_belief,
    ladder_belief,
)
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.types import Side

Build = Callable[..., LedgerEntry]
ABOVE_2, ABOVE_3 = GridInterval(3, None), GridInterval(4, None)


def test_the_honest_probability_is_shrunk_towards_the_price(make_entry: Build) -> None:
    yes = make_entry(price_e4=4300, p=0.47, shrink=0.9, w_bin=0.5)
    assert honest_prob(yes) == pytest.approx(0.43 + 0.45 * 0.04)
    no = make_entry(side=Side.NO, price_e4=5500, p=0.60, shrink=0.9)
    assert honest_prob(no) == pytest.approx(1.0 - (0.55 + 0.9 * 0.05))


def test_a_ladder_keeps_the_probabilities_of_its_markets(make_entry: Build) -> None:
    entries = [
        make_entry(market_ticker="A", price_e4=5000, p=0.6, shrink=1.0, fee_e6=0),
        make_entry(market_ticker="B", price_e4=3000, p=0.25, shrink=1.0, fee_e6=0),
    ]
    found = ladder_belief(entries, {"A": ABOVE_2, "B": ABOVE_3})
    np.testing.assert_allclose(found.probs, [0.4, 0.35, 0.25], atol=1e-8)
    np.testing.assert_allclose(found.pnl, [-8.0, 2.0, 12.0])
    assert float(found.probs @ found.pnl) == pytest.approx(10 * (0.6 - 0.5) + 10 * (0.25 - 0.3))


def test_what_the_ledger_expects_is_the_mean_on_the_atoms(make_entry: Build) -> None:
    entries = [make_entry(market_ticker="A"), make_entry(market_ticker="A", price_e4=4500)]
    found = ladder_belief(entries, {"A": ABOVE_2})
    promised = sum(row.ev_expected * row.count_e2 / 100 for row in entries)
    assert float(found.probs @ found.pnl) == pytest.approx(promised)


def test_a_market_that_is_not_known_is_refused(make_entry: Build) -> None:
    with pytest.raises(BadParameter, match="what A pays on"):
        ladder_belief([make_entry(market_ticker="A")], {})


@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=8))
def test_probabilities_of_a_real_distribution_come_back(weights: list[float]) -> None:
    true = np.array(weights) / sum(weights)
    atoms = np.arange(true.size)[:, None]
    payoff = atoms >= np.arange(1, true.size)
    found = atom_probs(payoff, true @ payoff)
    np.testing.assert_allclose(found, true, atol=1e-6)


def test_probabilities_that_contradict_each_other_end_in_a_distribution() -> None:
    payoff = np.array([[False, False], [True, False], [True, True]])
    found = atom_probs(payoff, np.array([0.3, 0.5]))
    assert found.sum() == pytest.approx(1.0)
    assert found.min() >= 0.0


def test_impossible_probabilities_are_refused() -> None:
    with pytest.raises(BadParameter):
        atom_probs(np.array([[True], [False]]), np.array([1.5]))
    with pytest.raises(BadParameter):
        atom_probs(np.array([[True], [False]]), np.array([0.5, 0.5]))


COIN = LadderBelief(np.array([0.5, 0.5]), np.array([-1.0, 1.0]))
REVERSED = LadderBelief(np.array([0.5, 0.5]), np.array([1.0, -1.0]))


def test_ladders_of_one_piece_of_news_are_joined_with_the_wider_spread() -> None:
    assert joint_belief([COIN]) is COIN
    assert joint_belief([COIN, COIN]).sd == pytest.approx(2.0)
    # Rising together they would cancel; apart they do not.
    assert joint_belief([COIN, REVERSED]).sd == pytest.approx(2.0**0.5)


def test_a_joint_has_the_sum_of_the_means() -> None:
    one = LadderBelief(np.array([0.2, 0.5, 0.3]), np.array([-1.0, 0.5, 2.0]))
    joined = joint_belief([one, COIN, REVERSED])
    assert joined.probs.sum() == pytest.approx(1.0)
    assert float(joined.probs @ joined.pnl) == pytest.approx(float(one.probs @ one.pnl))


def test_many_ladders_are_taken_as_rising_together() -> None:
    wide = LadderBelief(np.full(80, 1 / 80), np.linspace(-1.0, 1.0, 80))
    assert joint_belief([wide, wide]).probs.size == 80
    with pytest.raises(BadParameter, match="no ladder"):
        joint_belief([])
