"""The monthly latent as it stood at past clocks: its mean, and a spread from errors before."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.strategies.cpi.archive import CORE_PRINT, MOM_PRINT, Archive, today
from kalshi_alpha.strategies.cpi.bridge import bridge_pct, combined_pct
from kalshi_alpha.strategies.cpi.calibrate import MEAN
from kalshi_alpha.strategies.cpi.gasoline import GasMonth, month_mean
from kalshi_alpha.strategies.cpi.levels import UNADJUSTED
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.past_mean import MEAN_MONTHS
from kalshi_alpha.strategies.cpi.scale import MONTHS_LEAST, cold_scale, fit_scale

_GAS_DAYS = 120  # reaches back beyond the month before the reference month


@dataclass(frozen=True, slots=True)
class Latent:
    """Distribution of a month's adjusted change in percent, and how many errors it rests on."""

    dist: StudentT
    errors: int


@dataclass(slots=True)
class Walk:
    """Latents of past months; each knows only what its clock did.

    The spread at a clock is fitted on the errors that forecasts with the same lead made of the
    months printed before it. Where the monthly nowcasts do not reach back far enough, errors of
    the bank's yearly nowcasts stand before them: a yearly error of a month whose levels until
    then are published is a monthly one, but for the ratio of two levels.
    """

    archive: Archive
    _means: dict[tuple[date, datetime], float] = field(default_factory=dict)
    _gas: dict[date, float] = field(default_factory=dict)

    def latent(self, month: date, clock: datetime) -> Latent:
        """Return the latent of a month at a clock before its release.

        Raises
        ------
        MissingData
            If no nowcast of the month was known.
        """
        mean = self.mean(month, clock)
        errors = self._errors(clock, self.archive.release_at(month) - clock)
        values = np.array(list(errors.values()))
        if values.size < MONTHS_LEAST:
            return Latent(cold_scale(mean, values), values.size)
        model = fit_scale(values, np.array([self.gas_change(m) for m in errors]))
        return Latent(StudentT(mean, model.scale(), model.dof), values.size)

    def mean(self, month: date, clock: datetime) -> float:
        """Return the mean of nowcast and bridge as known at a clock.

        Raises
        ------
        MissingData
            If no nowcast of the month was known.
        """
        place = (month, clock)
        if place not in self._means:
            nowcast = self.archive.nowcast(month, clock)
            self._means[place] = combined_pct(nowcast, self._bridge(month, clock))
        return self._means[place]

    def gas_change(self, month: date) -> float:
        """Return the change of a finished month's mean pump price on the month before, percent."""
        if month not in self._gas:
            self._gas[month] = self._gas_change_by(month, months_before(month, -1))
        return self._gas[month]

    def _bridge(self, month: date, clock: datetime) -> float | None:
        core = self.archive.known_prints(CORE_PRINT, clock)[-MEAN_MONTHS:]
        try:
            seasonal_all, _ = self.archive.seasonal_pct(month, clock, core=False)
            seasonal_core, _ = self.archive.seasonal_pct(month, clock, core=True)
            gas = self._gas_change_by(month, today(clock) - timedelta(days=1))
        except MissingData:
            return None  # the nowcast then stands alone, as it does in a live run
        if core.size < MEAN_MONTHS:
            return None
        return bridge_pct(float(core.mean()), gas, seasonal_all, seasonal_core, MEAN.gas_beta)

    def _gas_change_by(self, month: date, by: date) -> float:
        start = by - timedelta(days=_GAS_DAYS)
        near = dict(self._prices_from(start, by))
        now, before = month_mean(near, month, by), month_mean(near, months_before(month, 1), by)
        return _percent(before, now)

    def _prices_from(self, start: date, by: date) -> list[tuple[date, float]]:
        days = (start + timedelta(days=n) for n in range((by - start).days + 1))
        return [(day, self.archive.gas[day]) for day in days if day in self.archive.gas]

    def _errors(self, clock: datetime, ahead: timedelta) -> Mapping[date, float]:
        """Return first print less mean of the months printed before the clock, oldest first."""
        printed = self.archive.prints[MOM_PRINT]
        own: dict[date, float] = {}
        for month in sorted(self.archive.nowcasts):
            if month in printed and self.archive.release_at(month) < clock:
                try:
                    own[month] = printed[month] - self.mean(
                        month, self.archive.release_at(month) - ahead
                    )
                except MissingData:
                    continue  # made too late for this lead
        first = min(own, default=today(clock))
        return {**self._yearly_errors(first, clock), **own}

    def _yearly_errors(self, first: date, clock: datetime) -> dict[date, float]:
        found: dict[date, float] = {}
        for month, nowcast in sorted(self.archive.yearly_nowcasts.items()):
            if month >= first:
                break
            try:
                level, before, year_ago = (
                    self.archive.level(UNADJUSTED, months_before(month, n), clock)
                    for n in (0, 1, 12)
                )
                self.gas_change(month)
            except MissingData:
                continue  # not printed by then
            error = 100.0 * (level / year_ago - 1.0) - nowcast
            found[month] = error * year_ago / before
        return found


def _percent(before: GasMonth, now: GasMonth) -> float:
    if not (before.days_seen and math.isfinite(now.mean_usd)):
        raise MissingData("no gasoline price of the month before is known")
    return 100.0 * (now.mean_usd / before.mean_usd - 1.0)
