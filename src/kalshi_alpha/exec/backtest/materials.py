"""Everything that variants of one backtest share: events, forecasts, fees and settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path

from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.core.errors import NotBuilt, UsageError
from kalshi_alpha.core.types.event_period import event_period
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.backtest.fee_history import FeeHistory, fee_history, overridden
from kalshi_alpha.exec.backtest.plan import DayTask, LeftOutEvent, Plan, plan_of
from kalshi_alpha.exec.backtest.request import BacktestRequest
from kalshi_alpha.exec.backtest.shelf import ShelvedEvent, Wanted, by_day, shelved_events
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.backtest.weather_forecasts import (
    Forecasts,
    span_of,
    varied,
    weather_forecasts,
)

REPLAYED = ("WEATHER",)
"""Families whose recordings and forecasts a backtest can put together."""


@dataclass(frozen=True, slots=True, eq=False)
class Materials:
    """What is read once; ``left_out`` are recorded events that cannot be replayed."""

    family: str
    settings: Settings
    days: tuple[tuple[ShelvedEvent, ...], ...]
    forecasts: Forecasts
    fees: FeeHistory
    left_out: tuple[LeftOutEvent, ...] = ()

    def plan(self, variant: Variant) -> Plan:
        """Make a variant ready to run."""
        fees = overridden(self.fees, variant.fee_type)
        return plan_of(self.family, variant, self.settings, fees.schedules)

    def with_forecasts(self, forecasts: Forecasts) -> Materials:
        """Return the same materials with other forecasts."""
        return replace(self, forecasts=forecasts)

    def tasks(self, variant: Variant) -> list[DayTask]:
        """Return the days with what was known of each event, oldest first."""
        known = varied(self.forecasts, variant.forecast_shift, variant.forecast_hours)
        quantities = {each.ticker: each.quantity for each in self.settings.series.series}
        return [
            DayTask(
                day,
                tuple(
                    known.get((quantities[each.series], event_period(each.event_ticker)), ())
                    for each in day
                ),
            )
            for day in self.days
        ]


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
        Who imports recordings; None for this process.

    Raises
    ------
    UsageError, NotBuilt
        If the family is unknown, or its recordings are none that can be replayed.
    DataError
        If something is missing or cannot be read.
    """
    settings = load_settings(Paths.from_environ(os.environ).configs)
    family = settings.series.family_of(request.family)
    if family not in REPLAYED:
        raise NotBuilt(f"{family}: not_built; a backtest replays {', '.join(REPLAYED)}")
    if request.first and request.last and request.first > request.last:
        raise UsageError(f"--from {request.first} is later than --to {request.last}")
    series = tuple(each.ticker for each in settings.series.series if each.family == family)
    history = History(request.folders)
    wanted = Wanted(series, request.first, request.last)
    shelf = shelved_events(request.data, scratch, wanted, executor)
    events = shelf.events
    return Materials(
        family=family,
        settings=settings,
        days=tuple(by_day(events)),
        forecasts=forecasts_of(history, settings, events),
        fees=_fees(request, events),
        left_out=tuple(LeftOutEvent(*each) for each in shelf.unusable.items()),
    )


def forecasts_of(history: History, settings: Settings, events: Sequence[ShelvedEvent]) -> Forecasts:
    """Forecast everything that some events are about, walk-forward, from a history.

    Raises
    ------
    MissingData, TornFile
        If the history is not there or cannot be read.
    """
    quantities = {each.ticker: each.quantity for each in settings.series.series}
    first, last = span_of(each.day for each in events)
    return weather_forecasts(history, {quantities[each.series] for each in events}, first, last)


def _fees(request: BacktestRequest, events: Sequence[ShelvedEvent]) -> FeeHistory:
    first = datetime.combine(span_of(each.day for each in events)[0], time(0), UTC)
    return fee_history(request.folders, [each.series for each in events], first, request.fees)
