"""Rebuild each book of a recorded day from its start, and compare it with every later snapshot.

A snapshot is the venue's, or our own book as it was written down. Where frames are known to be
missing, the venue's next snapshot begins a book anew and is compared with nothing. A market that
has closed is shown empty, though nobody took its levels away one by one: that is no difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from kalshi_alpha.brokers.kalshi.book_feed import ANY_SEQ, BookFeed, Subscription
from kalshi_alpha.brokers.kalshi.stream_events import NoticeKind
from kalshi_alpha.brokers.kalshi.stream_frames import (
    Delta,
    OtherFrame,
    Snapshot,
    UnreadableFrame,
    decode_frame,
    read_change,
    read_price,
    snapshot_texts,
)
from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.market.manifest import MANIFEST_NAME, read_manifest
from kalshi_alpha.datastore.market.partition import partition_folder
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.tape import instant, micros
from kalshi_alpha.exec.recorder.lines import BEGINS, RecordedBook, RecordedLine, read_life
from kalshi_alpha.exec.recorder.raw_days import DayReader, DaySeal, RawDays
from kalshi_alpha.exec.recorder.sealing import SOURCE_PREFIX

DIFFERENCES_TOLD = 100
_LOST = frozenset({NoticeKind.DISCONNECTED, NoticeKind.CONNECTED, NoticeKind.CHANNEL_ENDED, BEGINS})
_ENDED = frozenset({"deactivated", "determined", "settled"})
_Levels = dict[tuple[Side, int], int]


@dataclass(slots=True)
class Verified:
    """What the comparison of a day gave.

    Attributes
    ----------
    date
        Which UTC day.
    lines, books
        Lines read, and markets whose books were rebuilt.
    snapshots, begun, closed
        Snapshots that were compared, those that began a book, and those that showed a closed
        market empty.
    differences
        Of the rebuilt book from a snapshot, in words; the first hundred.
    different
        How many snapshots differed.
    torn_bytes, unreadable
        Bytes at the ends of files that a crash tore, or that follow damage, and lines that are
        none.
    damages
        Frames that are broken though whole ones follow, and lines that are none, in words; the
        first hundred.
    altered
        Raw files that are not what the day's manifest says, and files of the tables that it was
        turned into that are not what theirs say.
    sealed
        Whether the day is sealed.
    unsealed
        Partitions of the tables that hold rows of the day although it is not sealed, so that
        nothing says what they should be.
    """

    date: date
    lines: int = 0
    books: int = 0
    snapshots: int = 0
    begun: int = 0
    closed: int = 0
    different: int = 0
    differences: list[str] = field(default_factory=list)
    torn_bytes: int = 0
    unreadable: int = 0
    damages: list[str] = field(default_factory=list)
    altered: tuple[str, ...] = ()
    sealed: bool = False
    unsealed: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every snapshot was met, nothing is damaged and no sealed file has changed.

        What a crash tore off the end of a file is expected; tables without the day's seal are not.
        """
        return not (self.different or self.damages or self.altered or self.unsealed)


def verify_day(days: RawDays, day: date, tables: Path) -> Verified:
    """Verify a day.

    Parameters
    ----------
    days, day
        Which.
    tables
        Root of the market tables that it was turned into, if it was.

    Raises
    ------
    TornFile
        If its manifest cannot be read.
    NewerSchema
        If a manifest of the tables is of a later version.
    """
    reader, walk = DayReader(days.files(day)), _Walk(Verified(day))
    for line in reader:
        walk.take(line)
    found, seal = walk.found, days.seal(day)
    found.books = len(walk.feed.books)
    found.torn_bytes = sum(file.torn_bytes for file in reader.files)
    found.unreadable, found.damages = reader.unreadable, reader.damages
    if seal is None:
        found.unsealed = tuple(_unsealed_tables(f"{days.name} {day:%Y%m%d}", tables))
    else:
        found.sealed = True
        known = {file.name: file.sha256 for file in seal.files}
        there = {file.name: file.sha256 for file in reader.files}
        names = sorted(known.keys() | there.keys())
        changed = (name for name in names if known.get(name) != there.get(name))
        found.altered = (*changed, *_altered_tables(seal, tables))
    return found


def _unsealed_tables(source: str, root: Path) -> Iterator[str]:
    """Yield the partitions that name a recording's day among what their rows come from.

    A partition whose manifest cannot be read is another's to tell: nothing says whose it is.
    """
    label = source.rpartition(" ")[2]
    for folder in sorted({path.parent for path in root.glob(f"series=*/date=*/*.{label}.parquet")}):
        try:
            manifest = read_manifest((folder / MANIFEST_NAME).read_bytes(), str(folder))
        except (FileNotFoundError, TornFile):
            continue
        if f"{SOURCE_PREFIX}{source}" in manifest.sources:
            yield str(folder.relative_to(root))


