"""From the venue's events to ladders on this program's terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kalshi_alpha.brokers.kalshi.venue_event import VenueEvent
from kalshi_alpha.config.series import Series
from kalshi_alpha.core.errors import BadMarket, BadStrike, MissingData, UnknownFee
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.proposal import Passed
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.schedule import ReleaseCalendar
from kalshi_alpha.core.types import Ladder, Market
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.event_news import WEEKLY, event_about, risk_unit

_WEEK = re.compile(r"week ending ([A-Z][a-z]{2})[a-z]*\.? ([0-9]{1,2})\b")


@dataclass(frozen=True, slots=True)
class Ladders:
    """The ladders that could be read, and the markets of events that could not."""

    snapshots: tuple[LadderSnapshot, ...]
    unread: tuple[Passed, ...]


def ladder_snapshots(
    events: Iterable[VenueEvent], series: Series, calendar: ReleaseCalendar, clock: RunClock
) -> Ladders:
    """Put the series' terms to its events.

    A market whose strike type is not one that the series is configured for, or whose strikes
    describe no interval, is unreadable: its boundary may be worth several points of probability.
    An event whose period, release or fees are not known is unreadable as a whole.
    """
    snapshots: list[LadderSnapshot] = []
    unread: list[Passed] = []
    for event in events:
        kept, refused = _markets(event, series)
        try:
            if kept:
                snapshots.append(_snapshot(event, series, calendar, clock, kept, refused))
                continue
        except (BadMarket, MissingData, UnknownFee) as error:
            refused |= {market.ticker: str(error) for market in kept}
        unread += [_unread(event, ticker, why) for ticker, why in refused.items()]
    return Ladders(tuple(snapshots), tuple(unread))


def _markets(event: VenueEvent, series: Series) -> tuple[list[Market], dict[str, str]]:
    """Return the event's markets that can be traded on, and why the others cannot."""
    faults = {market.ticker: _fault(market, series) for market in event.markets}
    refused = {ticker: why for ticker, why in faults.items() if why is not None}
    refused |= event.unreadable
    return [market for market in event.markets if market.ticker not in refused], refused


def _snapshot(
    event: VenueEvent,
    series: Series,
    calendar: ReleaseCalendar,
    clock: RunClock,
    kept: Sequence[Market],
    refused: Mapping[str, str],
) -> LadderSnapshot:
    period = event_about(event.event_ticker, series, calendar)
    if series.event == WEEKLY:
        _require_week(event, period)
    ladder = Ladder(
        event_ticker=event.event_ticker,
        series_ticker=series.ticker,
        quantity=series.quantity,
        risk_unit=risk_unit(event.event_ticker, series, calendar),
        grid=series.grid,
        markets=tuple(kept),
    )
    return LadderSnapshot(
        ladder=ladder,
        period=period,
        books=event.books,
        fee_terms=event.fees.at(clock.at),
        unreadable=refused,
    )


def _unread(event: VenueEvent, ticker: str, why: str) -> Passed:
    return Passed(
        market_ticker=ticker,
        event_ticker=event.event_ticker,
        strike="",
        reason=NotProposed.BAD_MARKET,
        detail=why,
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


def _require_week(event: VenueEvent, week: date) -> None:
    """Refuse an event whose title names another week than the calendar."""
    said = _WEEK.search(event.title)
    if said is not None and (said[1], int(said[2])) != (f"{week:%b}", week.day):
        raise BadMarket(f"{event.event_ticker} is titled {said[0]!r}, the calendar says {week}")
