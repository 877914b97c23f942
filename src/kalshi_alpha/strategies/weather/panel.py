"""One station's days as arrays: what was forecast for each, and what was observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter

LOWEST_F, HIGHEST_F = -60, 140
"""Whole degrees that a maximum can be; every PMF has these bins, every value outside is absent.

No station of the contiguous states has been below -70 or above 134; a number outside is a
sentinel such as 999 or a slipped digit.
"""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class StationPanel:
    """Consecutive climate days of a station; NaN is absent.

    Parameters
    ----------
    name
        Key of the station in results.
    first_day
        Days from 1970-01-01 to the first row's.
    input_names
        Names of the guidance values, in order of preference where only one can be used.
    inputs : ndarray of shape (n_days, n_inputs)
        Guidance of the day's maximum, degrees Fahrenheit, from bulletins before the decision.
    spread : ndarray of shape (n_days,)
        Standard deviation of an ensemble's members, degrees Fahrenheit.
    observed : ndarray of shape (n_days,)
        Maximum of the climate day, whole degrees Fahrenheit.

    Raises
    ------
    BadParameter
        If the shapes do not belong together.
    """

    name: str
    first_day: int
    input_names: tuple[str, ...]
    inputs: FloatArray
    spread: FloatArray
    observed: FloatArray

    def __post_init__(self) -> None:
        n = self.observed.size
        if self.inputs.shape != (n, len(self.input_names)) or self.spread.shape != (n,):
            raise BadParameter(
                f"{self.name}: inputs {self.inputs.shape}, spread {self.spread.shape}, {n} days"
            )

    @property
    def days(self) -> IntArray:
        """Days since 1970-01-01 of each row."""
        return np.arange(self.first_day, self.first_day + self.observed.size, dtype=np.int64)

    @property
    def guided(self) -> BoolArray:
        """Whether a day has any guidance at all."""
        return np.asarray(np.isfinite(self.inputs).any(axis=1))

    def date_of(self, row: int) -> date:
        """Return the climate day of a row."""
        return from_epoch(self.first_day + row)


def plausible(values: FloatArray) -> FloatArray:
    """Return temperatures in degrees Fahrenheit, with what cannot be one made absent."""
    inside = (values >= LOWEST_F) & (values <= HIGHEST_F)
    return np.where(inside, values, np.nan)


def plausible_spread(values: FloatArray) -> FloatArray:
    """Return standard deviations in degrees Fahrenheit; negative or above 40 is absent."""
    inside = (values >= 0.0) & (values <= 40.0)
    return np.where(inside, values, np.nan)


def to_epoch(day: date) -> int:
    """Return days since 1970-01-01."""
    return (day - _EPOCH).days


def from_epoch(days: int) -> date:
    """Return the date that is so many days after 1970-01-01."""
    return _EPOCH + timedelta(days=int(days))
