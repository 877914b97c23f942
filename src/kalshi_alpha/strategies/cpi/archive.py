"""The CPI's history files, read once, and what was known of them at a past clock."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.cpi.levels import (
    ADJUSTED,
    ADJUSTED_CORE,
    SEASONAL_YEARS_MAX,
    UNADJUSTED,
    UNADJUSTED_CORE,
)
from kalshi_alpha.strategies.cpi.months import months_before

MOM_PRINT, CORE_PRINT, YOY_PRINT = "cpi_mom_pct", "core_cpi_mom_pct", "cpi_yoy_pct"
_ZONE = ZoneInfo("America/New_York")
_VINTAGE_NAMES = {"CPIAUCSL": ADJUSTED, "CPILFESL": ADJUSTED_CORE}
_LEVEL_FILES = {UNADJUSTED: "CPIAUCNS.csv", UNADJUSTED_CORE: "CPILFENS.csv"}
_RELEASE_TIME = time(8, 30)

Series = Mapping[date, float]


@dataclass(frozen=True, slots=True)
class Archive:
    """History by reference month (its first day) or by day, nothing filtered yet.

    Parameters
    ----------
    releases
        Release day of each month.
    prints
        By measure: the first print of each month, percent.
    earlier
        By measure: monthly changes before the first of the prints, oldest first, as the newest
        vintage showed them that came out before it.
    nowcasts
        By target month: label days and values, oldest first; a value holds to the next label.
    yearly_nowcasts
        By target month: the last year-on-year nowcast made inside the month, percent.
    gas
        Pump price by the day on which it was shown, dollars.
    unadjusted
        By series: index levels, which are never revised.
    vintages
        By series: vintage days in order, with the adjusted levels as shown then.
    """

    releases: Mapping[date, date]
    prints: Mapping[str, Series]
    earlier: Mapping[str, FloatArray]
    nowcasts: Mapping[date, tuple[tuple[date, ...], tuple[float, ...]]]
    yearly_nowcasts: Series
    gas: Series
    unadjusted: Mapping[str, Series]
    vintages: Mapping[str, tuple[tuple[date, Series], ...]]

    def release_at(self, month: date) -> datetime:
        """Return the instant of a month's first print."""
        return datetime.combine(self.releases[month], _RELEASE_TIME, _ZONE)

    def first_prints(self, measure: str, clock: datetime) -> FloatArray:
        """Return the first prints released before the clock, oldest first."""
        found = self.prints[measure]
        return np.array([found[m] for m in sorted(found) if self.release_at(m) < clock])

    def known_prints(self, measure: str, clock: datetime) -> FloatArray:
        """Return the same, with the changes of earlier months before them."""
        known = self.first_prints(measure, clock)
        return (
            np.concatenate((self.earlier.get(measure, np.empty(0)), known)) if known.size else known
        )

    def nowcast(self, month: date, clock: datetime) -> float:
        """Return the newest nowcast whose label day was over at the clock.

        Raises
        ------
        MissingData
            If there is none.
        """
        labels, values = self.nowcasts.get(month, ((), ()))
        place = bisect_left(labels, today(clock))
        if not place:
            raise MissingData(f"no nowcast of {month:%Y-%m} was known at {clock}")
        return values[place - 1]

    def level(self, series: str, month: date, clock: datetime) -> float:
        """Return an unadjusted level released before the clock.

        Raises
        ------
        MissingData
            If it does not exist, or was not out yet.
        """
        found = self.unadjusted.get(series, {}).get(month)
        released = self.releases.get(month)
        out = (
            self.release_at(month) < clock
            if released is not None
            else months_before(month, -2) <= today(clock)
        )
        if found is None or not out:
            raise MissingData(f"the index {series} of {month:%Y-%m} is not at hand")
        return found

    def seasonal_pct(self, month: date, clock: datetime, *, core: bool) -> tuple[float, int]:
        """Return unadjusted less adjusted change of the month in an earlier year, and its age.

        The newest vintage shown before the clock's day is read; where it does not reach the
        same month of last year, an older year stands in.

        Raises
        ------
        MissingData
            If no vintage holds the month within four years.
        """
        adjusted, plain = (ADJUSTED_CORE, UNADJUSTED_CORE) if core else (ADJUSTED, UNADJUSTED)
        shown = [each for day, each in self.vintages.get(adjusted, ()) if day < today(clock)]
        for years in range(1, SEASONAL_YEARS_MAX + 1):
            later = months_before(month, 12 * years)
            earlier = months_before(later, 1)
            if not shown or later not in shown[-1] or earlier not in shown[-1]:
                continue
            raw = self.level(plain, later, clock) / self.level(plain, earlier, clock)
            return 100.0 * (raw - shown[-1][later] / shown[-1][earlier]), years
        raise MissingData(f"no vintage of {adjusted} shows {month:%B} within four years")


def today(clock: datetime) -> date:
    """Return the clock's day in New York."""
    return clock.astimezone(_ZONE).date()


def morning_of(day: date, at: time) -> datetime:
    """Return the instant of a New York time of a day."""
    return datetime.combine(day, at, _ZONE).astimezone(UTC)


