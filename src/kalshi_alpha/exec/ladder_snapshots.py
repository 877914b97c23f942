"""From the venue's events to ladders on this program's terms."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.brokers.kalshi.venue_event import VenueEvent
from kalshi_alpha.config.series import Series
from kalshi_alpha.core.errors import BadStrike, MissingData
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.schedule import ReleaseCalendar, new_york
from kalshi_alpha.core.types import Ladder, Market, event_period
from kalshi_alpha.exec.clock import RunClock


def ladder_snapshots(
    events: Iterable[VenueEvent], series: Series, calendar: ReleaseCalendar, clock: RunClock
) -> tuple[LadderSnapshot, ...]:
    """Put the series' terms to its events; an event without any readable market is left out.

    A market whose strike type is not one that the series is configured for, or whose strikes
    describe no interval, is unreadable: its boundary may be worth several points of probability.

    Raises
    ------
    MissingData
        If the calendar does not say when the event's news is released.
    UnknownFee
        If the fee terms in force cannot be computed.
    """
    return tuple(
        snapshot
        for event in events
        if (snapshot := _snapshot(event, series, calendar, clock)) is not None
    )


def _snapshot(
    event: VenueEvent, series: Series, calendar: ReleaseCalendar, clock: RunClock
) -> LadderSnapshot | None:
    refused = dict(event.unreadable)
    kept: list[Market] = []
    for market in event.markets:
        why = _fault(market, series)
        if why is None:
            kept.append(market)
        else:
            refused[market.ticker] = why
    if not kept:
        return None
    ladder = Ladder(
        event_ticker=event.event_ticker,
        series_ticker=series.ticker,
        quantity=series.quantity,
        risk_unit=_risk_unit(event, series, calendar),
        grid=series.grid,
        markets=tuple(kept),
    )
    return LadderSnapshot(
        ladder=ladder,
        period=event_period(event.event_ticker),
        books=event.books,
        fee_terms=event.fees.at(clock.at),
        unreadable=refused,
    )


def _fault(market: Market, series: Series) -> str | None:
    if market.strike.strike_type not in series.strike_types:
        allowed = ", ".join(series.strike_types)
        return f"strike type {market.strike.strike_type} is not of {series.ticker} ({allowed})"
    try:
        interval(market.strike, series.grid)
    except BadStrike as error:
        return str(error)
    return None


def _risk_unit(event: VenueEvent, series: Series, calendar: ReleaseCalendar) -> str:
    """Name the piece of news: the exposure group and the day it comes out."""
    month = f"{event_period(event.event_ticker):%Y-%m}"
    for release in calendar.of_event(series.event or ""):
        if release.reference == month:
            return f"{series.exposure}:{new_york(release.release_at).date()}"
    raise MissingData(f"the calendar names no release of {series.event} {month}")
