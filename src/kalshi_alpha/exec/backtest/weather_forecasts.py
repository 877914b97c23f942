"""What the weather family knew of each station's days, as of each of its clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date, timedelta

from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.replay.chain import KnownForecast
from kalshi_alpha.strategies.replay import Awaited, Replay
from kalshi_alpha.strategies.weather.features import GUIDANCE_AGE_MAX
from kalshi_alpha.strategies.weather.forecast import AFTERNOON
from kalshi_alpha.strategies.weather.panel import StationPanel, to_epoch
from kalshi_alpha.strategies.weather.replay import station_replay
from kalshi_alpha.strategies.weather.stations import BY_CODE, BY_ICAO, Station

GUIDED, CLIMATOLOGY = "guidance", "climatology"
_NO_SKILL = "without guidance the forecast is climatology, a baseline"

Forecasts = Mapping[tuple[str, date], tuple[KnownForecast, ...]]
"""By quantity and period, in the order in which they were known."""
StationReplay = tuple[Station, Replay]


def station_of(panel: StationPanel) -> Station | None:
    """Return the station of a panel, by its identifier or its code; None if it is not traded."""
    return BY_ICAO.get(panel.name) or BY_CODE.get(panel.name)


def weather_replays(
    panels: Iterable[StationPanel],
    quantities: Iterable[str],
    first: date,
    last: date,
    executor: Executor | None = None,
) -> tuple[StationReplay, ...]:
    """Forecast days walk-forward, each from what was known at 12 UTC on its eve.

    Parameters
    ----------
    panels
        Every station of the history.
    quantities
        Which stations, by what settles them.
    first, last
        Days forecast, inclusive.
    executor
        Who forecasts, a station at a time; None for this process.
    """
    wanted = set(quantities)
    named = [(station, panel) for panel in panels if (station := station_of(panel)) is not None]
    chosen = [(station, panel) for station, panel in named if station.quantity in wanted]
    begin, end = to_epoch(first), to_epoch(last)
    if executor is None:
        found = [station_replay(panel, begin, end) for _, panel in chosen]
    else:
        waiting = [executor.submit(station_replay, panel, begin, end) for _, panel in chosen]
        found = [future.result() for future in waiting]
    return tuple(
        (station, replayed)
        for (station, _), replayed in zip(chosen, found, strict=True)
        if replayed is not None
    )


def weather_forecasts(replays: Sequence[StationReplay], first: date) -> Forecasts:
    """Return what was known of each station's days from one on, reported later or not.

    A forecast of the running day is refused from 15:00 of local standard time on, as the family
    refuses it: the maximum has mostly been reached. Guidance is believed for 36 hours, as live.
    Stations without guidance run on climatology, which is marked as no reason to trade.
    """
    return {
        (station.quantity, made.day): (_known(replayed, station, made),)
        for station, replayed in replays
        for made in replayed.forecasts()
        if made.day >= first
    }


def _known(replayed: Replay, station: Station, made: Awaited) -> KnownForecast:
    guided = GUIDED in replayed.baselines
    known_at = made.known_at
    until = station.begins_at(made.day) + AFTERNOON
    return KnownForecast(
        known_at=known_at,
        pmf=made.pmf,
        model=GUIDED if guided else CLIMATOLOGY,
        no_skill=None if guided else _NO_SKILL,
        refused_from=min(until, known_at + GUIDANCE_AGE_MAX) if guided else until,
    )


def varied(forecasts: Forecasts, steps: int, hours: float) -> Forecasts:
    """Return forecasts moved by some steps of their grid and believed for some hours only.

    Zero steps leave them where they are, zero hours believe them as long as the family does.
    """
    if not steps and not hours:
        return forecasts

    def other(each: KnownForecast) -> KnownForecast:
        until = each.refused_from
        if hours:
            limit = each.known_at + timedelta(hours=hours)
            until = limit if until is None else min(until, limit)
        pmf = GridPmf(each.pmf.grid, each.pmf.lo + steps, each.pmf.probs)
        return replace(each, pmf=pmf, refused_from=until)

    return {key: tuple(other(each) for each in known) for key, known in forecasts.items()}


def span_of(days: Iterable[date]) -> tuple[date, date]:
    """Return the first and the last of some days, a day to spare on both sides."""
    listed = sorted(days)
    return listed[0] - timedelta(days=1), listed[-1] + timedelta(days=1)
