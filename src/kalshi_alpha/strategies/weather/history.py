"""The days that a calibration learns from: what was forecast for each, and what was reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
import numpy as np

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.weather.panel import (
    HIGHEST_F,
    LOWEST_F,
    StationPanel,
    to_epoch,
)
from kalshi_alpha.strategies.weather.stations import BY_ICAO

Fahrenheit = Annotated[float, msgspec.Meta(ge=LOWEST_F, le=HIGHEST_F)]
Spread = Annotated[float, msgspec.Meta(ge=0, le=40)]

INPUT_NAMES = ("nbm_gridded", "nbs", "gfs_mos", "nam_mos", "hrrr")
"""Guidance that a history can hold, best first where a single one has to do."""

DAY_AHEAD_CYCLE = 12
_REPORTED = time(12)  # final reports are out between 05 and 10 UTC of the next day
_SOURCE = "weather history"


class HistoryDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """One climate day at one station.

    Attributes
    ----------
    station
        ICAO identifier.
    day
        Climate day, midnight to midnight of local standard time.
    observed
        Maximum in the final climate report, whole degrees Fahrenheit.
    cycle
        Hour of the clock on the eve, UTC, by which every bulletin below was out.
    nbm_gridded, nbs, gfs_mos, nam_mos, hrrr
        Guidance of the maximum, degrees Fahrenheit: largest gridded hourly value of the National
        Blend, its text bulletin, GFS and NAM MOS, and HRRR; None where there was none.
    gefs_spread
        Standard deviation of the GEFS members, degrees Fahrenheit.
    """

    station: str
    day: date
    observed: Fahrenheit
    cycle: Literal[0, 6, 12, 18] = 12
    nbm_gridded: Fahrenheit | None = None
    nbs: Fahrenheit | None = None
    gfs_mos: Fahrenheit | None = None
    nam_mos: Fahrenheit | None = None
    hrrr: Fahrenheit | None = None
    gefs_spread: Spread | None = None

    @property
    def key(self) -> tuple[str, int, date]:
        """What a row is about: station, cycle, day."""
        return self.station, self.cycle, self.day

    @property
    def known_at(self) -> datetime:
        """Instant by which the final report is out: 12 UTC of the following day."""
        return datetime.combine(self.day + timedelta(days=1), _REPORTED, UTC)


def read_history(
    rows: Sequence[Mapping[str, object]], as_of: datetime | None = None
) -> tuple[HistoryDay, ...]:
    """Read history rows by station, cycle and day, keeping those reported by ``as_of``.

    Raises
    ------
    ParseRefused
        If a row lacks a value or holds an impossible one, a day repeats, or a station is none
        whose climate day is known.
    """
    try:
        days = [msgspec.convert(row, HistoryDay) for row in rows]
    except msgspec.ValidationError as error:
        raise ParseRefused(_SOURCE, str(error)) from error
    days.sort(key=lambda each: each.key)
    for before, after in pairwise(days):
        if before.key == after.key:
            raise ParseRefused(_SOURCE, f"{after.station} {after.day} occurs twice")
    for each in days:
        if each.station not in BY_ICAO:
            raise ParseRefused(_SOURCE, f"{each.station} is not among the stations known")
    return tuple(each for each in days if as_of is None or each.known_at <= as_of)


def panel_of(days: Sequence[HistoryDay], *, ahead: int = 0) -> StationPanel:
    """Lay one station's and cycle's days out in a row, without gaps.

    Parameters
    ----------
    days
        At least one day, of one station and cycle, in ascending order.
    ahead
        Empty days to add after the last.
    """
    first = to_epoch(days[0].day)
    n = to_epoch(days[-1].day) - first + 1 + ahead
    rows = np.array([to_epoch(each.day) - first for each in days])
    names = tuple(
        name for name in INPUT_NAMES if any(getattr(each, name) is not None for each in days)
    )
    inputs, spread, observed = np.full((n, len(names)), np.nan), *np.full((2, n), np.nan)
    for column, name in enumerate(names):
        inputs[rows, column] = [_number(getattr(each, name)) for each in days]
    spread[rows] = [_number(each.gefs_spread) for each in days]
    observed[rows] = [each.observed for each in days]
    return StationPanel(days[0].station, first, names, inputs, spread, observed)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
