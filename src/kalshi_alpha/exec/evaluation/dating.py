"""When a row of a history file was first known, for files whose rows do not say it themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from kalshi_alpha.datastore.columns import Column

if TYPE_CHECKING:
    import polars as pl

_ZONE = "America/New_York"
_MORNING = timedelta(hours=8, minutes=30)
_ANNOUNCED = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Dating:
    """From when some columns of a file were known.

    Parameters
    ----------
    column
        The date or time column that they are dated by.
    after
        How long after it they came out at the earliest; a date begins at New York's midnight.
    values
        The columns that this is about; empty for all that no other dating of the file names.
    """

    column: str
    after: timedelta
    values: tuple[str, ...] = ()


_LEVELS = (Dating("date", timedelta(days=37) + _MORNING),)
_CLAIMS = (Dating("date", timedelta(days=4) + _MORNING),)
_YIELDS = (Dating("date", timedelta(hours=15, minutes=31)),)
_MAXIMA = (Dating("date", timedelta(days=1)),)

PUBLISHED: dict[str, tuple[Dating, ...]] = {
    # A month's index comes out on the tenth of the next month at the earliest.
    "CPIAUCNS.csv": _LEVELS,
    "CPILFENS.csv": _LEVELS,
    "consensus_vs_actual.csv": (
        Dating("release_date", _MORNING),
        Dating("release_date", timedelta(days=-7), ("consensus_forecast", "previous_as_shown")),
    ),
    # A week ends on Saturday and is reported on Thursday, before some holidays on Wednesday.
    "ICSA.csv": _CLAIMS,
    "ICSA_first_prints.csv": (
        Dating("release_date", _MORNING),
        Dating("release_date", timedelta(days=6) + _MORNING, ("second_print_sa_persons",)),
        Dating("release_date", timedelta(days=365), ("latest_revised_sa_persons",)),
    ),
    # Named by the month that is forecast and its release, both of which lie ahead.
    "cleveland_nowcast_cpi_mom_changes.csv": (Dating("asof_date", timedelta(0)),),
    "cleveland_nowcast_yoy_daily_2013_2022.csv": (Dating("asof_date", timedelta(0)),),
    "kalshi_cpi_mom_snapshots.csv": (
        Dating("snapshot_date", timedelta(0)),
        Dating(
            "release_date",
            _MORNING,
            ("actual_cpi_mom_pct", "market_prob_of_realized_ladder_bin"),
        ),
    ),
    # Announced long before: no replay has anything to gain from it.
    "release_calendar.csv": (Dating("release_date", -_ANNOUNCED),),
    "DGS10.csv": _YIELDS,
    "DGS2.csv": _YIELDS,
    "EIA_regular_gasoline_weekly.csv": (Dating("date", timedelta(hours=16)),),
    # A day's maximum is reported on the next morning.
    "tmax_acis_20stations_daily.csv": _MAXIMA,
    "tmax_ghcnd_KNYC_KMDW_daily.csv": _MAXIMA,
    "guidance_day_ahead_12z_KNYC_KMDW_KMIA.csv": (
        Dating("issued_no_later_than_utc", timedelta(0)),
        Dating("issued_no_later_than_utc", timedelta(hours=36), ("observed_tmax_f",)),
    ),
}
"""By file name. Other files date a row by the latest of its date and time columns."""


def datings(name: str, columns: Sequence[Column]) -> tuple[Dating, ...]:
    """Return the datings of a file that apply to the columns read; none where no column dates."""
    dated = [column for column, kind in columns if kind in {"date", "time"}]
    known = tuple(each for each in PUBLISHED.get(name, ()) if each.column in dated)
    return known or tuple(Dating(column, timedelta(0)) for column in dated)


def known_from(dating: Dating, columns: Sequence[Column]) -> pl.Expr:
    """Return the instant, UTC, from which rows were known."""
    import polars as pl

    start = pl.col(dating.column)
    if dict(columns)[dating.column] == "date":
        start = start.cast(pl.Datetime("us")).dt.replace_time_zone(_ZONE)
    # Added as wall-clock time, so that a morning stays one when the clocks change.
    local = start.dt.convert_time_zone(_ZONE).dt.replace_time_zone(None) + dating.after
    return local.dt.replace_time_zone(
        _ZONE, ambiguous="earliest", non_existent="null"
    ).dt.convert_time_zone("UTC")
