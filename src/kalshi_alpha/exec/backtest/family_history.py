"""What a family's history says of the past: forecasts as known then, their record, and feeds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np

from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.gates import FeedReading
from kalshi_alpha.core.replay.chain import KnownForecast
from kalshi_alpha.core.schedule import (
    BondCalendar,
    Release,
    ReleaseCalendar,
    SeriesState,
    family_phase,
    wall,
)
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.macro_calendar import reference
from kalshi_alpha.exec.backtest.weather_forecasts import (
    Forecasts,
    station_of,
    weather_forecasts,
    weather_replays,
)
from kalshi_alpha.exec.forecasting import installed_strategy
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.weather.history_files import read_panels
from kalshi_alpha.strategies.weather.panel import StationPanel, from_epoch
from kalshi_alpha.strategies.weather.stations import Station

RECORD_DAYS = timedelta(days=365)
"""How long before the replay begins the model's record does."""
CALENDAR_FILE, CLAIMS_FILE = "release_calendar.csv", "ICSA_first_prints.csv"
CLOSES_FILE, GASOLINE_FILE = "DGS10.csv", "AAA_regular_gasoline_daily.csv"
_RELEASES: tuple[Column, ...] = (("release", "text"), ("release_date", "date"))
_EVENTS = {"CPI": "cpi", "FOMC_DECISION": "fomc", "JOBLESS_CLAIMS": "claims"}
_MORNING, _DECISION = time(8, 30), time(14)
_CONSENSUS = "+consensus"
NO_CALENDAR = ReleaseCalendar(())

Readings = Mapping[str, tuple[FeedReading, ...]]
"""By feed, in the order in which they could be known."""


@dataclass(frozen=True, slots=True, eq=False)
class FamilyHistory:
    """What is known of a family's past.

    Attributes
    ----------
    forecasts
        By quantity and period, in the order in which they were known.
    replays
        Walk-forward forecasts of what is switched on, with what was printed: the model's record.
    readings
        Values of those feeds that the history holds; none for a feed that it does not.
    calendar, bond_days
        Releases as they were scheduled, and the bond market's days.
    """

    forecasts: Forecasts
    replays: tuple[Replay, ...] = ()
    readings: Readings | None = None
    calendar: ReleaseCalendar = NO_CALENDAR
    bond_days: BondCalendar | None = None


def family_history(
    family: str,
    history: History,
    settings: Settings,
    days: tuple[date, date],
    executor: Executor | None = None,
) -> FamilyHistory:
    """Read a family's history for a replay of some days.

    Parameters
    ----------
    family, settings
        Whose, and its series.
    history
        Folders with its files.
    days
        First and last day or month that is replayed.
    executor
        Who forecasts, where that can be shared; None for this process.

    Raises
    ------
    NotBuilt
        If the family has no walk-forward forecasts.
    MissingData, TornFile
        If the history is not there or cannot be read.
    """
    if family == "WEATHER":
        return _weather(history, settings, days, executor)
    strategy = installed_strategy(family)
    if strategy.replay is None:
        raise NotBuilt(f"{family}: its strategy forecasts no past, so nothing can be replayed")
    calendar = history_calendar(history)
    years = days[0].year - 1, days[1].year + 1
    bond_days = bond_calendar(*years) if family == "TNEY" else None
    replays = tuple(each for each in strategy.replay(history, None, None) if "@" not in each.key)
    forecasts = _forecasts(family, replays, calendar, bond_days)
    return FamilyHistory(
        forecasts, _records(replays), _macro_readings(history, calendar), calendar, bond_days
    )


def _weather(
    history: History, settings: Settings, days: tuple[date, date], executor: Executor | None
) -> FamilyHistory:
    series = [each for each in settings.series.series if each.family == "WEATHER"]
    quantities = {each.quantity for each in series}
    traded = {each.quantity for each in series if each.enabled}
    panels = read_panels(history)
    first = days[0] - RECORD_DAYS
    replays = weather_replays(panels, quantities, first, days[1], executor)
    return FamilyHistory(
        weather_forecasts(replays, days[0]),
        tuple(replayed for station, replayed in replays if station.quantity in traded),
        _climate_readings(panels, settings),
    )


def _climate_readings(panels: Iterable[StationPanel], settings: Settings) -> Readings:
    """Date each final maximum by when it was due: the history does not say when it came."""
    after = settings.freshness.feeds["nws_daily_climate"].due_at or _MORNING
    late = timedelta(hours=after.hour, minutes=after.minute)
    return {
        f"nws_daily_climate.{station.code}": tuple(_finals(panel, station, late))
        for panel in panels
        if (station := station_of(panel)) is not None
    }


