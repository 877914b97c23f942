"""Daily last prices and volumes of strikes: ``kalshi_*_daily_strikes.csv``, as daily candles.

Columns ``date``, ``event``, ``strike``, ``yes_price`` (cents) and ``daily_volume``; the rest are
somebody's repairs of them and are not taken over. A day ends at midnight in New York. Tickers and
strikes are those that ``kalshi_macro_strikes.csv`` lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.types.event_period import event_period
from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.exec.market.listing import (
    VENUE,
    Listed,
    in_order,
    indexed,
    markets_frame,
    recorded_hours,
    with_hours,
)
from kalshi_alpha.exec.market.source_files import Source, digests, read_table, require_columns

if TYPE_CHECKING:
    import polars as pl

FILES, LISTING = "kalshi_*_daily_strikes.csv", "kalshi_macro_strikes.csv"
_COLUMNS = ("date", "event", "strike", "yes_price", "daily_volume")
_LISTED = ("series", "event_ticker", "ticker", "strike_greater_than")
_DAY_MINUTES = 1440


def price_histories(folder: Path) -> list[Source]:
    """Return the daily price histories in a folder."""
    listing = folder / LISTING
    if not listing.is_file():
        return []
    return [
        Source("candles", (path, listing), partial(_partitions, path, listing))
        for path in sorted(folder.glob(FILES))
    ]


def _partitions(path: Path, listing: Path) -> Iterator[Partition]:
    import polars as pl

    listed = require_columns(listing, read_table(listing), _LISTED)
    strikes = listed.rename({"event_ticker": "event"}).with_columns(
        pl.col("strike_greater_than").cast(pl.Float64).alias("level")
    )
    sources = digests(path, listing)
    # A strike that nobody lists has no ticker, so its prices belong to no market.
    whole = _candles(path).join(strikes, on=("event", "level"), how="inner", maintain_order="left")
    for (event,), rows in whole.partition_by("event", as_dict=True, maintain_order=True).items():
        ends = rows["at_us"].sort()
        hours = recorded_hours(ends[0], ends[-1])
        markets = in_order(
            with_hours(
                Listed(
                    event_ticker=event,
                    ticker=ticker,
                    strike_type="greater",
                    floor_strike=floor,
                    strike_source=VENUE,
                ),
                hours,
            )
            for ticker, floor in rows.select("ticker", "strike_greater_than").unique().rows()
        )
        frame = indexed(rows, markets).sort("at_us", "market")
        names = ("at_us", "market", "minutes", "close_e4", "volume_e2")
        part = Part(Table.CANDLES, frame.select(names), path.name)
        day = event_period(event)
        yield Partition(rows["series"][0], day, markets_frame(markets), (part,), sources)


def _candles(path: Path) -> pl.DataFrame:
    import polars as pl

    rows = require_columns(path, read_table(path), _COLUMNS)
    cents, volume = (pl.col(name).cast(pl.Float64) for name in ("yes_price", "daily_volume"))
    ends = (
        pl.col("date").str.to_date().dt.offset_by("1d").cast(pl.Datetime("us"))
    ).dt.replace_time_zone("America/New_York")
    return rows.filter(pl.col("yes_price").is_not_null()).select(
        ends.dt.epoch("us").alias("at_us"),
        "event",
        pl.col("strike").cast(pl.Float64).alias("level"),
        pl.lit(_DAY_MINUTES).alias("minutes"),
        (cents * 100).round().cast(pl.Int64).alias("close_e4"),
        (volume * 100).round().cast(pl.Int64).alias("volume_e2"),
    )
