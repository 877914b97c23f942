from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import strikes
from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.ladder import AtomGrid, interval
from kalshi_alpha.core.proposals.payoffs import LadderPayoffs
from kalshi_alpha.core.types import Side, Strike
from scan_cases import EVENT, GOLDEN, GRID, PMF, held, market, scene, snapshot

PAYOFFS = LadderPayoffs.of(GOLDEN.table(), 0)


def test_two_thresholds_make_three_atoms() -> None:
    assert PAYOFFS.edges.tolist() == [3, 4]
    assert PAYOFFS.pays_yes.tolist() == [[False, False], [True, False], [True, True]]
    assert PAYOFFS.n_atoms == 3


def test_the_forecast_is_added_up_by_atom() -> None:
    np.testing.assert_allclose(PAYOFFS.probs(PMF), [0.43, 0.32, 0.25])


def test_no_wins_where_yes_does_not() -> None:
    ticker = f"{EVENT}-T2"
    assert PAYOFFS.wins(ticker, Side.YES).tolist() == [False, True, True]
    assert PAYOFFS.wins(ticker, Side.NO).tolist() == [True, False, False]


@pytest.mark.parametrize("side", Side)
def test_a_market_that_is_not_listed_wins_nowhere(side: Side) -> None:
    assert not PAYOFFS.wins(f"{EVENT}-T9", side).any()


def test_holdings_pay_a_dollar_a_contract() -> None:
    paid = PAYOFFS.paid([held(2, 10, 50), held(3, 4, 70, side=Side.NO)])
    assert paid.tolist() == [4.0, 14.0, 10.0]


@given(st.lists(strikes(GRID), min_size=1, max_size=5))
def test_atoms_and_payoffs_are_those_of_the_atom_grid(some: list[Strike]) -> None:
    usable = []
    for each in some:
        try:
            usable.append((each, interval(each, GRID)))
        except BadStrike:
            continue  # no grid point between the bounds, so no market of a ladder
    if not usable:
        return
    markets = [market(i, strike=each) for i, (each, _) in enumerate(usable)]
    table = scene(snapshot(dict.fromkeys(range(len(markets))), markets=markets)).table()
    payoffs, intervals = LadderPayoffs.of(table, 0), [each for _, each in usable]
    grid = AtomGrid.from_intervals(intervals)
    assert payoffs.edges.tolist() == list(grid.edges)
    assert payoffs.pays_yes.tolist() == grid.payoff(intervals).tolist()
