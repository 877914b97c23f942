"""Walk-forward forecasts of past CPI prints, from history files."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import GridPmf, StudentT, on_grid, on_grid_through
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.cpi.archive import (
    CORE_PRINT,
    MOM_PRINT,
    YOY_PRINT,
    Archive,
    morning_of,
    read_archive,
)
from kalshi_alpha.strategies.cpi.forecast import CORE_MOM, MOM, YOY
from kalshi_alpha.strategies.cpi.levels import (
    SEASONAL_ERROR_SD,
    SEASONAL_ERROR_SD_STALE,
    UNADJUSTED,
    YearlyBase,
)
from kalshi_alpha.strategies.cpi.market_replay import BASELINES, market_replays, past_print
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.past_mean import MEAN_MONTHS, around_past_mean
from kalshi_alpha.strategies.cpi.skill import TENTHS
from kalshi_alpha.strategies.cpi.walk import Latent, Walk
from kalshi_alpha.strategies.replay import Awaited, Replay

FIRST_MONTH = date(2021, 10, 1)
LO, HI = -50, 150
"""Bins of every replay, in tenths of a percent; the ends take the tails."""
_CLOCK = time(6, 30)
_CORE_MONTHS = 3 * MEAN_MONTHS


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A printed quantity: whose prints it is scored on, and how a month of it is forecast."""

    key: str
    measure: str
    forecast: Callable[[date, datetime], tuple[FloatArray, float]]


def replay(history: History, first: date | None, last: date | None) -> tuple[Replay, ...]:
    """Forecast each past print at 06:30 New York time of its release day, and before.

    Parameters
    ----------
    history
        Files as `docs/reference/history-format.md` describes them.
    first, last
        Bounds of the reference month; from October 2021 on by default.

    Returns
    -------
    tuple of Replay
        ``cpi_mom``, ``cpi_yoy`` and ``cpi_core_mom``, then ``cpi_mom@1d``, ``@7d`` and ``@14d``
        where market snapshots are at hand. A month whose inputs are missing is left out; one that
        is in the calendar and has no print is `Replay.awaited`.

    Raises
    ------
    MissingData, TornFile
        If a file that is needed is absent or cannot be read.
    """
    archive = read_archive(history)
    walk = Walk(archive)
    months = [
        month
        for month in sorted(archive.releases)
        if (first or FIRST_MONTH) <= month and (last is None or month <= last)
    ]
    quantities = (
        _Quantity(MOM, MOM_PRINT, lambda month, clock: monthly(walk.latent(month, clock))),
        _Quantity(YOY, YOY_PRINT, lambda month, clock: _yearly(archive, walk, month, clock)),
        _Quantity(CORE_MOM, CORE_PRINT, lambda _, clock: _core(archive, clock)),
    )
    mornings = [_replay(archive, each, months) for each in quantities]
    printed = archive.prints[MOM_PRINT].keys() | archive.prints[YOY_PRINT].keys()
    leads = market_replays(history, archive, walk, [m for m in months if m in printed])
    return tuple(each for each in (*mornings, *leads) if each.days)


def monthly(latent: Latent) -> tuple[FloatArray, float]:
    """Return the PMF of a monthly print and its latent mean."""
    return np.asarray(on_grid(latent.dist, TENTHS, LO, HI).probs), latent.dist.mean


def _replay(archive: Archive, quantity: _Quantity, months: Sequence[date]) -> Replay:
    days, clocks, pmfs, means, outcomes = [], [], [], [], []
    baselines: dict[str, list[FloatArray]] = {name: [] for name in BASELINES}
    awaited: list[Awaited] = []
    for month in months:
        clock = morning_of(archive.releases[month], _CLOCK)
        prints = archive.known_prints(quantity.measure, clock)
        try:
            pmf, mean = quantity.forecast(month, clock)
            plain = {name: past_print(prints, span, LO, HI) for name, span in BASELINES.items()}
        except MissingData:
            continue  # a month without its inputs has no forecast, as in a live run
        printed = archive.prints[quantity.measure].get(month)
        if printed is None:
            awaited.append(Awaited(month, clock, GridPmf(TENTHS, LO, pmf)))
            continue
        days.append(month)
        clocks.append(clock)
        pmfs.append(pmf)
        means.append(mean)
        outcomes.append(math.floor(10.0 * printed + 0.5))
        for name, probs in plain.items():
            baselines[name].append(probs)
    return Replay(
        key=quantity.key,
        days=tuple(days),
        known_at=tuple(clocks),
        grid=TENTHS,
        lo=LO,
        pmfs=_stacked(pmfs),
        means=np.array(means, dtype=np.float64),
        outcomes=np.array(outcomes, dtype=np.int64),
        baselines={name: _stacked(each) for name, each in baselines.items()},
        units=tuple(f"CPI-{month:%Y-%m}" for month in days),
        awaited=tuple(awaited),
    )


def _yearly(archive: Archive, walk: Walk, month: date, clock: datetime) -> tuple[FloatArray, float]:
    """Carry the monthly latent to the yearly print, as the live forecast does."""
    dist = walk.latent(month, clock).dist
    seasonal, years = archive.seasonal_pct(month, clock, core=False)
    stale = years > 1 or month.month == 1
    base = YearlyBase(
        previous_e3=_thousandths(archive.level(UNADJUSTED, months_before(month, 1), clock)),
        year_ago_e3=_thousandths(archive.level(UNADJUSTED, months_before(month, 12), clock)),
        seasonal_pct=seasonal,
        seasonal_error_sd=SEASONAL_ERROR_SD_STALE if stale else SEASONAL_ERROR_SD,
    )
    pmf = on_grid_through(dist, base.adjusted_pct, TENTHS, LO, HI, error_sd=base.seasonal_error_sd)
    return np.asarray(pmf.probs), base.yearly_pct(dist.mean)


def _core(archive: Archive, clock: datetime) -> tuple[FloatArray, float]:
    # First prints only, as a calibration has them.
    dist: StudentT = around_past_mean(
        archive.first_prints(CORE_PRINT, clock)[-_CORE_MONTHS:], MEAN_MONTHS
    )
    return np.asarray(on_grid(dist, TENTHS, LO, HI).probs), dist.mean


def _thousandths(level: float) -> int:
    return round(1000.0 * level)


def _stacked(rows: Sequence[FloatArray]) -> FloatArray:
    return np.stack(rows) if rows else np.empty((0, HI - LO + 1))
