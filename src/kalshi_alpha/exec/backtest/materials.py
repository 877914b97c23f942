"""Everything that variants of one backtest share: events, forecasts, fees and settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from kalshi_alpha.config.monitors import MonitorSettings, load_monitors
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.core.errors import MissingData, UsageError
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.backtest.family_history import (
    CALENDAR_FILE,
    FamilyHistory,
    family_history,
)
from kalshi_alpha.exec.backtest.fee_history import FeeHistory, fee_history, overridden
from kalshi_alpha.exec.backtest.gate_history import gate_history
from kalshi_alpha.exec.backtest.plan import DayTask, LeftOutEvent, Past, Plan, plan_of
from kalshi_alpha.exec.backtest.request import BacktestRequest
from kalshi_alpha.exec.backtest.shelf import ShelvedEvent, Wanted, by_day, shelved_events
from kalshi_alpha.exec.backtest.standing import Watch
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.backtest.weather_forecasts import (
    Forecasts,
    span_of,
    varied,
)
from kalshi_alpha.exec.event_news import event_about, risk_unit


@dataclass(frozen=True, slots=True, eq=False)
class Materials:
    """What is read once; ``left_out`` are recorded events that cannot be replayed."""

    family: str
    settings: Settings
    monitors: MonitorSettings
    days: tuple[tuple[ShelvedEvent, ...], ...]
    history: FamilyHistory
    past: Past
    fees: FeeHistory
    left_out: tuple[LeftOutEvent, ...] = ()

    @property
    def forecasts(self) -> Forecasts:
        """By quantity and period, in the order in which they were known."""
        return self.history.forecasts

    def plan(self, variant: Variant) -> Plan:
        """Make a variant ready to run."""
        fees = overridden(self.fees, variant.fee_type)
        return plan_of(self.family, variant, self.settings, fees.schedules, self.past)

    def watch(self, plan: Plan) -> Watch:
        """Return what the monitors of a variant look at."""
        gate = plan.chain.gate
        return Watch(self.family, gate.action, self.monitors, plan.series, gate.history)

    def with_history(self, found: FamilyHistory) -> Materials:
        """Return the same materials with another history: what is forecast, and what gates."""
        past = _past(self.family, found, self.settings, [e for day in self.days for e in day])
        return replace(self, history=found, past=past)

    def tasks(self, variant: Variant) -> list[DayTask]:
        """Return the days with what was known of each event, oldest first."""
        known = varied(self.forecasts, variant.forecast_shift, variant.forecast_hours)
        terms = {each.ticker: each for each in self.settings.series.series}
        calendar = self.past.calendar

        def key(each: ShelvedEvent) -> tuple[str, date]:
            series = terms[each.series]
            return series.quantity, event_about(each.event_ticker, series, calendar)

        return [DayTask(day, tuple(known.get(key(each), ()) for each in day)) for day in self.days]


def materials(
    request: BacktestRequest, scratch: Path, executor: Executor | None = None
) -> Materials:
    """Read what the request names.

    Parameters
    ----------
    request
        What was asked for.
    scratch
        Where recordings are imported to.
    executor
        Who imports recordings and forecasts; None for this process.

    Raises
    ------
    UsageError, NotBuilt
        If the family is unknown, or its recordings are none that can be replayed.
    DataError
        If something is missing or cannot be read.
    """
    paths = Paths.from_environ(os.environ)
    settings = load_settings(paths.configs)
    family = settings.series.family_of(request.family)
    if request.first and request.last and request.first > request.last:
        raise UsageError(f"--from {request.first} is later than --to {request.last}")
    series = tuple(each.ticker for each in settings.series.series if each.family == family)
    wanted = Wanted(series, request.first, request.last)
    shelf = shelved_events(request.data, scratch, wanted, executor)
    events = shelf.events
    fees = _fees(request, events)
    history = history_of(family, History(request.folders), settings, events, executor)
    unusable = [LeftOutEvent(*each) for each in shelf.unusable.items()]
    usable, unnamed = _about_something(settings, history, events)
    return Materials(
        family=family,
        settings=settings,
        monitors=load_monitors(paths.config("monitors")).value,
        days=tuple(by_day(usable)),
        history=history,
        past=_past(family, history, settings, usable),
        fees=fees,
        left_out=(*unusable, *unnamed),
    )


def history_of(
    family: str,
    history: History,
    settings: Settings,
    events: Sequence[ShelvedEvent],
    executor: Executor | None = None,
) -> FamilyHistory:
    """Read what a family's history says of everything that some events are about.

    Raises
    ------
    NotBuilt, MissingData, TornFile
        As `family_history`.
    """
    days = span_of(each.day for each in events)
    return family_history(family, history, settings, days, executor)


def _about_something(
    settings: Settings, history: FamilyHistory, events: Sequence[ShelvedEvent]
) -> tuple[list[ShelvedEvent], list[LeftOutEvent]]:
    """Leave out the events that no release of the calendar settles.

    Raises
    ------
    MissingData
        If that is every one of them.
    """
    terms = {each.ticker: each for each in settings.series.series}
    usable, left_out = [], []
    for each in events:
        try:
            event_about(each.event_ticker, terms[each.series], history.calendar)
            risk_unit(each.event_ticker, terms[each.series], history.calendar)
        except MissingData as error:
            left_out.append(LeftOutEvent(each.event_ticker, str(error)))
        else:
            usable.append(each)
    if not usable:
        raise MissingData(
            f"no event can be judged: {left_out[0].why}; put {CALENDAR_FILE} into a --data folder"
        )
    return usable, left_out


def _past(
    family: str, found: FamilyHistory, settings: Settings, events: Sequence[ShelvedEvent]
) -> Past:
    gate = gate_history(family, found, settings, {each.day for each in events})
    return Past(found.calendar, found.bond_days, gate)


def _fees(request: BacktestRequest, events: Sequence[ShelvedEvent]) -> FeeHistory:
    first = datetime.combine(span_of(each.day for each in events)[0], time(0), UTC)
    return fee_history(request.folders, [each.series for each in events], first, request.fees)
