from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.ladder_structure import LadderStructure, structure

WEATHER = [
    GridInterval(None, 70),
    GridInterval(71, 72),
    GridInterval(73, 74),
    GridInterval(75, None),
]


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        (WEATHER, LadderStructure.PARTITION),
        (WEATHER[::-1], LadderStructure.PARTITION),
        ([GridInterval(None, 3), GridInterval(4, None)], LadderStructure.PARTITION),
        ([GridInterval(None, None)], LadderStructure.PARTITION),
        ([GridInterval(4, None), GridInterval(3, None)], LadderStructure.ABOVE),
        ([GridInterval(4, None)], LadderStructure.ABOVE),
        ([GridInterval(None, 4), GridInterval(None, 3)], LadderStructure.BELOW),
        (WEATHER[:-1], LadderStructure.MIXED),
        (WEATHER[1:], LadderStructure.MIXED),
        ([*WEATHER[:1], *WEATHER[2:]], LadderStructure.MIXED),
        ([*WEATHER, GridInterval(74, None)], LadderStructure.MIXED),
        ([GridInterval(None, 3), GridInterval(5, None)], LadderStructure.MIXED),
        ([GridInterval(None, 4), GridInterval(4, None)], LadderStructure.MIXED),
        ([GridInterval(4, None), GridInterval(4, None)], LadderStructure.MIXED),
        ([GridInterval(None, 3), GridInterval(4, 4), GridInterval(4, None)], LadderStructure.MIXED),
        ([GridInterval(None, None), GridInterval(4, None)], LadderStructure.MIXED),
    ],
)
def test_a_ladder_is_classified_by_its_intervals(
    intervals: list[GridInterval], expected: LadderStructure
) -> None:
    assert structure(intervals) is expected


def test_a_ladder_without_markets_is_refused() -> None:
    with pytest.raises(BadLadder):
        structure([])


@given(st.sets(st.integers(-50, 50), max_size=12), st.randoms(use_true_random=False))
def test_the_atoms_of_any_cuts_are_a_partition_in_any_order(
    cuts: set[int], shuffler: Random
) -> None:
    atoms = list(AtomGrid(tuple(sorted(cuts))).atoms)
    shuffler.shuffle(atoms)
    assert structure(atoms) is LadderStructure.PARTITION
