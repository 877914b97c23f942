"""What counts as a value of each feed: its date, when it could be known, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from kalshi_alpha.core.gates import FeedReading
from kalshi_alpha.core.schedule import ReleaseCalendar, new_york
from kalshi_alpha.strategies.teny.closes import SERIES_ID, canonical_series

Row = Mapping[str, object]
Reader = Callable[[str], Sequence[Row]]

_FINAL = ("final", "correction")
_TEN_YEAR = "10Y"


def readings_of(
    feed: str, read: Reader, calendar: ReleaseCalendar
) -> tuple[str, tuple[FeedReading, ...]] | None:
    """Return the driver behind a freshness rule and the values that count, or None.

    Parameters
    ----------
    feed
        Name of the rule, with its station if it has any: ``nws_daily_climate.NYC``.
    read
        Rows of a driver's table as they were known at the clock.
    calendar
        Announced releases, by which consumer prices are dated.

    Returns
    -------
    tuple of (str, tuple of FeedReading), or None
        None if this version reads no such feed.
    """
    if feed in _DATED:
        source, dated = _DATED[feed]
        return source, tuple(dated(read(source)))
    name, _, station = feed.rpartition(".")
    if feed == "bls_cpi.latest_release":
        return "bls_cpi", tuple(_prices(read("bls_cpi"), calendar))
    if name == "nws_daily_climate":
        return name, tuple(_climate(read(name), station))
    return None


def _prices(rows: Iterable[Row], calendar: ReleaseCalendar) -> Iterator[FeedReading]:
    released = {row.reference: new_york(row.release_at).date() for row in calendar.of_event("cpi")}
    for row in rows:
        # A vintage out of FRED's archive says nothing about what the bureau's own feed holds.
        if str(row.get("series_id", "")).startswith("CPIAUCSL"):
            continue
        month, available = row["month"], row["available_at"]
        if isinstance(month, date) and isinstance(available, datetime):
            on = released.get(f"{month:%Y-%m}") or new_york(available).date()
            yield FeedReading(on=on, available_at=available)


def _nowcast(rows: Iterable[Row]) -> Iterator[FeedReading]:
    for row in rows:
        if (row["kind"], row["measure"]) == ("nowcast", "cpi"):
            yield from _dated(row, "label_on")


def _gasoline(rows: Iterable[Row]) -> Iterator[FeedReading]:
    for row in rows:
        if (row["period"], row["grade"]) == ("current", "regular"):
            yield from _dated(row, "as_of_on", value=Decimal(str(row["price_e4"])) / 10_000)


def _claims(rows: Iterable[Row]) -> Iterator[FeedReading]:
    """Weeks with adjusted initial claims; a factor published ahead is no value of its week."""
    for row in rows:
        if row["measure"] == "initial" and row["sa"] is not None:
            yield from _dated(row, "week_ending")


def _yields(rows: Sequence[Row]) -> Iterator[FeedReading]:
    """Ten-year yields, and what is called one and is not, under its own name.

    Where there is neither, whatever came in its place.
    """
    named = [(canonical_series(str(row["series_id"])), row) for row in rows]
    called = [each for each in named if each[0] == SERIES_ID or each[1].get("tenor") == _TEN_YEAR]
    for series_id, row in called or named:
        yield from _dated(row, "curve_on", series_id=series_id)


def _climate(rows: Iterable[Row], station: str) -> Iterator[FeedReading]:
    """Keep final maxima of one station: an interim report never refreshes a climate day."""
    for row in rows:
        wanted = (row["station"], row["element"]) == (station, "max")
        if wanted and row["status"] in _FINAL and row["value_f"] is not None:
            yield from _dated(row, "climate_day")


def _dated(
    row: Row, column: str, *, value: Decimal | None = None, series_id: str | None = None
) -> Iterator[FeedReading]:
    on, available_at = row[column], row["available_at"]
    if isinstance(on, date) and isinstance(available_at, datetime):
        yield FeedReading(on=on, available_at=available_at, value=value, series_id=series_id)


_DATED: dict[str, tuple[str, Callable[[Sequence[Row]], Iterable[FeedReading]]]] = {
    "cleveland_nowcast.monthly": ("cleveland_nowcast", _nowcast),
    "aaa_gas.daily": ("aaa_gas", _gasoline),
    "dol_claims.latest_report": ("dol_claims", _claims),
    "treasury_10y.daily": ("treasury_yields", _yields),
}
