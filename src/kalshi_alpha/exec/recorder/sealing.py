"""Turn a day's raw frames into tables, and seal the day.

The rows of a UTC day are a part of their own in every event's partition, so that a day can be
sealed again. What the venue lists of a market later, such as its result, is taken over when it is
known; what was known and is not listed any more is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kalshi_alpha.brokers.kalshi.stream_events import NoticeKind
from kalshi_alpha.brokers.kalshi.stream_frames import UnreadableFrame, decode_frame
from kalshi_alpha.core.errors import BadParameter, DomainError
from kalshi_alpha.core.types import Price
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.tape import instant, micros
from kalshi_alpha.exec.market.frame_tables import FrameTables
from kalshi_alpha.exec.market.listing import (
    RECORD,
    Listed,
    event_day,
    in_order,
    indexed,
    markets_frame,
)
from kalshi_alpha.exec.recorder.lines import BEGINS, RESULT_SOURCE, RecordedLine, read_life
from kalshi_alpha.exec.recorder.raw_days import SEAL_NAME, SEAL_SCHEMA, DayReader, DaySeal, RawDays

if TYPE_CHECKING:
    from kalshi_alpha.datastore.market.manifest import DateManifest

SOURCE_PREFIX = "stream "
_TOLD = {
    NoticeKind.DISCONNECTED: "the connection was lost",
    NoticeKind.STALLED: "the stream stood still",
    NoticeKind.CHANNEL_ENDED: "a channel ended and was subscribed anew",
    NoticeKind.UNREADABLE_FRAME: "a frame could not be read",
    NoticeKind.CLOCK_DOUBTED: "our clock was in doubt",
}
"""Notices that mean that something is missing."""


@dataclass(slots=True)
class _Day:
    """What is taken in of a day."""

    tables: FrameTables = field(default_factory=FrameTables)
    listed: dict[str, Listed] = field(default_factory=dict)
    series_of: dict[str, str] = field(default_factory=dict)
    lives: dict[str, dict[str, int]] = field(default_factory=dict)
    last_us: int | None = None
    told: int = 0

    def take(self, line: RecordedLine | None) -> None:
        if line is None:
            self._lost(self.last_us or 0, "a line of the recording cannot be read")
            return
        if line.notice:
            self._notice(line)
        for market in line.markets:
            self.listed[market.ticker] = market.listed()
            self.series_of[market.event_ticker] = market.series
        for book in line.books:
            self.tables.book(book.ticker, line.at_us, book.yes, book.no)
        if line.frame:
            self._frame(line)
        self.last_us = line.at_us

    def _notice(self, line: RecordedLine) -> None:
        tables = self.tables
        if line.notice == BEGINS:
            since = "" if self.last_us is None else f", nothing since {instant(self.last_us)}"
            tables.connected(line.at_us)
            tables.gap(line.at_us, f"the recording begins{since}")
        elif line.notice == NoticeKind.CONNECTED:
            tables.connected(line.at_us)
        elif line.notice == NoticeKind.SEQ_GAP and len(tables.gaps) == self.told:
            self._lost(line.at_us, "frames are missing")
        elif line.notice in _TOLD:
            said = f"{_TOLD[NoticeKind(line.notice)]} {line.detail}".rstrip()
            self._lost(line.at_us, said)
        self.told = len(tables.gaps)

    def _lost(self, at_us: int, what: str) -> None:
        """Note what is missing: nobody knows which books it was about."""
        self.tables.gap(at_us, what)
        self.tables.lose(at_us)

    def _frame(self, line: RecordedLine) -> None:
        try:
            frame = decode_frame(bytes(line.frame))
            self.tables.take(frame, line.at_us)
        except (UnreadableFrame, DomainError) as error:
            self._lost(line.at_us, f"a frame says nothing: {error}")
            return
        life = read_life(frame)
        if life is not None:
            known = self.lives.setdefault(life.market_ticker, {})
            if life.settlement_value is not None:
                known["yes_payout_e4"] = Price.parse(life.settlement_value).e4
            if life.settled_ts is not None:
                known["settled_us"] = life.settled_ts * 1_000_000

    def known(self) -> dict[str, Listed]:
        """Return the listed markets with what their lives told."""
        return {ticker: self._with_life(each) for ticker, each in self.listed.items()}

    def _with_life(self, market: Listed) -> Listed:
        told = self.lives.get(market.ticker, {})
        paid = told.get("yes_payout_e4", market.yes_payout_e4)
        return replace(
            market,
            yes_payout_e4=paid,
            settled_us=told.get("settled_us", market.settled_us),
            result_source=None if paid is None else RESULT_SOURCE,
        )


def seal_day(days: RawDays, day: date, store: MarketStore) -> DaySeal:
    """Write a UTC day's tables and its manifest; a day that was sealed is sealed anew.

    Raises
    ------
    BadParameter
        If a partition holds what was imported from elsewhere.
    TornFile, NewerSchema
        If a partition that is to be continued cannot be read.
    OSError
        If something cannot be written.
    """
    reader, taken = DayReader(days.files(day)), _Day()
    for line in reader:
        taken.take(line)
    for file in reader.files:
        if file.torn_bytes:
            taken.tables.gap(taken.last_us or 0, f"{file.name}: {file.torn_bytes} bytes are torn")
    # What stood at the end stands no longer than the day's file tells: the next one begins with
    # the books that were still believed, or nobody followed them.
    taken.tables.lose(taken.last_us or 0)
    label = f"{day:%Y%m%d}"
    source = f"{SOURCE_PREFIX}{days.name} {label}"
    digest = hashlib.sha256("".join(each.sha256 for each in reader.files).encode()).hexdigest()
    known = taken.known()
    fresh = (
        taken.tables.partitions(known, taken.series_of, {source: digest}, label=label)
        if taken.tables.tickers
        else []
    )
    written = [_merged(each, store, known, day) for each in fresh]
    written += _news(store, taken, {(each.series, each.date) for each in written}, source, digest)
    for each in written:
        store.write(each, durable=True)
    seal = DaySeal(
        schema=SEAL_SCHEMA,
        env=days.env,
        name=days.name,
        date=day,
        files=tuple(reader.files),
        lines=sum(file.lines for file in reader.files),
        unreadable=reader.unreadable,
        rows=_rows(fresh),
        gaps=taken.tables.told_gaps(),
        partitions=tuple(f"{each.series} {each.date}" for each in written),
    )
    write_json(days.day(day) / SEAL_NAME, seal)
    return seal


def _markets(store: MarketStore, manifest: DateManifest) -> dict[str, Listed]:
    return {row["ticker"]: Listed(**row) for row in store.market_rows(manifest)}


def _rows(partitions: Iterable[Partition]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for part in (part for each in partitions for part in each.parts):
        if part.table is Table.GAPS:
            continue  # told in words, and once for all books
        rows[part.table.value] = rows.get(part.table.value, 0) + part.frame.height
    return rows


def _before(store: MarketStore, series: str, day: date) -> DateManifest | None:
    """Return the manifest of a partition that is to be continued, or None if there is none."""
    if day not in store.dates(series, day, day):
        return None
    manifest = store.manifest(series, day)
    foreign = [name for name in manifest.sources if not name.startswith(SOURCE_PREFIX)]
    if foreign:
        raise BadParameter(f"{series} {day} was imported from {foreign[0]}: move it elsewhere")
    return manifest


def _merged(
    fresh: Partition, store: MarketStore, known: Mapping[str, Listed], day: date
) -> Partition:
    """Return a partition with what earlier days recorded of it."""
    before = _before(store, fresh.series, fresh.date)
    rows = {row["ticker"]: Listed(**row) for row in fresh.markets.to_dicts()}
    if before is None:
        return replace(fresh, sealed=_is_over(rows.values(), day))
    (label,) = {part.label for part in fresh.parts} or {""}
    old = _markets(store, before)
    for ticker, each in old.items():
        rows[ticker] = _newer(each, rows.get(ticker) or known.get(ticker))
    markets = in_order(rows.values())
    parts = [part for part in store.parts(before) if part.label != label]
    kept = tuple(gap for gap in before.gaps if not gap.startswith(day.isoformat()))
    return Partition(
        fresh.series,
        fresh.date,
        markets_frame(markets),
        [
            *(_placed(part, list(old), markets) for part in parts),
            *(_placed(part, fresh.markets["ticker"].to_list(), markets) for part in fresh.parts),
        ],
        {**before.sources, **fresh.sources},
        sealed=_is_over(markets, day),
        gaps=tuple(sorted({*kept, *fresh.gaps})),
    )


def _placed(part: Part, tickers: Sequence[str], markets: Sequence[Listed]) -> Part:
    """Return a part whose markets are counted in another table."""
    import polars as pl

    names = pl.DataFrame({"ticker": tickers}).with_row_index("market")
    named = part.frame.join(names, on="market", how="left", maintain_order="left").drop("market")
    return replace(part, frame=indexed(named, markets).select(part.frame.columns))


def _newer(old: Listed, new: Listed | None) -> Listed:
    """Return a market with what is known of it now; records only ever widen its hours."""
    if new is None:
        return old
    told: dict[str, Any] = {**_said(old), **_said(new)}
    if old.opens_us is not None and (new.opens_us is None or old.opens_us <= new.opens_us):
        told |= {"opens_us": old.opens_us, "opens_source": old.opens_source}
    is_wider = old.closes_source != RECORD or (old.closes_us or 0) > (new.closes_us or 0)
    if new.closes_source == RECORD and old.closes_us is not None and is_wider:
        told |= {"closes_us": old.closes_us, "closes_source": old.closes_source}
    return Listed(**told)


def _said(market: Listed) -> dict[str, Any]:
    found = {name: getattr(market, name) for name in Listed.__dataclass_fields__}
    return {name: value for name, value in found.items() if value is not None}


def _news(
    store: MarketStore, taken: _Day, done: set[tuple[str, date]], source: str, digest: str
) -> list[Partition]:
    """Return the partitions of earlier days whose markets the venue lists otherwise now."""
    groups: dict[tuple[str, date], dict[str, Listed]] = {}
    for ticker, market in taken.known().items():
        series = taken.series_of[market.event_ticker]
        key = series, event_day(market.event_ticker, market.closes_us or 0)
        groups.setdefault(key, {})[ticker] = market
    found = []
    for (series, day), listed in sorted(groups.items()):
        before = None if (series, day) in done else _before(store, series, day)
        if before is None:
            continue
        old = _markets(store, before)
        rows = [_newer(each, listed.get(ticker)) for ticker, each in old.items()]
        if rows == list(old.values()):
            continue
        markets = in_order(rows)
        found.append(
            Partition(
                series,
                day,
                markets_frame(markets),
                [_placed(part, list(old), markets) for part in store.parts(before)],
                {**before.sources, source: digest},
                sealed=_is_over(markets, day),
                gaps=before.gaps,
            )
        )
    return found


def _is_over(markets: Iterable[Listed], day: date) -> bool:
    """Return whether nothing more is expected: every result is known, or all closed before."""
    midnight = micros(datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00"))
    return all(
        each.yes_payout_e4 is not None
        or (each.closes_source != RECORD and (each.closes_us or midnight) < midnight)
        for each in markets
    )
