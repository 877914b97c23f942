"""Honesty bins in a scan: how much of an edge is believed, and how large its order may be.

The ramp works a weight and two caps out for every bin of side, price and lead time. In a scan they
are looked up for whole arrays of prices at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.honesty_bins import (
    LEAD_EDGES_HOURS,
    LEAD_NAMES,
    PRICE_EDGES_E4,
    PRICE_NAMES,
    BinKey,
)
from kalshi_alpha.core.ramp.size import NO_EVIDENCE, BinTerms
from kalshi_alpha.core.types import E2_PER_CONTRACT, Side

_SIDES = (Side.YES, Side.NO)
_NO_CEILING = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class BinTable:
    """What every bin of one family allows, as arrays of shape (n_leads, 2, n_prices).

    Parameters
    ----------
    weight
        Factor on the shrink, in [0, 1].
    cap
        Factor on the largest order and on the Kelly cap, in [0, 1].
    lots_e2
        Largest order in hundredths of contracts.
    """

    weight: FloatArray
    cap: FloatArray
    lots_e2: IntArray

    @classmethod
    def of(cls, bins: Mapping[BinKey, BinTerms], family: str) -> Self:
        """Lay out a family's bins; one that nobody has filled in yet allows a single contract."""
        terms = [
            bins.get(BinKey(family, side, price, lead), NO_EVIDENCE)
            for lead in LEAD_NAMES
            for side in _SIDES
            for price in PRICE_NAMES
        ]
        shape = (len(LEAD_NAMES), len(_SIDES), len(PRICE_NAMES))
        lots = [
            _NO_CEILING if each.cap_lots is None else each.cap_lots * E2_PER_CONTRACT
            for each in terms
        ]
        return cls(
            np.array([each.weight for each in terms]).reshape(shape),
            np.array([each.cap for each in terms]).reshape(shape),
            np.array(lots, dtype=np.int64).reshape(shape),
        )

    def weights(self, hours: FloatArray, side: IntArray, price_e4: IntArray) -> FloatArray:
        """Return the weights of orders; the three arrays broadcast against each other.

        Parameters
        ----------
        hours : ndarray
            From the order to its market's close.
        side : integer ndarray
            0 for YES, 1 for NO.
        price_e4 : integer ndarray
            Price of the side, in 1e-4 dollars.

        Raises
        ------
        BadParameter
            If a lead time is not a number.
        """
        return np.asarray(self.weight[_lead(hours), side, _price(price_e4)])

    def ceilings(
        self, hours: FloatArray, side: IntArray, price_e4: IntArray
    ) -> tuple[FloatArray, IntArray]:
        """Return the factor on the caps and the largest order of orders, as `weights` does."""
        at = (_lead(hours), side, _price(price_e4))
        return np.asarray(self.cap[at]), np.asarray(self.lots_e2[at])

    def lower_than(self, other: BinTable) -> int:
        """Return how many bins allow less than another table's, by weight, by cap or by lots."""
        # Stated as what must hold, so that a NaN fails too.
        holds = (
            (self.weight >= other.weight)
            & (self.cap >= other.cap)
            & (self.lots_e2 >= other.lots_e2)
        )
        return int((~holds).sum())


def _lead(hours: FloatArray) -> IntArray:
    if np.isnan(hours).any():
        raise BadParameter("a lead time is not a number")
    # An upper edge belongs to the bucket below it, as in the ledger's own bins.
    return np.searchsorted(LEAD_EDGES_HOURS, hours, side="left")


def _price(price_e4: IntArray) -> IntArray:
    return np.searchsorted(PRICE_EDGES_E4, price_e4, side="left")
