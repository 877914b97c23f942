"""Where recorded events lie: tables that are there already, or recordings imported for the run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.market.manifest import EventRef
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.market.importing import find_sources
from kalshi_alpha.exec.market.source_files import Source

_TABLES = ("", "market", "data/market")
_SERIES = re.compile(r"KX[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which series, and event dates between two bounds, inclusive; None for no bound."""

    series: tuple[str, ...]
    first: date | None = None
    last: date | None = None

    def holds(self, series: str, day: date) -> bool:
        """Say whether a partition is wanted."""
        after = self.first is None or day >= self.first
        before = self.last is None or day <= self.last
        return series in self.series and after and before


@dataclass(frozen=True, slots=True, order=True)
class ShelvedEvent:
    """A recorded event: the root of its tables, and its name there."""

    day: date
    series: str
    event_ticker: str
    root: str
    ref: EventRef


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is recorded: events by day, series and name, and by name why others are of no use."""

    events: tuple[ShelvedEvent, ...]
    unusable: Mapping[str, str]


def shelved_events(
    folders: Sequence[str],
    scratch: Path,
    wanted: Wanted,
    executor: Executor | None = None,
) -> Shelf:
    """Return the recorded events that are wanted.

    Parameters
    ----------
    folders
        Folders or URLs of tables, and folders of recordings; a later one continues an earlier
        one, and where both hold an event the later one is believed.
    scratch
        Where recordings are imported to.
    wanted
        Which series and dates.
    executor
        Who imports; None for this process.

    Raises
    ------
    MissingData
        If a folder is not there, or nothing is recorded of them.
    """
    absent = [each for each in folders if "://" not in each and not Path(each).is_dir()]
    if absent:
        raise MissingData(f"no folder {', '.join(absent)}: give one of tables or recordings")
    found: dict[tuple[str, str], ShelvedEvent] = {}
    lacking: dict[str, str] = {}
    for root in _roots(folders, scratch, wanted, executor):
        store = MarketStore(root)
        for ticker in sorted(set(store.series()) & set(wanted.series)):
            for ref in store.events(ticker, wanted.first, wanted.last):
                key = (ref.series, ref.event_ticker)
                found[key] = ShelvedEvent(ref.event_date, *key, str(root), ref)
            lacking |= _lacking(store, ticker, wanted)
    if not found:
        raise MissingData(
            f"nothing is recorded of {', '.join(wanted.series)} in {', '.join(folders)} in that "
            "span"
        )
    events = sorted(found.values(), key=lambda each: (each.day, each.series, each.event_ticker))
    known = {each.event_ticker for each in events}
    return Shelf(
        tuple(events),
        {event: why for event, why in sorted(lacking.items()) if event not in known},
    )


def _lacking(store: MarketStore, series: str, wanted: Wanted) -> dict[str, str]:
    """Return the events that are recorded and cannot be replayed, with what nobody says."""
    return {
        each.event_ticker: f"no source says {' or '.join(each.lacks)} of all its markets"
        for day in store.dates(series, wanted.first, wanted.last)
        for each in store.manifest(series, day).events
        if each.fidelity is not None and each.lacks
    }


def by_day(events: Sequence[ShelvedEvent]) -> list[tuple[ShelvedEvent, ...]]:
    """Return events grouped by the day they are about, oldest first."""
    groups: dict[date, list[ShelvedEvent]] = defaultdict(list)
    for each in events:
        groups[each.day].append(each)
    return [tuple(groups[day]) for day in sorted(groups)]


def store_root(root: str) -> Path | str:
    """Return what a store is opened with: a URL as it is, anything else as a path."""
    return root if "://" in root else Path(root)


def _roots(
    folders: Sequence[str], scratch: Path, wanted: Wanted, executor: Executor | None
) -> list[Path | str]:
    """Return the roots of tables, recordings imported first where there are no tables."""
    found: list[Path | str] = []
    for number, folder in enumerate(folders):
        tables = [root for root in _candidates(folder) if MarketStore(root).series()]
        if tables:
            found += tables[:1]
        elif _imported(Path(folder), scratch / str(number), wanted, executor):
            found.append(scratch / str(number))
    return found


def _candidates(folder: str) -> list[Path | str]:
    if "://" in folder:
        return [folder]
    return [Path(folder) / below for below in _TABLES]


def _imported(folder: Path, into: Path, wanted: Wanted, executor: Executor | None) -> bool:
    """Import a folder's recordings and say whether it has any.

    It may hold nothing but the history that forecasts are made from.
    """
    try:
        sources = find_sources([folder])
    except MissingData:
        return False
    told = {n: _series_named(source) for n, source in enumerate(sources)}
    apart = [n for n, names in told.items() if names & set(wanted.series)]
    # A recording that does not say in its name what it holds may touch any partition: it comes
    # after those that do, and alone.
    together = [n for n, names in told.items() if not names]
    if executor is None:
        import_recordings(folder, into, wanted, (*apart, *together))
        return True
    groups: dict[frozenset[str], list[int]] = defaultdict(list)
    for n in apart:
        groups[told[n]].append(n)
    waiting = [
        executor.submit(import_recordings, folder, into, wanted, tuple(each))
        for each in groups.values()
    ]
    for future in waiting:
        future.result()
    import_recordings(folder, into, wanted, tuple(together))
    return True


def import_recordings(folder: Path, into: Path, wanted: Wanted, numbers: Sequence[int]) -> None:
    """Import some of a folder's recordings, by their numbers, as far as they are wanted."""
    sources, store = find_sources([folder]), MarketStore(into)
    for n in numbers:
        for partition in sources[n].partitions():
            if wanted.holds(partition.series, partition.date):
                store.write(partition)


def _series_named(source: Source) -> frozenset[str]:
    """Return the series that a recording's own file says it is of."""
    return frozenset(_SERIES.findall(source.files[0].name))
