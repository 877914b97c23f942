"""Where recorded events lie: tables that are there already, or recordings imported for the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.market.manifest import EventRef
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.market.importing import find_sources, import_source

_TABLES = ("", "market", "data/market")


@dataclass(frozen=True, slots=True, order=True)
class ShelvedEvent:
    """A recorded event: the root of its tables, and its name there."""

    day: date
    series: str
    event_ticker: str
    root: str
    ref: EventRef


def shelved_events(
    folders: Sequence[str],
    scratch: Path,
    series: Sequence[str],
    first: date | None,
    last: date | None,
) -> tuple[ShelvedEvent, ...]:
    """Return the recorded events of some series, by day, series and name.

    Parameters
    ----------
    folders
        Folders or URLs of tables, and folders of recordings; a later one continues an earlier
        one, and where both hold an event the later one is believed.
    scratch
        Where recordings are imported to.
    series
        Which series.
    first, last
        Bounds of the event dates, inclusive; None for none.

    Raises
    ------
    MissingData
        If nothing is recorded of the series.
    """
    found: dict[tuple[str, str], ShelvedEvent] = {}
    for root in _roots(folders, scratch):
        store = MarketStore(root)
        for ticker in sorted(set(store.series()) & set(series)):
            for ref in store.events(ticker, first, last):
                key = (ref.series, ref.event_ticker)
                found[key] = ShelvedEvent(ref.event_date, *key, str(root), ref)
    if not found:
        raise MissingData(
            f"nothing is recorded of {', '.join(series)} in {', '.join(folders)} in that span"
        )
    return tuple(
        sorted(found.values(), key=lambda each: (each.day, each.series, each.event_ticker))
    )


def by_day(events: Sequence[ShelvedEvent]) -> list[tuple[ShelvedEvent, ...]]:
    """Return events grouped by the day they are about, oldest first."""
    groups: dict[date, list[ShelvedEvent]] = defaultdict(list)
    for each in events:
        groups[each.day].append(each)
    return [tuple(groups[day]) for day in sorted(groups)]


def store_root(root: str) -> Path | str:
    """Return what a store is opened with: a URL as it is, anything else as a path."""
    return root if "://" in root else Path(root)


def _roots(folders: Sequence[str], scratch: Path) -> list[Path | str]:
    """Return the roots of tables, recordings imported first where there are no tables."""
    found: list[Path | str] = []
    for number, folder in enumerate(folders):
        tables = [root for root in _candidates(folder) if MarketStore(root).series()]
        if tables:
            found += tables[:1]
            continue
        try:
            sources = find_sources([Path(folder)])
        except MissingData:
            continue  # A folder may hold nothing but the history that forecasts are made from.
        into = MarketStore(scratch / str(number))
        for source in sources:
            import_source(into, source)
        found.append(scratch / str(number))
    return found


def _candidates(folder: str) -> list[Path | str]:
    if "://" in folder:
        return [folder]
    return [Path(folder) / below for below in _TABLES]