def _finals(panel: StationPanel, station: Station, late: timedelta) -> Iterable[FeedReading]:
    for row, value in enumerate(panel.observed.tolist()):
        if not math.isnan(value):  # a day without a report
            day = from_epoch(panel.first_day + row)
            yield FeedReading(on=day, available_at=station.begins_at(day + timedelta(1)) + late)


def history_calendar(history: History) -> ReleaseCalendar:
    """Return the releases that a history's own calendar lists; empty without one.

    The calendar of releases is announced long before, so that all of it was known.
    """
    found: set[Release] = set()
    if history.files(CALENDAR_FILE):
        frame = history.frame(CALENDAR_FILE, _RELEASES, ["release", "release_date"], [])
        for name, on in frame.iter_rows():
            event = _EVENTS.get(name)
            if event is None or on is None:
                continue
            at = wall(on, _DECISION if event == "fomc" else _MORNING)
            found.add(Release(at, event, reference(event, on)))
    return ReleaseCalendar.of(found)


def _forecasts(
    family: str,
    replays: Iterable[Replay],
    calendar: ReleaseCalendar,
    bond_days: BondCalendar | None,
) -> Forecasts:
    """Return forecasts from the opening of their window on: a later instant is its last, a label.

    Nothing that they read is younger than that; the look-ahead check of the chain proves it.
    """
    found: dict[tuple[str, date], tuple[KnownForecast, ...]] = {}
    for replayed in replays:
        quantity = replayed.key.removesuffix(_CONSENSUS)
        for made in replayed.forecasts():
            at = made.known_at
            last = at - timedelta(seconds=1)
            phase = family_phase(family, last, calendar=calendar, bond_days=bond_days)
            opened = phase.window_opens_at if phase.state is SeriesState.WINDOW else None
            known = KnownForecast(known_at=opened or at, pmf=_trimmed(made.pmf), model=replayed.key)
            # With a consensus comes last, and is preferred, as live.
            found[quantity, made.day] = (known,)
    return found


def _trimmed(pmf: GridPmf) -> GridPmf:
    """Leave out empty bins at both ends: how many there are depends on what came later."""
    probs = np.asarray(pmf.probs)
    some = np.flatnonzero(probs)
    first, last = int(some[0]), int(some[-1])
    return GridPmf(pmf.grid, pmf.lo + first, probs[first : last + 1])


def _records(replays: tuple[Replay, ...]) -> tuple[Replay, ...]:
    """Leave out what is forecast a second time with a consensus: the record is of one model."""
    return tuple(each for each in replays if not each.key.endswith(_CONSENSUS))


def _macro_readings(history: History, calendar: ReleaseCalendar) -> Readings:
    """Return values of the feeds whose publication the history dates.

    The nowcast's file holds its changes only, which say nothing of days without one.
    """
    found = {}
    if history.files(CLAIMS_FILE):
        columns: tuple[Column, ...] = (("week_ending", "date"), ("release_date", "date"))
        frame = history.frame(CLAIMS_FILE, columns, ["week_ending"], ["week_ending"])
        found["dol_claims.latest_report"] = tuple(
            FeedReading(on=week, available_at=wall(on, _MORNING))
            for week, on in frame.iter_rows()
            if on is not None
        )
    if history.files(CLOSES_FILE):
        frame = history.frame(CLOSES_FILE, (("date", "date"),), ["date"], ["date"])
        found["treasury_10y.daily"] = tuple(
            FeedReading(on=day, available_at=wall(day, time(18)), series_id="DGS10")
            for (day,) in frame.iter_rows()
        )
    if history.files(GASOLINE_FILE):
        found["aaa_gas.daily"] = tuple(_gasoline(history))
    releases = calendar.of_event("cpi")
    if releases:
        found["bls_cpi.latest_release"] = tuple(
            FeedReading(on=each.release_at.astimezone(UTC).date(), available_at=each.release_at)
            for each in releases
        )
    return found


def _gasoline(history: History) -> Iterable[FeedReading]:
    columns: tuple[Column, ...] = (("aaa_publication_date", "date"), ("usd_per_gallon", "float"))
    key = ["aaa_publication_date"]
    for day, price in history.frame(GASOLINE_FILE, columns, key, key).iter_rows():
        if price is not None:
            at: datetime = wall(day, time(7, 15))
            yield FeedReading(on=day, available_at=at, value=Decimal(str(price)))
