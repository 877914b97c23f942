"""Best bids at every change: ``kalshi_<SERIES>_bbo_<...>.parquet``.

Columns ``ts_utc``, ``ticker``, ``yes_bid_cents``, ``no_bid_cents``; 0 for an empty side. Sizes are
not carried. A row that repeats another in every column says nothing new and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.exec.market.listing import (
    event_day,
    event_of,
    indexed,
    markets_frame,
    named_by_tickers,
    recorded_hours,
    with_hours,
)
from kalshi_alpha.exec.market.source_files import Source, digests, read_table, require_columns
from kalshi_alpha.exec.market.weather_hours import SERIES, weather_hours

FILES = "kalshi_*_bbo_*.parquet"
_COLUMNS = ("ts_utc", "ticker", "yes_bid_cents", "no_bid_cents")


def best_quotes(folder: Path) -> list[Source]:
    """Return the tapes of best quotes in a folder."""
    return [
        Source("quotes", (path,), partial(_partitions, path)) for path in sorted(folder.glob(FILES))
    ]


def _partitions(path: Path) -> Iterator[Partition]:
    import polars as pl

    series = path.stem.split("_")[1]
    rows = require_columns(path, read_table(path), _COLUMNS).unique(maintain_order=True)
    quotes = rows.select(
        pl.col("ts_utc").dt.epoch("us").alias("at_us"),
        pl.col("ticker").cast(pl.String),
        (pl.col("yes_bid_cents").cast(pl.Int64) * 100).alias("yes_bid_e4"),
        (pl.col("no_bid_cents").cast(pl.Int64) * 100).alias("no_bid_e4"),
    ).sort("at_us", maintain_order=True)
    tickers = sorted(quotes["ticker"].unique().to_list())
    for event in sorted({event_of(ticker) for ticker in tickers}):
        named = named_by_tickers(t for t in tickers if event_of(t) == event)
        of_event = quotes.filter(pl.col("ticker").is_in([each.ticker for each in named]))
        first_us, last_us = of_event["at_us"][0], of_event["at_us"][-1]
        day = event_day(event, first_us)
        # A logger runs on after the close: what it saw then does not move it.
        hours = (
            weather_hours(series, day, first_us, first_us)
            if series in SERIES
            else recorded_hours(first_us, last_us)
        )
        markets = [with_hours(each, hours) for each in named]
        part = Part(Table.QUOTES, indexed(of_event, markets).drop("ticker"), path.name)
        yield Partition(series, day, markets_frame(markets), (part,), digests(path))
