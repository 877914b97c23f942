"""Walk-forward forecasts of one station: weekly refits, each day from what was known before it.

Where a day lacks an input, a sub-model of the inputs that are there is fitted on the days that
have them; where that has too few days, the best input less its recent error is used; and where
there is no guidance at all, climatology.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.strategies.weather.crps_shape import MEAN_ABSOLUTE, SD
from kalshi_alpha.strategies.weather.dispersion import dispersion
from kalshi_alpha.strategies.weather.emos import ROWS_LEAST, fit_emos, location_and_scale
from kalshi_alpha.strategies.weather.guidance import SD_LEAST_F, debiased_guidance
from kalshi_alpha.strategies.weather.panel import StationPanel
from kalshi_alpha.strategies.weather.patterns import Pattern, bias_of, pattern_of, training_rows
from kalshi_alpha.strategies.weather.refits import dispersed, refits

EMOS_PRIOR_DAYS = 30.0


class Source(IntEnum):
    """What a day's forecast was made by, in order of preference."""

    EMOS = 0
    GUIDANCE = 1
    CLIMATOLOGY = 2
    NONE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One station's forecasts, a row a day of its panel; NaN where there is none.

    ``mean`` and ``sd`` describe the latent maximum in degrees Fahrenheit. The shape is a Student
    t with six degrees of freedom where the source is EMOS, and a normal elsewhere.
    ``dispersion`` is the factor on EMOS scales of the day after the last.
    """

    mean: FloatArray
    sd: FloatArray
    source: IntArray
    dispersion: float = 1.0

    @classmethod
    def empty(cls, n: int) -> Walk:
        """Return a walk without any forecast."""
        return cls(np.full(n, np.nan), np.full(n, np.nan), np.full(n, int(Source.NONE)))

    def fill(self, found: tuple[FloatArray, FloatArray], by: Source, wanted: BoolArray) -> None:
        """Take over forecasts for wanted rows that have none yet."""
        rows = wanted & (self.source == Source.NONE) & np.isfinite(found[0])
        self.mean[rows], self.sd[rows] = found[0][rows], np.maximum(found[1][rows], SD_LEAST_F)
        self.source[rows] = by


def walk_forward(
    panel: StationPanel, climate: tuple[FloatArray, FloatArray], first: int = 0
) -> Walk:
    """Forecast a panel's days from its row ``first`` on.

    Days without any guidance are left out, unless the station never has any.

    Parameters
    ----------
    panel
        The station's days.
    climate
        Mean and standard deviation of `climatology_walk` over the same rows.
    first
        First row forecast.
    """
    n = panel.observed.size
    wanted = np.arange(n) >= first
    if panel.input_names:
        wanted &= panel.guided
    location, scale = _emos_walk(panel, first)
    factors = dispersion((panel.observed - location) / scale, MEAN_ABSOLUTE, EMOS_PRIOR_DAYS)
    blank = Walk.empty(n)
    walk = Walk(blank.mean, blank.sd, blank.source, float(factors[-1]))
    walk.fill((location, scale * factors[:n] * SD), Source.EMOS, wanted)
    walk.fill(debiased_guidance(panel), Source.GUIDANCE, wanted)
    walk.fill(dispersed(panel, climate), Source.CLIMATOLOGY, wanted)
    return walk


def _emos_walk(panel: StationPanel, first: int) -> tuple[FloatArray, FloatArray]:
    n = panel.observed.size
    location, scale = np.full(n, np.nan), np.full(n, np.nan)
    if not panel.input_names:
        return location, scale
    bias, guided = bias_of(panel), panel.guided
    fitted: dict[Pattern, FloatArray] = {}
    for row, served in refits(panel, first):
        known = training_rows(row)
        for pattern, rows in _by_pattern(panel, served[guided[served]]).items():
            learnt = pattern.complete(panel, known)
            if learnt.size < ROWS_LEAST:
                continue
            data = pattern.data(panel, bias, learnt)
            fitted[pattern] = fit_emos(data, panel.observed[learnt], fitted.get(pattern))
            found = location_and_scale(fitted[pattern], pattern.data(panel, bias, rows))
            location[rows], scale[rows] = found
    return location, scale


def _by_pattern(panel: StationPanel, rows: IntArray) -> dict[Pattern, IntArray]:
    members: dict[Pattern, list[int]] = {}
    for row in rows.tolist():
        members.setdefault(pattern_of(panel, row), []).append(row)
    return {pattern: np.array(found) for pattern, found in members.items()}
