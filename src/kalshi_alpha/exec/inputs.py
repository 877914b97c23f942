"""Everything an offline run reads from its fixtures, read before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kalshi_alpha.brokers.kalshi.venue_event import VenueEvent
from kalshi_alpha.core.errors import MissingData, ParseRefused, UsageError
from kalshi_alpha.core.types import Trade
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.exec.paper.closing_mids import MidAnswer
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Row, Strategy


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run was given.

    Attributes
    ----------
    payloads
        Payloads of the feeds that are needed, as far as they had been received by the clock.
    history
        The family's calibration history.
    events
        The venue's events of each series that is scanned, by series ticker.
    """

    payloads: tuple[Payload, ...]
    history: tuple[Row, ...]
    events: Mapping[str, tuple[VenueEvent, ...]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read and taken in, and the run at the clock of what was read last.

    ``tapes`` holds the prints that paper orders which have ended may have met, by order, and
    ``closing`` what the venue said of the closing mids that were waited for.
    """

    run: Run
    inputs: Inputs
    ingested: tuple[FeedSummary, ...]
    tapes: Mapping[str, Sequence[Trade]] = field(default_factory=dict)
    closing: Sequence[MidAnswer] = ()


@dataclass(frozen=True, slots=True)
class InputUsed:
    """The newest payload of a feed: which bytes, and how old they were at the clock."""

    source: str
    retrieved_at: datetime
    age_s: float
    sha256: str


CALENDAR = "macro_calendar"
"""Says when values are due, so that every family reads it."""

# Feeds that a family reads and no freshness rule judges.
_UNJUDGED: Mapping[str, frozenset[str]] = {
    "CPI": frozenset({"eia_gas"}),
    "TNEY": frozenset({"ten_year_quote"}),
    "WEATHER": frozenset({"weather_guidance", "nws_observations"}),
}


def sources_needed(run: Run) -> frozenset[str]:
    """Return the feeds to take in: those any switched-on series needs, and the family's others.

    A feed that is stale stops every series, so a run looks at more than its own family's.
    """
    rules = {feed for series in run.settings.series.enabled for feed in series.feeds}
    judged = {run.settings.freshness.feeds[rule].source for rule in rules}
    return frozenset(judged) | {CALENDAR} | _UNJUDGED.get(run.family, frozenset())


def read_inputs(run: Run, strategy: Strategy, series: str) -> Inputs:
    """Read payloads, history and events.

    Raises
    ------
    UsageError
        If a file that the fixtures should hold is not there.
    ParseRefused, NewerSchema, TornFile
        If the venue's payloads or the history cannot be read.
    """
    try:
        wanted, received = sources_needed(run), Manifest(run.driver_fixtures)
        return Inputs(
            payloads=tuple(p for p in received.payloads(run.clock.at) if p.source in wanted),
            history=read_history(run, strategy),
            events={
                each.ticker: run.feed.events(each.ticker)
                for each in run.settings.series.resolve(series)
            },
        )
    except MissingData as error:
        raise UsageError(f"fixtures are incomplete: {error}") from error


def inputs_used(payloads: Iterable[Payload], at: datetime) -> tuple[InputUsed, ...]:
    """Return the newest payload of every feed, by the feed's name."""
    newest: dict[str, Payload] = {}
    for payload in payloads:
        known = newest.get(payload.source)
        if known is None or payload.retrieved_at >= known.retrieved_at:
            newest[payload.source] = payload
    return tuple(
        InputUsed(
            source=source,
            retrieved_at=payload.retrieved_at,
            age_s=(at - payload.retrieved_at).total_seconds(),
            sha256=hashlib.sha256(payload.body).hexdigest(),
        )
        for source, payload in sorted(newest.items())
    )


def read_history(run: Run, strategy: Strategy) -> tuple[Row, ...]:
    """Read the calibration history of a run's fixtures.

    Raises
    ------
    MissingData
        If it is not there.
    ParseRefused
        If it cannot be read.
    """
    path = run.driver_fixtures / strategy.history
    try:
        body: Any = json.loads(path.read_bytes())
        return tuple(body["history"])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingData(f"{path} is not there: it holds the calibration history") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ParseRefused(strategy.history, f"no history can be read: {error}") from error
