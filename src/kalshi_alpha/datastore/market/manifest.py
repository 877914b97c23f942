"""The manifest of a partition: what lies in it, where it comes from, and whether it is complete."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import msgspec

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.replay.tape import Fidelity
from kalshi_alpha.datastore.market.schema import MARKET_SCHEMA, Table
from kalshi_alpha.datastore.versioned import decode_versioned

MANIFEST_NAME = "manifest.json"
GAPS_PLACED = 2
"""The first schema with a table of gaps; before it a manifest only had words for them."""
_NAME = re.compile(r"[a-z]+(\.[A-Za-z0-9-]+)?\.parquet")


class TableFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a partition.

    Attributes
    ----------
    table, name
        Which table it is part of, and its file name.
    rows, bytes, sha256
        What it must be when it is read.
    source
        The recording or file that it comes from.
    """

    table: Table
    name: str
    rows: int
    bytes: int
    sha256: str
    source: str


class EventEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event of a partition.

    Attributes
    ----------
    event_ticker
        Its name.
    first_market, markets
        Its rows of the markets table.
    fidelity
        The finest thing recorded; None where there are only candles, or nothing.
    rows
        How many rows of each table are its own.
    result_source
        Where its results come from, in the source's own word.
    lacks
        What no source says of its markets and a tape needs, such as ``strike``; none if a tape can
        be built.
    """

    event_ticker: str
    first_market: int
    markets: int
    fidelity: Fidelity | None
    rows: dict[Table, int]
    result_source: str
    lacks: tuple[str, ...] = ()


class DateManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a partition holds.

    Attributes
    ----------
    schema, series, date
        Version, and which partition.
    sealed
        Whether no more rows are expected.
    sources
        SHA-256 of every source by its name.
    events, files
        What lies here.
    gaps
        Stretches that the recording misses, in words of the source.
    """

    schema: int
    series: str
    date: date
    sealed: bool
    sources: dict[str, str]
    events: tuple[EventEntry, ...]
    files: tuple[TableFile, ...]
    gaps: tuple[str, ...] = ()

    def event(self, ticker: str) -> EventEntry | None:
        """Return an event's entry, or None."""
        return next((each for each in self.events if each.event_ticker == ticker), None)


@dataclass(frozen=True, slots=True)
class EventRef:
    """An event that was recorded, without what was recorded of it.

    Attributes
    ----------
    series, event_ticker, event_date
        Which.
    fidelity
        The finest thing recorded.
    result_source
        Where its results come from, in the source's own word; `AMBIGUOUS` marks results that two
        sources tell differently.
    """

    series: str
    event_ticker: str
    event_date: date
    fidelity: Fidelity
    result_source: str = ""


AMBIGUOUS = "ambiguous_obs_vs_last_trade"
"""The result source of events whose results are in doubt: a backtest leaves them out."""


def read_manifest(data: bytes, where: str) -> DateManifest:
    """Decode a manifest.

    Raises
    ------
    TornFile, NewerSchema
        If it is not whole, or a later version wrote it; also if an earlier one wrote that the
        recording has gaps and not where, as a replay would trade through them.
    """
    remedy = "import or seal this date again"
    manifest = decode_versioned(data, DateManifest, MARKET_SCHEMA, where=where, remedy=remedy)
    placed = manifest.schema >= GAPS_PLACED or any(f.table is Table.GAPS for f in manifest.files)
    if manifest.gaps and not placed:
        raise TornFile(f"{where}: it tells of gaps and not when they were; {remedy}")
    for file in manifest.files:
        if _NAME.fullmatch(file.name) is None:
            raise TornFile(f"{where}: {file.name!r} is no name of a table's file")
    return manifest
