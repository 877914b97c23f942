"""History files that fill feed tables: their columns, and when each of their rows was public.

A row that names only a day counts from the end of that day in New York, unless the hour of
publication is known. Files whose values are of a later revision of unknown date fill no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history_calendar import CALENDAR_HISTORY
from kalshi_alpha.datastore.history_format import (
    HistoryFile,
    Layer,
    Layers,
    Rows,
    end_of,
    morning_of,
)
from kalshi_alpha.datastore.history_weather import WEATHER_HISTORY
from kalshi_alpha.datastore.tables import Observation


def _released(month: date, releases: Mapping[date, date]) -> datetime:
    """Return a month's release; where its day is not at hand, the end of the month after."""
    day = releases.get(month)
    if day is not None:
        return morning_of(day)
    years, months = divmod(month.year * 12 + month.month + 1, 12)
    return morning_of(date(years, months + 1, 1))


def _level(series: str, row: Mapping[str, Any], month: date, at: datetime) -> Observation:
    level = round(1000 * row["index_1982_84_100"])
    values = {"series_id": series, "month": month, "index_e3": level, "footnotes": ""}
    return Observation(values, at)


def _unadjusted(series: str) -> Layers:
    def layers(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
        yield tuple(
            _level(series, row, row["date"], _released(row["date"], releases)) for row in rows
        )

    return layers


_ADJUSTED = {"CPIAUCSL": "CUSR0000SA0", "CPILFESL": "CUSR0000SA0L1E"}


def _vintages(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    del releases  # A vintage carries its own day.
    known = [row for row in rows if row["series"] in _ADJUSTED]
    for day in sorted({row["vintage_date"] for row in known}):
        yield tuple(
            _level(_ADJUSTED[row["series"]], row, row["ref_month"], end_of(day))
            for row in known
            if row["vintage_date"] == day
        )


def _nowcasts(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    """Take each change, and the last day on which the source still showed the last value."""
    del releases
    points: dict[tuple[date, date], float] = {}
    for row in rows:
        points[row["target_month"], row["asof_date"]] = row["cpi_mom_nowcast_pct"]
    for row in rows:
        month, last = row["target_month"], row["last_asof_date_in_source"]
        newest = max(day for target, day in points if target == month)
        if last > newest:
            points[month, last] = points[month, newest]
    yield tuple(
        Observation(
            {
                "target_month": month,
                "measure": "cpi",
                "kind": "nowcast",
                "label_on": day,
                "origin": "json",
                "mom_pct": value,
            },
            end_of(day),
        )
        for (month, day), value in sorted(points.items())
    )


def _aaa(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    del releases
    yield tuple(
        Observation(
            {
                "as_of_on": row["aaa_publication_date"],
                "period": "current",
                "grade": "regular",
                "price_e4": round(10_000 * row["usd_per_gallon"]),
            },
            end_of(row["aaa_publication_date"]),
        )
        for row in rows
    )


def _eia(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    """Take prices from the end of Tuesday on: after a Monday holiday they come out then."""
    del releases
    yield tuple(
        Observation(
            {"week_on": row["date"], "price_e4": round(10_000 * row["usd_per_gallon"])},
            end_of(row["date"] + timedelta(days=1)),
        )
        for row in rows
    )


def _claims(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    """Take first prints at their release, and second ones a week later."""
    del releases
    yield tuple(
        _claim(row, kind, value, morning_of(row["release_date"] + timedelta(days=after)))
        for row in rows
        for kind, value, after in (
            ("advance", row["first_print_sa_persons"], 0),
            ("revised", row["second_print_sa_persons"], 7),
        )
        if value is not None
    )


def _claim(row: Mapping[str, Any], kind: str, persons: float, at: datetime) -> Observation:
    values = {
        "week_ending": row["week_ending"],
        "measure": "initial",
        "kind": kind,
        "sa": round(persons),
        "nsa": None,
        "sf_tenths": None,
        "published_at": at,
    }
    return Observation(values, at)


def _yields(series: str, tenor: str) -> Layers:
    def layers(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
        del releases
        yield tuple(
            Observation(
                {
                    "curve_on": row["date"],
                    "tenor": tenor,
                    "series_id": series,
                    "yield_bp": round(100 * row["yield_pct"]),
                    "origin": "fred",
                },
                end_of(row["date"]),
            )
            for row in rows
        )

    return layers


_LEVELS: tuple[Column, ...] = (("date", "date"), ("index_1982_84_100", "float"))
_YIELDS: tuple[Column, ...] = (("date", "date"), ("yield_pct", "float"))

HISTORY_FILES = (
    HistoryFile("CPIAUCNS.csv", "bls_cpi", _LEVELS, ("date",), _unadjusted("CUUR0000SA0")),
    HistoryFile("CPILFENS.csv", "bls_cpi", _LEVELS, ("date",), _unadjusted("CUUR0000SA0L1E")),
    HistoryFile(
        "cpi_sa_vintages.csv",
        "bls_cpi",
        (
            ("series", "text"),
            ("vintage_date", "date"),
            ("ref_month", "date"),
            ("index_1982_84_100", "float"),
        ),
        ("series", "vintage_date", "ref_month"),
        _vintages,
    ),
    HistoryFile(
        "cleveland_nowcast_cpi_mom_changes.csv",
        "cleveland_nowcast",
        (
            ("target_month", "date"),
            ("asof_date", "date"),
            ("cpi_mom_nowcast_pct", "float"),
            ("last_asof_date_in_source", "date"),
        ),
        ("target_month", "asof_date"),
        _nowcasts,
    ),
    HistoryFile(
        "AAA_regular_gasoline_daily.csv",
        "aaa_gas",
        (("aaa_publication_date", "date"), ("usd_per_gallon", "float")),
        ("aaa_publication_date",),
        _aaa,
    ),
    HistoryFile(
        "EIA_regular_gasoline_weekly.csv",
        "eia_gas",
        (("date", "date"), ("usd_per_gallon", "float")),
        ("date",),
        _eia,
    ),
    HistoryFile(
        "ICSA_first_prints.csv",
        "dol_claims",
        (
            ("week_ending", "date"),
            ("release_date", "date"),
            ("first_print_sa_persons", "float"),
            ("second_print_sa_persons", "float"),
        ),
        ("week_ending",),
        _claims,
        optional=frozenset({"second_print_sa_persons"}),
    ),
    HistoryFile("DGS10.csv", "treasury_yields", _YIELDS, ("date",), _yields("DGS10", "10Y")),
    HistoryFile("DGS2.csv", "treasury_yields", _YIELDS, ("date",), _yields("DGS2", "2Y")),
    CALENDAR_HISTORY,
    *WEATHER_HISTORY,
)
"""Files in the order in which they fill a feed's table."""
