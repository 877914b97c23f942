"""What each market of one ladder pays, atom by atom of the settlement value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ladder import UNBOUNDED_ABOVE, UNBOUNDED_BELOW
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.risk.pal import Exposure
from kalshi_alpha.core.types import Side


@dataclass(frozen=True, slots=True, eq=False)
class LadderPayoffs:
    """The atoms of a ladder and its YES payoffs.

    The array form of `AtomGrid`, because a scan needs it for every ladder.

    Parameters
    ----------
    edges : integer ndarray of shape (n_atoms - 1,)
        Where one atom ends and the next begins, ascending.
    pays_yes : boolean ndarray of shape (n_atoms, n_markets)
    tickers
        The markets, in the order of the columns.
    """

    edges: IntArray
    pays_yes: BoolArray
    tickers: tuple[str, ...]

    @classmethod
    def of(cls, table: MarketTable, ladder: int) -> LadderPayoffs:
        """Cut the line where some market of the ladder starts, or stops, to pay."""
        rows = table.rows_of(ladder)
        lo, hi = table.lo[rows], table.hi[rows]
        cuts = np.concatenate((lo[lo != UNBOUNDED_BELOW], hi[hi != UNBOUNDED_ABOVE] + 1))
        edges = np.array(sorted(set(cuts.tolist())), dtype=np.int64)
        first = np.append(UNBOUNDED_BELOW, edges)[:, np.newaxis]
        tickers = tuple([market.ticker for market in table.markets[rows]])
        return cls(edges, (lo <= first) & (first <= hi), tickers)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return int(self.edges.size) + 1

    def wins(self, ticker: str, side: Side) -> BoolArray:
        """Return the atoms in which a side of a market pays, shape (n_atoms,).

        A market that the ladder does not list pays nowhere: what cannot be read is not counted
        on.
        """
        if ticker not in self.tickers:
            return np.zeros(self.n_atoms, dtype=np.bool_)
        pays: BoolArray = self.pays_yes[:, self.tickers.index(ticker)] == (side is Side.YES)
        return pays

    def paid(self, held: Sequence[Exposure]) -> FloatArray:
        """Return the dollars that holdings pay in each atom, shape (n_atoms,)."""
        total = np.zeros(self.n_atoms)
        for each in held:
            total += np.where(self.wins(each.ticker, each.side), each.contracts.count, 0.0)
        return total

    def probs(self, pmf: GridPmf) -> FloatArray:
        """Return the forecast's probability of each atom, shape (n_atoms,)."""
        return pmf.atom_probs(self.edges.tolist())
