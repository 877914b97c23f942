"""What is known of a station at a decision clock: guidance, its past errors, reported maxima."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

import numpy as np

from kalshi_alpha.core.forecast import InputUsed
from kalshi_alpha.strategies.weather.history import HistoryDay, panel_of
from kalshi_alpha.strategies.weather.panel import (
    HIGHEST_F,
    LOWEST_F,
    StationPanel,
    from_epoch,
    to_epoch,
)
from kalshi_alpha.strategies.weather.rows import ClimateRow, GuidanceRow
from kalshi_alpha.strategies.weather.stations import Station

BULLETINS: Mapping[str, str] = MappingProxyType({"MAV": "gfs_mos", "MET": "nam_mos", "NBS": "nbs"})
"""Inputs by the bulletin that brings them. The gridded NBM maximum of the histories is another
quantity than the NBS bulletin's and never stands in for it."""

GUIDANCE_AGE_MAX = timedelta(hours=36)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """A station's days up to the last one forecast, and the inputs of the days ahead.

    ``used`` holds, by day and input name, the bulletin value of each day to be forecast.
    ``report`` is the newest final maximum, None if there is none yet.
    """

    panel: StationPanel
    used: Mapping[date, Mapping[str, InputUsed]]
    report: InputUsed | None

    def row_of(self, day: date) -> int:
        """Return the panel's row of a day."""
        return to_epoch(day) - self.panel.first_day


def known_of(
    days: Sequence[HistoryDay],
    station: Station,
    guidance: Iterable[GuidanceRow],
    finals: Mapping[tuple[str, date], ClimateRow],
    periods: Sequence[date],
    as_of: datetime,
) -> Known:
    """Continue a station's history with what the tables hold.

    Days past take the newest bulletin issued by the cycle's hour on their eve, as their history
    does; days ahead take the newest bulletin of all, if it is not older than 36 hours.

    Parameters
    ----------
    days
        History of the station and cycle, at least a day.
    station
        The station.
    guidance, finals
        Rows available at ``as_of``; final maxima by location and climate day.
    periods
        Days to be forecast, ascending.
    as_of
        The decision clock.
    """
    history = panel_of(days)
    last = max(to_epoch(periods[-1]), history.first_day + history.observed.size - 1)
    panel = _extended(history, last - history.first_day + 1)
    newest = _newest(guidance, station, days[0].cycle, periods, as_of)
    used: dict[date, dict[str, InputUsed]] = {day: {} for day in periods}
    for (day, name), row in newest.items():
        at = to_epoch(day) - panel.first_day
        if name not in panel.input_names or not 0 <= at < panel.observed.size:
            continue
        column = panel.input_names.index(name)
        if day in used or np.isnan(panel.inputs[at, column]):
            panel.inputs[at, column] = row.tmax_f
        if day in used:
            title = f"{station.icao} {row.model} {row.issued_at:%m-%d %HZ} maximum of {day}"
            used[day][name] = InputUsed(title, row.tmax_f, "F", row.available_at)
    return Known(panel, used, _report(panel, station, finals))


def _extended(history: StationPanel, n: int) -> StationPanel:
    """Return a copy with empty days added, so that there are n."""
    more = n - history.observed.size
    return StationPanel(
        history.name,
        history.first_day,
        history.input_names,
        np.pad(history.inputs, ((0, more), (0, 0)), constant_values=np.nan),
        np.pad(history.spread, (0, more), constant_values=np.nan),
        np.pad(history.observed, (0, more), constant_values=np.nan),
    )


def _newest(
    rows: Iterable[GuidanceRow],
    station: Station,
    cycle: int,
    periods: Sequence[date],
    as_of: datetime,
) -> dict[tuple[date, str], GuidanceRow]:
    found: dict[tuple[date, str], GuidanceRow] = {}
    for row in rows:
        name = BULLETINS.get(row.model)
        if row.station != station.icao or name is None or not LOWEST_F <= row.tmax_f <= HIGHEST_F:
            continue
        ahead = row.climate_day in periods
        fresh = as_of - row.issued_at <= GUIDANCE_AGE_MAX
        if not (fresh if ahead else row.issued_at <= _eve(row.climate_day, cycle)):
            continue
        key = row.climate_day, name
        if key not in found or row.issued_at > found[key].issued_at:
            found[key] = row
    return found


def _eve(day: date, cycle: int) -> datetime:
    return datetime.combine(day - _ONE_DAY, time(cycle), UTC)


def _report(
    panel: StationPanel, station: Station, finals: Mapping[tuple[str, date], ClimateRow]
) -> InputUsed | None:
    """Write reported maxima into the panel where history has none; return the newest."""
    newest: InputUsed | None = None
    for (code, day), row in sorted(finals.items()):
        at = to_epoch(day) - panel.first_day
        inside = row.value_f is not None and LOWEST_F <= row.value_f <= HIGHEST_F
        if code != station.code or not inside or not 0 <= at < panel.observed.size:
            continue
        if np.isnan(panel.observed[at]):
            panel.observed[at] = row.value_f
        title = f"CLI{code} final maximum of {day}"
        newest = InputUsed(title, float(panel.observed[at]), "F", row.available_at)
    return newest


def last_reported(panel: StationPanel) -> date | None:
    """Return the last day whose maximum is known."""
    rows = np.flatnonzero(np.isfinite(panel.observed))
    return from_epoch(panel.first_day + int(rows[-1])) if rows.size else None
