"""The forecast of a printed value: probabilities of the settlement grid's points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.types import SettlementGrid

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class GridPmf:
    """Probabilities of the outcomes ``lo``, ``lo + 1``, ... in steps of the settlement grid.

    ``probs`` may be given as any sequence; it is kept as a read-only array, unchanged.

    Raises
    ------
    InvalidPmf
        If there is no outcome, an entry is negative or not finite, or the sum differs from 1 by
        more than 1e-9.
    """

    grid: SettlementGrid
    lo: int
    probs: FloatArray
    _below: FloatArray = field(init=False, repr=False)  # P(X < lo + i), i = 0..n
    _above: FloatArray = field(init=False, repr=False)  # P(X >= lo + i), i = 0..n

    def __post_init__(self) -> None:
        probs = _validated(self.probs)
        # Summing from both ends keeps each tail's own accuracy: 1 - cdf would lose the upper one.
        # What each whole sum misses of 1 is float dust: all outcomes together are certain.
        below = np.concatenate(([0.0], np.minimum(np.cumsum(probs[:-1]), 1.0), [1.0]))
        above = np.concatenate(([1.0], np.minimum(np.cumsum(probs[:0:-1])[::-1], 1.0), [0.0]))
        for name, array in (("probs", probs), ("_below", below), ("_above", above)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GridPmf):
            return NotImplemented
        same_place = self.grid == other.grid and self.lo == other.lo
        return same_place and np.array_equal(self.probs, other.probs)

    def __hash__(self) -> int:
        return hash((self.grid, self.lo, self.probs.tobytes()))

    def __len__(self) -> int:
        return self.probs.size

    @classmethod
    def point(cls, grid: SettlementGrid, at: int) -> GridPmf:
        """Return all mass on one outcome."""
        return cls(grid, at, np.ones(1))

    @property
    def hi(self) -> int:
        """Index of the last outcome."""
        return self.lo + self.probs.size - 1

    @property
    def indices(self) -> IntArray:
        """Grid indices of the outcomes, ascending."""
        return np.arange(self.lo, self.hi + 1, dtype=np.int64)

    @property
    def mean(self) -> float:
        """Expected printed value, in the grid's unit."""
        return float(self.probs @ self.indices) * float(self.grid.step)

    @property
    def sd(self) -> float:
        """Standard deviation of the printed value, in the grid's unit."""
        indices = self.indices
        gaps = indices - float(self.probs @ indices)
        return math.sqrt(float(self.probs @ (gaps * gaps))) * float(self.grid.step)

    def pmf(self, k: int) -> float:
        """Return P(X = k); zero outside the outcomes."""
        return float(self.probs[k - self.lo]) if self.lo <= k <= self.hi else 0.0

    def cdf(self, k: int) -> float:
        """Return P(X <= k)."""
        return float(self._below[self._position(k + 1)])

    def survival(self, k: int) -> float:
        """Return P(X > k), the fair value of a ``greater`` rung whose strike is k."""
        return float(self._above[self._position(k + 1)])

    def prob(self, lo: int | None, hi: int | None) -> float:
        """Return P(lo <= X <= hi); None is unbounded, and an empty interval has probability 0."""
        first = 0 if lo is None else self._position(lo)
        after = self.probs.size if hi is None else self._position(hi + 1)
        if first >= after:
            return 0.0
        return min(float(self.probs[first:after].sum()), 1.0)

    def survival_at(self, strikes: IntArray) -> FloatArray:
        """Return P(X > k) for an array of grid indices k of any shape."""
        positions = np.clip(strikes + 1 - self.lo, 0, self.probs.size)
        return np.asarray(self._above[positions])

    def atom_probs(self, edges: Sequence[int]) -> FloatArray:
        """Return the probability of each atom that ascending edges cut the line into.

        Parameters
        ----------
        edges : sequence of int, length n
            Atom 0 is everything below ``edges[0]``, atom i is ``edges[i-1] .. edges[i] - 1``, and
            the last atom is ``edges[-1]`` and everything above.

        Returns
        -------
        ndarray of shape (n + 1,)
            Probabilities, summing to 1 within 1e-9.

        Raises
        ------
        BadParameter
            If the edges do not increase strictly.
        """
        cuts = np.asarray(edges, dtype=np.int64)
        if cuts.size and not (np.diff(cuts) > 0).all():
            raise BadParameter(f"atom edges must increase, were {tuple(edges)}")
        positions = np.clip(cuts - self.lo, 0, self.probs.size)
        bounds = np.concatenate(([0], positions, [self.probs.size]))
        # reduceat would return the next entry for an empty atom; the padding makes that entry 0.
        sums = np.add.reduceat(np.append(self.probs, 0.0), bounds[:-1])
        return np.where(np.diff(bounds) > 0, sums, 0.0)

    def _position(self, k: int) -> int:
        return min(max(k - self.lo, 0), self.probs.size)


def _validated(probs: FloatArray | Sequence[float]) -> FloatArray:
    checked = np.array(probs, dtype=np.float64)
    if checked.ndim != 1 or not checked.size:
        raise InvalidPmf(f"a PMF is a non-empty list of probabilities, had shape {checked.shape}")
    total = float(checked.sum())
    # Stated as what must hold, so that a NaN fails too.
    if not (float(checked.min()) >= 0.0 and abs(total - 1.0) <= SUM_TOLERANCE):
        raise InvalidPmf(f"smallest probability {checked.min():.3g}, sum {total:.12g}")
    return checked