def read_archive(history: History) -> Archive:
    """Read the files; the yearly nowcasts, core levels and vintages may be absent.

    Raises
    ------
    MissingData
        If the calendar, the prints, the nowcasts, the levels or both gasoline files are absent.
    TornFile
        If a value is not of its type.
    """
    releases = _releases(history)
    prints, vintages = _prints(history, releases), _vintages(history)
    return Archive(
        releases=releases,
        prints=prints,
        earlier={
            measure: _changes(vintages.get(series, ()), prints[measure], releases)
            for measure, series in ((MOM_PRINT, ADJUSTED), (CORE_PRINT, ADJUSTED_CORE))
        },
        nowcasts=_nowcasts(history),
        yearly_nowcasts=_yearly_nowcasts(history),
        gas=_gas(history),
        unadjusted={
            series: _series(history, name, "date", "index_1982_84_100")
            for series, name in _LEVEL_FILES.items()
            if series == UNADJUSTED or history.files(name)
        },
        vintages=vintages,
    )


def _rows(
    history: History, name: str, columns: Sequence[Column], key: Sequence[str], sort: Sequence[str]
) -> list[dict[str, Any]]:
    return history.frame(name, columns, key, sort).to_dicts()


def _series(history: History, name: str, day: str, value: str) -> dict[date, float]:
    rows = _rows(history, name, ((day, "date"), (value, "float")), (day,), (day,))
    return {row[day]: row[value] for row in rows if _finite(row[value]) and row[day] is not None}


def _releases(history: History) -> dict[date, date]:
    columns = (("release", "text"), ("reference_month", "date"), ("release_date", "date"))
    rows = _rows(history, "release_calendar.csv", columns, ("release", "release_date"), ())
    wanted = [row for row in rows if row["release"] == "CPI" and row["reference_month"]]
    return {row["reference_month"]: row["release_date"] for row in wanted}


def _prints(history: History, releases: Mapping[date, date]) -> dict[str, dict[date, float]]:
    columns = (("release_date", "date"), ("measure", "text"), ("actual_first_print", "float"))
    rows = _rows(
        history, "consensus_vs_actual.csv", columns, ("release_date", "measure"), ("release_date",)
    )
    months = {day: month for month, day in releases.items()}
    found: dict[str, dict[date, float]] = {MOM_PRINT: {}, CORE_PRINT: {}, YOY_PRINT: {}}
    for row in rows:
        month = months.get(row["release_date"])
        if month is not None and row["measure"] in found and _finite(row["actual_first_print"]):
            found[row["measure"]][month] = row["actual_first_print"]
    return found


def _changes(
    vintages: Sequence[tuple[date, Series]], prints: Series, releases: Mapping[date, date]
) -> FloatArray:
    """Return the monthly changes before the first print, from the last vintage before it."""
    if not prints:
        return np.empty(0)
    first = min(prints)
    shown = [levels for day, levels in vintages if day < releases[first]]
    if not shown:
        return np.empty(0)
    levels, months = shown[-1], sorted(shown[-1])
    return np.array(
        [
            round(100.0 * (levels[month] / levels[months_before(month, 1)] - 1.0), 1)
            for month in months
            if month < first and months_before(month, 1) in levels
        ]
    )


def _nowcasts(history: History) -> dict[date, tuple[tuple[date, ...], tuple[float, ...]]]:
    columns = (("target_month", "date"), ("asof_date", "date"), ("cpi_mom_nowcast_pct", "float"))
    key = ("target_month", "asof_date")
    rows = _rows(history, "cleveland_nowcast_cpi_mom_changes.csv", columns, key, key)
    found: dict[date, list[tuple[date, float]]] = {}
    for row in rows:
        if _finite(row["cpi_mom_nowcast_pct"]):
            found.setdefault(row["target_month"], []).append(
                (row["asof_date"], row["cpi_mom_nowcast_pct"])
            )
    return {
        month: (tuple(day for day, _ in path), tuple(value for _, value in path))
        for month, path in found.items()
    }


def _yearly_nowcasts(history: History) -> dict[date, float]:
    name = "cleveland_nowcast_yoy_daily_2013_2022.csv"
    if not history.files(name):
        return {}
    columns = (("target_month", "date"), ("asof_date", "date"), ("cpi_yoy_nowcast_pct", "float"))
    key = ("target_month", "asof_date")
    rows = _rows(history, name, columns, key, key)
    return {
        row["target_month"]: row["cpi_yoy_nowcast_pct"]
        for row in rows
        if _finite(row["cpi_yoy_nowcast_pct"])
        and row["asof_date"] < months_before(row["target_month"], -1)
    }


def _gas(history: History) -> dict[date, float]:
    if history.files("AAA_regular_gasoline_daily.csv"):
        return _series(
            history, "AAA_regular_gasoline_daily.csv", "aaa_publication_date", "usd_per_gallon"
        )
    # The weekly survey is of a Monday and comes out that evening.
    weekly = _series(history, "EIA_regular_gasoline_weekly.csv", "date", "usd_per_gallon")
    return {day + timedelta(days=1): price for day, price in weekly.items()}


def _vintages(history: History) -> dict[str, tuple[tuple[date, Series], ...]]:
    if not history.files("cpi_sa_vintages.csv"):
        return {}
    columns = (
        ("series", "text"),
        ("vintage_date", "date"),
        ("ref_month", "date"),
        ("index_1982_84_100", "float"),
    )
    key = ("series", "vintage_date", "ref_month")
    found: dict[str, dict[date, dict[date, float]]] = {}
    for row in _rows(history, "cpi_sa_vintages.csv", columns, key, key):
        series = _VINTAGE_NAMES.get(row["series"])
        if series is not None and _finite(row["index_1982_84_100"]):
            of_series = found.setdefault(series, {})
            of_series.setdefault(row["vintage_date"], {})[row["ref_month"]] = row[
                "index_1982_84_100"
            ]
    return {series: tuple(sorted(days.items())) for series, days in found.items()}


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
