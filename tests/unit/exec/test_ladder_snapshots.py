from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from desk import AT, Morning
from kalshi_alpha.brokers.kalshi.venue_event import VenueEvent
from kalshi_alpha.config.series import Series
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.schedule import Release, ReleaseCalendar
from kalshi_alpha.core.types import Strike, StrikeType
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ladder_snapshots import Ladders, ladder_snapshots

CLOCK = RunClock(AT, ClockSource.SET)
RELEASE = Release(datetime(2024, 12, 11, 13, 30, tzinfo=UTC), "cpi", "2024-11")
CALENDAR = ReleaseCalendar.of([RELEASE])


@pytest.fixture
def event(morning: Morning) -> VenueEvent:
    [found] = morning.inputs.events["KXCPI"]
    return found


@pytest.fixture
def series(morning: Morning) -> Series:
    [found] = morning.run.settings.series.resolve("KXCPI")
    return found


def read(event: VenueEvent, series: Series, calendar: ReleaseCalendar = CALENDAR) -> Ladders:
    return ladder_snapshots([event], series, calendar, CLOCK)


def test_an_event_becomes_a_ladder_on_the_series_terms(event: VenueEvent, series: Series) -> None:
    [snapshot] = read(event, series).snapshots
    assert snapshot.ladder.risk_unit == "CPI:2024-12-11"
    assert (snapshot.ladder.quantity, snapshot.ladder.grid) == ("cpi_mom", series.grid)
    assert snapshot.ladder.markets == event.markets
    assert (snapshot.books, snapshot.unreadable) == (event.books, {})
    assert snapshot.fee_terms == event.fees.at(AT)


def test_a_strike_type_that_is_not_the_series_is_unreadable(
    event: VenueEvent, series: Series
) -> None:
    """At least 0.1 and more than 0.1 differ by the probability of 0.1, a third of it all."""
    first, *others = event.markets
    strike = Strike(StrikeType.GREATER_OR_EQUAL, Decimal("0.1"), None)
    odd = replace(event, markets=(replace(first, strike=strike), *others))

    [snapshot] = read(odd, series).snapshots

    assert snapshot.ladder.markets == tuple(others)
    assert "greater_or_equal is not of KXCPI" in snapshot.unreadable[first.ticker]


def test_a_market_with_a_torn_book_is_told_once(event: VenueEvent, series: Series) -> None:
    first, *others = event.markets
    torn = replace(event, unreadable={first.ticker: "prices cross"})

    [snapshot] = read(torn, series).snapshots

    assert snapshot.ladder.markets == tuple(others)
    assert snapshot.unreadable == {first.ticker: "prices cross"}


def unread(ladders: Ladders) -> dict[str, str]:
    assert ladders.snapshots == ()
    assert {passed.reason for passed in ladders.unread} == {NotProposed.BAD_MARKET}
    return {passed.market_ticker: passed.detail for passed in ladders.unread}


def test_an_event_without_a_readable_market_still_names_its_markets(
    event: VenueEvent, series: Series
) -> None:
    bad = {market.ticker: "no strike" for market in event.markets}
    assert unread(read(replace(event, unreadable=bad), series)) == bad


def test_an_event_whose_release_is_not_announced_is_unread(
    event: VenueEvent, series: Series
) -> None:
    found = unread(read(event, series, ReleaseCalendar.of([])))
    assert set(found) == {market.ticker for market in event.markets}
    assert set(found.values()) == {"the calendar names no release of cpi 2024-11"}


def test_an_event_whose_period_cannot_be_read_is_unread(event: VenueEvent, series: Series) -> None:
    odd = replace(event, event_ticker="KXCPI-SOON")
    assert "KXCPI-SOON" in next(iter(unread(read(odd, series)).values()))


def test_an_event_whose_fees_are_not_known_is_unread(event: VenueEvent, series: Series) -> None:
    early = RunClock(AT - timedelta(days=30), ClockSource.SET)
    found = ladder_snapshots([event], series, CALENDAR, early)
    assert "no fee terms" in next(iter(unread(found).values()))


def other(venue: VenueEvent, series: Series, ticker: str, **changes: Any) -> tuple[Any, Any]:
    """Give an event and its markets another ticker, and its series other terms."""
    markets = tuple(
        replace(each, ticker=f"{ticker}-{n}", event_ticker=ticker)
        for n, each in enumerate(venue.markets)
    )
    renamed = replace(venue, event_ticker=ticker, title="", markets=markets, books={})
    return renamed, msgspec.structs.replace(series, ticker=ticker.partition("-")[0], **changes)


WEEKS = ReleaseCalendar.of(
    [Release(datetime(2024, 11, 27, 13, 30, tzinfo=UTC), "claims", "2024-11-23")]
)


def test_a_claims_event_is_about_the_week_that_its_release_reports(
    event: VenueEvent, series: Series
) -> None:
    """The day before Thanksgiving: the release came on a Wednesday."""
    claims = other(event, series, "KXJOBLESSCLAIMS-24NOV27", event="claims", exposure="CLAIMS")
    [snapshot] = read(*claims, WEEKS).snapshots
    assert snapshot.period == date(2024, 11, 23)
    assert snapshot.ladder.risk_unit == "CLAIMS:2024-11-27"


def test_a_claims_event_on_a_day_without_a_release_is_unread(
    event: VenueEvent, series: Series
) -> None:
    claims = other(event, series, "KXJOBLESSCLAIMS-24NOV28", event="claims")
    assert "no release of claims on 2024-11-28" in next(iter(unread(read(*claims, WEEKS)).values()))


@pytest.mark.parametrize(
    ("title", "refused"),
    [
        ("claims in the week ending Nov 23?", False),
        ("claims in the week ending November 23, 2024?", False),
        ("claims in the week ending Nov 30?", True),
        ("claims in the week ending October 23?", True),
        ("claims that week?", False),
    ],
)
def test_a_title_that_names_another_week_is_refused(
    event: VenueEvent, series: Series, title: str, refused: bool
) -> None:
    claims, terms = other(event, series, "KXJOBLESSCLAIMS-24NOV27", event="claims")
    ladders = read(replace(claims, title=title), terms, WEEKS)
    assert (ladders.snapshots == ()) is refused


def test_daily_events_settle_on_their_day_whatever_the_series(
    event: VenueEvent, series: Series
) -> None:
    """Daily, weekly and month-end ladders on one day's yield are one piece of news."""
    units = {
        read(*other(event, series, ticker, event=None, exposure="TNEY"), WEEKS)
        .snapshots[0]
        .ladder.risk_unit
        for ticker in ("KXUST10AD-24DEC31", "KXUST10A-24DEC31", "KXUST10AM-24DEC31")
    }
    assert units == {"TNEY:2024-12-31"}


def test_each_stations_day_is_a_piece_of_news_of_its_own(event: VenueEvent, series: Series) -> None:
    terms = {"event": None, "exposure": "TEMP_NE", "station": "MDW"}
    [snapshot] = read(*other(event, series, "KXHIGHCHI-24DEC12", **terms), WEEKS).snapshots
    assert snapshot.ladder.risk_unit == "TEMP_NE:MDW:2024-12-12"
    assert snapshot.period == date(2024, 12, 12)
