"""Walk-forward forecasts of the past, in the form in which they are scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.types import SettlementGrid


@dataclass(frozen=True, slots=True, eq=False)
class Awaited:
    """A forecast made at its clock of what is not printed yet, and may never be.

    Nobody who decides knows whether a print will come: what is traded on is every forecast, and
    only what is scored needs a print.

    Raises
    ------
    BadParameter
        If the clock carries no zone.
    """

    day: date
    known_at: datetime
    pmf: GridPmf

    def __post_init__(self) -> None:
        if self.known_at.tzinfo is None:
            raise BadParameter(f"the forecast of {self.day}: a clock carries no zone")


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Forecasts of one key, each made from what was known at its own clock.

    Parameters
    ----------
    key
        What the rows have in common: a quantity (``cpi_mom``), a station (``KNYC``) or a lead.
    days
        What each forecast is about: first of the month, week-ending day, trading or climate day.
    known_at
        The decision clocks, UTC; no input of a row became available later.
    grid, lo
        Settlement grid, and the index of the first bin of every PMF.
    pmfs : ndarray of shape (n, n_bins)
        The model's probabilities of the printed value.
    means : ndarray of shape (n,)
        The latent means, in the grid's unit, for point errors.
    outcomes : ndarray of int, shape (n,)
        Grid index of what was printed first.
    baselines
        By name: PMFs over the same bins, made from no more than what was known either.
    units
        Risk unit of each row: what settles together is one observation.
    weights
        Of each row: the weight that our side had in the baseline ``pooled``; empty without one.
    awaited
        Forecasts by the same model of what was not printed; they are no rows and are not scored.

    Raises
    ------
    BadParameter
        If lengths differ, an outcome lies outside the bins, or a clock carries no zone.
    """

    key: str
    days: tuple[date, ...]
    known_at: tuple[datetime, ...]
    grid: SettlementGrid
    lo: int
    pmfs: FloatArray
    means: FloatArray
    outcomes: IntArray
    baselines: Mapping[str, FloatArray]
    units: tuple[str, ...]
    weights: tuple[float, ...] = ()
    awaited: tuple[Awaited, ...] = ()

    def __post_init__(self) -> None:
        n, bins = self.pmfs.shape
        lengths = {len(self.days), len(self.known_at), self.means.size, self.outcomes.size}
        if lengths | {len(self.units)} != {n}:
            raise BadParameter(f"replay of {self.key}: columns of different length")
        if self.weights and len(self.weights) != n:
            raise BadParameter(f"replay of {self.key}: {len(self.weights)} weights for {n} rows")
        if any(pmfs.shape != (n, bins) for pmfs in self.baselines.values()):
            raise BadParameter(f"replay of {self.key}: a baseline is on other bins")
        inside = (self.outcomes >= self.lo) & (self.outcomes < self.lo + bins)
        if not inside.all():
            day = self.days[int(np.flatnonzero(~inside)[0])]
            raise BadParameter(f"replay of {self.key}: the print of {day} lies outside the bins")
        if any(at.tzinfo is None for at in self.known_at):
            raise BadParameter(f"replay of {self.key}: a clock carries no zone")

    def forecasts(self) -> Iterator[Awaited]:
        """Yield every forecast as its clock knew it, whether or not a print came later."""
        for day, known_at, probs in zip(self.days, self.known_at, self.pmfs, strict=True):
            yield Awaited(day, known_at, GridPmf(self.grid, self.lo, probs))
        yield from self.awaited
