"""The par yield less the market quote of 15:30: two numbers that are made differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BASIS_DAYS = 20
BASIS_DAYS_LEAST = 5
_SD_LEAST_BP = 0.5
_SD_UNKNOWN_BP = 1.0


@dataclass(frozen=True, slots=True)
class Basis:
    """Mean and standard deviation of the difference in basis points, over how many days."""

    mean_bp: float
    sd_bp: float
    days: int

    @property
    def measured(self) -> bool:
        """Whether enough days were seen."""
        return self.days >= BASIS_DAYS_LEAST


UNKNOWN = Basis(0.0, _SD_UNKNOWN_BP, 0)
"""Where quotes of 15:30 were never kept: no difference, give or take a basis point."""


def basis_of(differences_bp: Sequence[float]) -> Basis:
    """Return the basis over the last twenty days, or `UNKNOWN` if there are fewer than five.

    The deviation is at least half a basis point: the par yield is rounded to a whole one.
    """
    last = np.asarray(differences_bp[-BASIS_DAYS:], dtype=np.float64)
    if last.size < BASIS_DAYS_LEAST:
        return UNKNOWN
    sd = max(float(last.std(ddof=1)), _SD_LEAST_BP)
    return Basis(round(float(last.mean()), 9), round(sd, 9), last.size)
