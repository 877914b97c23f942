"""The run-book's names of markets: ``TNEY-24DEC12`` is the ten-year ladder of that day.

The venue knows its own tickers only. A name that begins with one of ours is looked up among the
events that are open there: the ladder's markets are followed, and what was asked for is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from kalshi_alpha.brokers.kalshi.payloads import EventPayload
from kalshi_alpha.config.series import Series, SeriesBook
from kalshi_alpha.core.errors import VenueError

TODAY = "TODAY"
"""Stands for the New York day of the clock, as a date does for itself."""


class NoSuchMarket(VenueError):
    """A name of ours means no market that is open at the venue."""


class EventReads(Protocol):
    """What is asked of the venue."""

    async def events(
        self, series_ticker: str, *, status: str | None = "open"
    ) -> tuple[EventPayload, ...]:
        """Return a series' events with their markets."""


@dataclass(frozen=True, slots=True)
class Markets:
    """Which markets are meant.

    Attributes
    ----------
    tickers
        The venue's, each once, in the order asked.
    aliases
        The markets of each name that is ours, written as the venue writes its days.
    """

    tickers: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def is_ours(name: str, book: SeriesBook) -> bool:
    """Return whether a name begins with a family's, such as ``TNEY-24DEC12``."""
    family = name.partition("-")[0].upper()
    return any(family in entry.aliases for entry in book.families.values())


def contract_on(text: str, today: date) -> str:
    """Return the venue's way to write a contract: ``2024-12-12`` and ``today`` are a day's."""
    if text.upper() == TODAY:
        return _stamp(today)
    try:
        return _stamp(date.fromisoformat(text))
    except ValueError:
        return text.upper()


async def find_markets(
    names: Sequence[str], book: SeriesBook, reads: EventReads, today: date, venue: str
) -> Markets:
    """Return the markets that names mean; a name that is not ours is the venue's ticker.

    Parameters
    ----------
    names
        As they were typed.
    book
        The series; those that are switched on are looked through.
    reads
        The venue.
    today
        New York day of the clock.
    venue
        Its name, for errors.

    Raises
    ------
    NoSuchMarket
        If a name of ours means nothing that is open; the message names what is.
    NotBuilt
        If its series are switched off.
    VenueError
        If the venue does not answer.
    """
    tickers: list[str] = []
    aliases: dict[str, tuple[str, ...]] = {}
    for name in names:
        if not is_ours(name, book):
            tickers.append(name)
            continue
        family, _, rest = name.upper().partition("-")
        contract, listed = contract_on(rest, today), book.resolve(family)
        events = [event for each in listed for event in await reads.events(each.ticker)]
        found = _meant(listed, contract, events)
        if not found:
            raise NoSuchMarket(_advice(name, listed, events, venue))
        aliases[f"{family}-{contract}"] = found
        tickers += found
    return Markets(tuple(dict.fromkeys(tickers)), aliases)


def _meant(
    listed: Iterable[Series], contract: str, events: Iterable[EventPayload]
) -> tuple[str, ...]:
    wanted = {f"{series.ticker}-{contract}" for series in listed}
    return tuple(
        market.ticker
        for event in events
        for market in event.markets
        if event.event_ticker in wanted or market.ticker in wanted
    )


def _advice(name: str, listed: Sequence[Series], events: Sequence[EventPayload], venue: str) -> str:
    series = ", ".join(each.ticker for each in listed)
    there = ", ".join(event.event_ticker for event in events)
    if not there:
        return f"{name} is of {series}, of which nothing is open at {venue}"
    example = name.partition("-")[0] + events[0].event_ticker.removeprefix(events[0].series_ticker)
    return f"{name} means nothing open at {venue}; open are {there}: type {example}"


def _stamp(day: date) -> str:
    return f"{day:%y%b%d}".upper()
