"""Atoms: the coarsest bins on which every payoff of a ladder is constant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.grid_interval import GridInterval


@dataclass(frozen=True, slots=True)
class AtomGrid:
    """The integer line cut at ``edges``.

    Atom 0 is ``(-inf, edges[0] - 1]``, atom ``i`` is ``[edges[i - 1], edges[i] - 1]`` and the last
    is ``[edges[-1], +inf)``; without edges there is a single atom.

    Raises
    ------
    BadLadder
        If the edges are not strictly increasing integers.
    """

    edges: tuple[int, ...]

    def __post_init__(self) -> None:
        if not all(type(edge) is int for edge in self.edges):
            raise BadLadder(f"atom edges must be integers, were {self.edges}")
        if not all(low < high for low, high in zip(self.edges, self.edges[1:], strict=False)):
            raise BadLadder(f"atom edges must increase, were {self.edges}")

    @classmethod
    def from_intervals(cls, intervals: Sequence[GridInterval]) -> AtomGrid:
        """Cut the line where some market starts, or stops, to pay."""
        starts = {each.lo for each in intervals if each.lo is not None}
        stops = {each.hi + 1 for each in intervals if each.hi is not None}
        return cls(tuple(sorted(starts | stops)))

    @property
    def size(self) -> int:
        """The number of atoms."""
        return len(self.edges) + 1

    @property
    def atoms(self) -> tuple[GridInterval, ...]:
        """The atoms themselves, ascending."""
        lows: tuple[int | None, ...] = (None, *self.edges)
        highs: tuple[int | None, ...] = (*(edge - 1 for edge in self.edges), None)
        return tuple(GridInterval(lo, hi) for lo, hi in zip(lows, highs, strict=True))

    def locate(self, index: int) -> int:
        """Return which atom holds a settlement value given by its grid index."""
        return bisect_right(self.edges, index)

    def spans(self, intervals: Sequence[GridInterval]) -> tuple[IntArray, IntArray]:
        """Return the first atom of each interval and the one after its last.

        Raises
        ------
        BadLadder
            If an interval begins or ends inside an atom, where its payoff is not constant.
        """
        known = set(self.edges)
        for each in intervals:
            cuts = (each.lo, None if each.hi is None else each.hi + 1)
            if any(cut is not None and cut not in known for cut in cuts):
                raise BadLadder(f"[{each.lo}, {each.hi}] does not fall on the edges {self.edges}")
        first = [0 if each.lo is None else self.locate(each.lo) for each in intervals]
        stop = [self.size if each.hi is None else self.locate(each.hi) + 1 for each in intervals]
        return np.array(first, dtype=np.int64), np.array(stop, dtype=np.int64)

    def payoff(self, intervals: Sequence[GridInterval]) -> BoolArray:
        """Return the YES payoffs, of shape (n_atoms, n_markets); NO pays the opposite.

        Raises
        ------
        BadLadder
            If an interval begins or ends inside an atom.
        """
        first, stop = self.spans(intervals)
        atom = np.arange(self.size, dtype=np.int64)[:, np.newaxis]
        pays: BoolArray = (atom >= first) & (atom < stop)
        return pays
