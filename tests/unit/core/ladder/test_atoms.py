from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval


@st.composite
def intervals(draw: st.DrawFn) -> GridInterval:
    lo, hi = sorted((draw(st.integers(-20, 20)), draw(st.integers(-20, 20))))
    return GridInterval(
        lo if draw(st.booleans()) else None,
        hi if draw(st.booleans()) else None,
    )


def test_the_line_is_cut_where_some_market_starts_or_stops_to_pay() -> None:
    grid = AtomGrid.from_intervals([GridInterval(None, 70), GridInterval(71, 72)])
    assert grid.edges == (71, 73)
    assert grid.size == 3
    assert grid.atoms == (GridInterval(None, 70), GridInterval(71, 72), GridInterval(73, None))
    assert [grid.locate(index) for index in (70, 71, 72, 73)] == [0, 1, 1, 2]


def test_nested_thresholds_pay_a_staircase() -> None:
    thresholds = [GridInterval(3, None), GridInterval(4, None), GridInterval(5, None)]
    payoff = AtomGrid.from_intervals(thresholds).payoff(thresholds)
    assert payoff.dtype == np.bool_
    assert payoff.astype(int).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_a_partition_pays_exactly_one_market_on_each_atom() -> None:
    bins = [GridInterval(73, None), GridInterval(None, 70), GridInterval(71, 72)]
    payoff = AtomGrid.from_intervals(bins).payoff(bins)
    assert payoff.astype(int).tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


@given(st.lists(intervals(), min_size=1, max_size=8))
def test_payoff_rows_match_the_strike_rule_on_every_settlement_value(
    markets: list[GridInterval],
) -> None:
    grid = AtomGrid.from_intervals(markets)
    payoff = grid.payoff(markets)
    assert payoff.shape == (grid.size, len(markets))
    for index in range(-25, 26):
        atom = grid.locate(index)
        assert index in grid.atoms[atom]
        assert payoff[atom].tolist() == [index in market for market in markets]


@given(st.lists(intervals(), min_size=1, max_size=8))
def test_atoms_are_the_coarsest_bins_of_constant_payoff(markets: list[GridInterval]) -> None:
    payoff = AtomGrid.from_intervals(markets).payoff(markets)
    assert (payoff[1:] != payoff[:-1]).any(axis=1).all()


@pytest.mark.parametrize("market", [GridInterval(4, None), GridInterval(None, 4)])
def test_a_market_that_splits_an_atom_is_refused(market: GridInterval) -> None:
    with pytest.raises(BadLadder, match="does not fall on the edges"):
        AtomGrid((3, 6)).payoff([market])


@pytest.mark.parametrize(
    "edges", [(4, 3), (3, 3), (True, 3), (0.5, 1.5)], ids=["falls", "repeats", "bool", "float"]
)
def test_edges_that_do_not_increase_by_integers_are_refused(edges: tuple[int, ...]) -> None:
    build: Callable[[tuple[int, ...]], AtomGrid] = AtomGrid
    with pytest.raises(BadLadder):
        build(edges)


def test_a_line_without_cuts_is_one_atom() -> None:
    grid = AtomGrid(())
    assert grid.size == 1
    assert grid.payoff([GridInterval(None, None)]).tolist() == [[True]]
