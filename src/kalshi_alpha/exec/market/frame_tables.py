"""From stream frames to tables: every level as it was set, every print, and what is missing."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.brokers.kalshi.stream_frames import (
    Delta,
    OtherFrame,
    Snapshot,
    StreamFrame,
    Subscribed,
    TradeFrame,
    read_change,
    read_price,
    snapshot_texts,
)
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.tape import instant
from kalshi_alpha.exec.market.depth_rows import DepthRows
from kalshi_alpha.exec.market.listing import (
    Listed,
    event_day,
    event_of,
    in_order,
    markets_frame,
    recorded_hours,
    with_hours,
)

if TYPE_CHECKING:
    import polars as pl

GAPS_TOLD = 1000
"""Gaps that a manifest lists one by one; of more it says how many there were."""


@dataclass(slots=True)
class FrameTables:
    """Tables that grow with every frame; times are in microseconds.

    A level is what its snapshot and the changes since say. Where frames are missing it may be
    wrong until the next snapshot: the book is lost, its changes say nothing until then, and the
    gap is told in words and, market by market, in a table of its own. Prints stay.

    Attributes
    ----------
    depth
        Changes of books.
    gaps
        What is missing, in words with its time.
    tickers
        Markets by their place, as they were first named.
    last_us
        When the newest frame came.
    """

    depth: DepthRows = field(default_factory=DepthRows)
    gaps: list[str] = field(default_factory=list)
    tickers: dict[str, int] = field(default_factory=dict)
    last_us: int = 0
    _next: dict[int, int] = field(default_factory=dict)
    _trades: list[array[int]] = field(default_factory=lambda: [array("q") for _ in range(5)])
    _prices: dict[str, int] = field(default_factory=dict)
    _untold: int = 0
    _sids: dict[int, int] = field(default_factory=dict)
    _first_loss: tuple[int, int] | None = None

    def take(self, frame: StreamFrame, at_us: int) -> None:
        """Take in a frame that came at an instant.

        Raises
        ------
        DomainError
            If a price or count in it is none.
        """
        self.last_us = at_us
        if type(frame) is Delta:
            self._number(frame.sid, frame.seq, at_us)
            msg = frame.msg
            price_e4 = self._price(msg.price_dollars)
            market = self._market(msg.market_ticker)
            self._sids[market] = frame.sid
            self.depth.change(
                at_us,
                market,
                is_yes=int(msg.side is Side.YES),
                price_e4=price_e4,
                delta_e2=read_change(msg.delta_fp),
            )
        elif isinstance(frame, Snapshot):
            self._number(frame.sid, frame.seq, at_us)
            yes, no = (
                [(self._price(p), read_change(c)) for p, c in snapshot_texts(frame.msg, side)]
                for side in Side
            )
            market = self._market(frame.msg.market_ticker)
            self._sids[market] = frame.sid
            self.depth.snapshot(at_us, market, yes, no)
        elif isinstance(frame, TradeFrame):
            self._number(frame.sid, frame.seq, at_us)
            self._trade(frame, at_us)
        elif isinstance(frame, Subscribed):
            if self._next.pop(frame.msg.sid, None) is not None:
                self._lose_subscription(frame.msg.sid, at_us)
        elif frame.sid is not None and not isinstance(frame, OtherFrame):
            self._number(frame.sid, getattr(frame, "seq", None), at_us)

    def book(
        self,
        ticker: str,
        at_us: int,
        yes: Iterable[tuple[int, int]],
        no: Iterable[tuple[int, int]],
    ) -> None:
        """Take in a whole book that was kept beside the frames, unless frames tell it already."""
        market = self.tickers.get(ticker)
        if market is None or self.depth.is_lost(market):
            self.depth.snapshot(at_us, self._market(ticker), yes, no)

    def connected(self, at_us: int) -> None:
        """Take in that a new connection begins: it numbers from anew, and shows books anew."""
        self._next.clear()
        self.lose(at_us)

    def lose(self, at_us: int) -> None:
        """Take in that from an instant on no book is known, until it is shown again.

        Books of which nothing was told yet, such as those of the day before, are lost too.
        """
        if self._first_loss is None:
            self._first_loss = at_us, len(self.tickers)
        self.depth.lose(at_us, self.tickers.values())

    def _lose_subscription(self, sid: int, at_us: int) -> None:
        self.depth.lose(at_us, [market for market, its in self._sids.items() if its == sid])

    def gap(self, at_us: int, what: str) -> None:
        """Note something that is missing; see `lose` for books that go with it."""
        if len(self.gaps) < GAPS_TOLD:
            self.gaps.append(f"{instant(at_us).isoformat()} {what}")
        else:
            self._untold += 1

    def told_gaps(self) -> tuple[str, ...]:
        """Return the gaps, and at the end what there was no room for."""
        found = [*self.gaps]
        if self._untold:
            found.append(f"{self._untold} more gaps")
        if self.depth.negatives:
            found.append(f"{self.depth.negatives} levels would have become negative")
        return tuple(found)

    def partitions(
        self,
        listed: Mapping[str, Listed],
        series_of: Mapping[str, str],
        sources: Mapping[str, str],
        *,
        label: str = "",
    ) -> list[Partition]:
        """Return what was taken in, one partition for each series and event date.

        Parameters
        ----------
        listed
            What is known of markets besides their frames.
        series_of
            Series of events, where the first part of their ticker is not it.
        sources
            Digests of what frames came from.
        label
            Part of the files' names.
        """
        tables = {Table.DEPTH: self.depth.frame(), Table.TRADES: self._trade_frame()}
        spans = _spans(tables.values())
        tables[Table.GAPS] = self._gap_frame()
        groups: dict[tuple[str, date], list[Listed]] = {}
        for ticker, place in self.tickers.items():
            first_us, last_us = spans[place]
            market = listed.get(ticker, Listed(event_of(ticker), ticker))
            event = market.event_ticker
            series = series_of.get(event, event.partition("-")[0])
            key = series, event_day(event, first_us)
            groups.setdefault(key, []).append(with_hours(market, recorded_hours(first_us, last_us)))
        return [
            self._partition(key, in_order(markets), tables, sources, label)
            for key, markets in sorted(groups.items())
        ]

    def _partition(
        self,
        key: tuple[str, date],
        markets: Sequence[Listed],
        tables: Mapping[Table, pl.DataFrame],
        sources: Mapping[str, str],
        label: str,
    ) -> Partition:
        import polars as pl

        place = {self.tickers[each.ticker]: index for index, each in enumerate(markets)}
        origin = next(iter(sources), "")
        parts = []
        for table, frame in tables.items():
            rows = frame.filter(pl.col("market").is_in(list(place)))
            if not rows.is_empty():
                renumbered = pl.col("market").replace_strict(place, return_dtype=pl.UInt32)
                parts.append(Part(table, rows.with_columns(renumbered), origin, label))
        series, day = key
        frame = markets_frame(markets)
        return Partition(series, day, frame, parts, sources, gaps=self.told_gaps())

    def _number(self, sid: int, seq: int | None, at_us: int) -> None:
        if seq is None:
            return
        expected = self._next.get(sid, seq)
        if seq > expected:
            self.gap(at_us, f"subscription {sid} lacks {expected} to {seq - 1}")
            self._lose_subscription(sid, at_us)
        elif seq < expected:
            self.gap(at_us, f"subscription {sid} repeats {seq}")
            self._lose_subscription(sid, at_us)
        self._next[sid] = seq + 1

    def _market(self, ticker: str) -> int:
        return self.tickers.setdefault(ticker, len(self.tickers))

    def _price(self, text: str) -> int:
        found = self._prices.get(text)
        if found is None:
            found = self._prices[text] = read_price(text)
        return found

    def _trade(self, frame: TradeFrame, at_us: int) -> None:
        msg = frame.msg
        side = msg.taker_outcome_side or msg.taker_side
        if side is None:
            self.gap(at_us, f"trade {msg.trade_id} does not say which side took")
            return
        last_us = self._trades[0][-1] if self._trades[0] else at_us
        row = (
            max(at_us, last_us),
            self._market(msg.market_ticker),
            self._price(msg.yes_price_dollars),
            read_change(msg.count_fp),
            int(side is Side.YES),
        )
        for column, value in zip(self._trades, row, strict=True):
            column.append(value)

    def _gap_frame(self) -> pl.DataFrame:
        import polars as pl

        told = self.depth.gaps_frame()
        if self._first_loss is None:
            return told
        at_us, first = self._first_loss
        later = np.arange(first, len(self.tickers), dtype=np.uint32)
        early = {"at_us": np.full(later.shape, at_us, dtype=np.int64), "market": later}
        return pl.concat([pl.DataFrame(early), told]).sort("at_us", maintain_order=True)

    def _trade_frame(self) -> pl.DataFrame:
        import polars as pl

        at_us, market, price, count, taker = (np.array(c, dtype=np.int64) for c in self._trades)
        return pl.DataFrame(
            {
                "at_us": at_us,
                "market": market.astype(np.uint32),
                "yes_price_e4": price.astype(np.int16),
                "count_e2": count,
                "taker_yes": taker.astype(np.bool_),
            }
        )


def _spans(tables: Iterable[pl.DataFrame]) -> dict[int, tuple[int, int]]:
    """Return the first and last instant of each market."""
    import polars as pl

    whole = pl.concat([table.select("at_us", "market") for table in tables])
    found = whole.group_by("market").agg(
        pl.col("at_us").min().alias("first"), pl.col("at_us").max().alias("last")
    )
    return {market: (first, last) for market, first, last in found.rows()}