def _altered_tables(seal: DaySeal, root: Path) -> Iterator[str]:
    """Yield the files of a sealed day's partitions that are not what their manifests say."""
    for each in seal.partitions:
        series, _, text = each.partition(" ")
        day = date.fromisoformat(text)
        folder = partition_folder(root, series, day)
        try:
            manifest = MarketStore(root).manifest(series, day)
        except (MissingData, TornFile):
            yield str((folder / MANIFEST_NAME).relative_to(root))
            continue
        for file in manifest.files:
            if _sha256(folder / file.name) != file.sha256:
                yield str((folder / file.name).relative_to(root))


def _sha256(path: Path) -> str | None:
    """Return a file's digest, or None if it is not there."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Walk:
    def __init__(self, found: Verified) -> None:
        self.found = found
        self.feed = BookFeed(follow_all=True)
        self._unclaimed: dict[str, LadderBook] = {}
        self._closes_us: dict[str, int] = {}

    def take(self, line: RecordedLine | None) -> None:
        self.found.lines += 1
        if line is None:
            self.feed.note_unreadable()
            return
        if line.notice in _LOST:
            self.feed.forget(Dirty.DISCONNECTED)
            self.feed.mark_all(Dirty.DISCONNECTED)
        for market in line.markets:
            self._closes_us[market.ticker] = micros(datetime.fromisoformat(market.close_time))
        for book in line.books:
            self._kept(book, line.at_us)
        if not line.frame:
            return
        try:
            frame = decode_frame(bytes(line.frame))
        except UnreadableFrame:
            self.feed.note_unreadable()
            return
        if isinstance(frame, Delta):
            self._adopt(frame)
        if isinstance(frame, OtherFrame):
            self._note_end(frame, line.at_us)
        was = self._expected(frame) if isinstance(frame, Snapshot) else None
        taken = self.feed.apply_decoded(frame)
        if isinstance(frame, Snapshot) and isinstance(taken, LadderBook):
            self._compare(frame.msg.market_ticker, was, _said(frame), line.at_us)

    def _note_end(self, frame: OtherFrame, at_us: int) -> None:
        """Note that a market ended before its time was up."""
        life = read_life(frame)
        if life is not None and life.event_type in _ENDED:
            self._closes_us[life.market_ticker] = at_us

    def _adopt(self, frame: Delta) -> None:
        """Let a subscription that began on an earlier day carry a book that was kept from it."""
        book = self._unclaimed.pop(frame.msg.market_ticker, None)
        if book is not None and book.dirty is None:
            held = self.feed.subscriptions.setdefault(frame.sid, Subscription(frame.seq))
            held.books.setdefault(frame.msg.market_ticker, book)

    def _expected(self, frame: Snapshot) -> _Levels | None:
        """Return what a snapshot should say, or None if something before it is missing."""
        book, held = (
            self.feed.books.get(frame.msg.market_ticker),
            self.feed.subscriptions.get(frame.sid),
        )
        self._unclaimed.pop(frame.msg.market_ticker, None)
        if book is None or book.dirty is not None:
            return None
        in_turn = held is None or held.next_seq in {ANY_SEQ, frame.seq}
        return _levels(book) if in_turn else None

    def _kept(self, book: RecordedBook, at_us: int) -> None:
        said: _Levels = {(Side.YES, price): size for price, size in book.yes}
        said |= {(Side.NO, price): size for price, size in book.no}
        known = self.feed.books.get(book.ticker)
        if known is None:
            known = self.feed.books[book.ticker] = LadderBook(book.ticker)
            known.apply_snapshot(book.yes, book.no)
            self._unclaimed[book.ticker] = known
            self.found.begun += 1
        elif known.dirty is None:
            self._compare(book.ticker, _levels(known), said, at_us)

    def _compare(self, ticker: str, was: _Levels | None, said: _Levels, at_us: int) -> None:
        if was is None:
            self.found.begun += 1
            return
        if was and not said and self._closes_us.get(ticker, at_us + 1) <= at_us:
            self.found.closed += 1
            return
        self.found.snapshots += 1
        if was == said:
            return
        self.found.different += 1
        if len(self.found.differences) < DIFFERENCES_TOLD:
            levels = sorted(k for k in was.keys() | said.keys() if was.get(k) != said.get(k))
            side, price_e4 = levels[0]
            self.found.differences.append(
                f"{instant(at_us).isoformat()} {ticker}: {len(levels)} levels differ, first "
                f"{side} {price_e4 / 10_000:.4f}"
            )


def _levels(book: LadderBook) -> _Levels:
    return {(side, price): size for side in Side for price, size in book.levels(side)}


def _said(frame: Snapshot) -> _Levels:
    return {
        (side, read_price(price)): size
        for side in Side
        for price, count in snapshot_texts(frame.msg, side)
        if (size := read_change(count))
    }
