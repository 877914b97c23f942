"""The public trade tape of daily temperature markets, with their strikes and results.

``kalshi_weather_markets.csv`` lists markets and results, ``kalshi_weather_trades_<SERIES>.parquet``
holds the prints of one series: ``ts_utc``, ``ticker``, ``yes_price_cents``, ``contracts`` and
``taker_side``. Equal rows are distinct trades.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.core.types.event_period import event_period
from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.exec.market.listing import (
    VENUE,
    Listed,
    event_of,
    in_order,
    indexed,
    markets_frame,
    named_by_tickers,
    with_hours,
)
from kalshi_alpha.exec.market.settled_events import (
    read_settled_event,
    settled_event_files,
    with_stated,
)
from kalshi_alpha.exec.market.source_files import Source, digests, read_table, require_columns
from kalshi_alpha.exec.market.weather_hours import weather_hours

if TYPE_CHECKING:
    import polars as pl

MARKETS_FILE = "kalshi_weather_markets.csv"
TRADE_FILES = "kalshi_weather_trades_*.parquet"
_PAID_E4 = {"yes": 10_000, "no": 0}
_LISTED = (
    *("series", "event_ticker", "ticker", "strike_type", "floor_strike", "cap_strike"),
    *("result", "result_source", "settlement_tmax_f"),
)
_TRADE = ("ts_utc", "ticker", "yes_price_cents", "contracts", "taker_side")


def trade_tapes(folder: Path) -> list[Source]:
    """Return the trade tapes in a folder, one for each series.

    Raises
    ------
    ParseRefused
        By the partitions, if a file is not as it should be.
    """
    listing = folder / MARKETS_FILE
    if not listing.is_file():
        return []
    return [
        Source("trades", (path, listing), partial(_partitions, path, listing))
        for path in sorted(folder.glob(TRADE_FILES))
    ]


def _partitions(path: Path, listing: Path) -> Iterator[Partition]:
    series = path.stem.rsplit("_", 1)[-1]
    listed = _listed(listing, series)
    for file in settled_event_files(path.parent):
        for said in read_settled_event(file):
            stated = {market.ticker: market for market in said.markets}
            listed[said.ticker] = [
                with_stated(each, stated.get(each.ticker)) for each in listed.get(said.ticker, [])
            ]
    trades = _trades(path)
    sources = digests(path, listing)
    by_event = {
        str(event): frame
        for (event,), frame in trades.partition_by(
            "event", as_dict=True, maintain_order=True
        ).items()
    }
    for event in sorted(by_event.keys() | listed.keys(), key=lambda e: (event_period(e), e)):
        found = by_event.get(event)
        if found is not None:
            yield _partition(series, event, listed.get(event, []), found, path.name, sources)


def _partition(
    series: str,
    event: str,
    listed: list[Listed],
    trades: pl.DataFrame,
    name: str,
    sources: Mapping[str, str],
) -> Partition:
    day = event_period(event)
    first_us, last_us = trades["at_us"][0], trades["at_us"][-1]
    hours = weather_hours(series, day, first_us, last_us)
    found = _with_unlisted(listed, trades["ticker"].unique().to_list())
    markets = [with_hours(each, hours) for each in found]
    rows = indexed(trades, markets).drop("ticker", "event")
    return Partition(
        series, day, markets_frame(markets), (Part(Table.TRADES, rows, name),), sources
    )


def _with_unlisted(listed: list[Listed], traded: list[str]) -> list[Listed]:
    """Return an event's markets, with those that were traded though nobody lists them.

    Their strikes are as their tickers name them, if the others say which way; what they paid is
    not known.
    """
    known = {each.ticker for each in listed}
    missing = sorted(set(traded) - known)
    if not missing:
        return in_order(listed)
    named = {each.ticker: each for each in named_by_tickers([*known, *missing])}
    value, said = (
        next((getattr(each, name) for each in listed), None)
        for name in ("settlement_value", "result_source")
    )
    added = [
        replace(named[ticker], settlement_value=value, result_source=said) for ticker in missing
    ]
    return in_order([*listed, *added])


def _listed(path: Path, series: str) -> dict[str, list[Listed]]:
    import polars as pl

    found: dict[str, list[Listed]] = defaultdict(list)
    rows = require_columns(path, read_table(path), _LISTED).filter(pl.col("series") == series)
    for row in rows.to_dicts():
        if row["result"] not in _PAID_E4:
            raise ParseRefused(path.name, f"{row['ticker']} has the result {row['result']!r}")
        found[row["event_ticker"]].append(
            Listed(
                event_ticker=row["event_ticker"],
                ticker=row["ticker"],
                strike_type=row["strike_type"],
                floor_strike=row["floor_strike"] or None,
                cap_strike=row["cap_strike"] or None,
                strike_source=VENUE,
                yes_payout_e4=_PAID_E4[row["result"]],
                settlement_value=row["settlement_tmax_f"] or None,
                result_source=row["result_source"],
            )
        )
    return found


def _trades(path: Path) -> pl.DataFrame:
    import polars as pl

    rows = require_columns(path, read_table(path), _TRADE)
    sides = set(rows["taker_side"].cast(pl.String).unique().to_list())
    if not sides <= {"yes", "no"}:
        raise ParseRefused(path.name, f"taker_side has {sorted(map(str, sides))}")
    whole = rows.select(
        pl.col("ts_utc").dt.epoch("us").alias("at_us"),
        pl.col("ticker").cast(pl.String),
        (pl.col("yes_price_cents").cast(pl.Int64) * 100).alias("yes_price_e4"),
        (pl.col("contracts").cast(pl.Int64) * 100).alias("count_e2"),
        (pl.col("taker_side").cast(pl.String) == "yes").alias("taker_yes"),
    ).sort("at_us", maintain_order=True)
    # The event is taken from a ticker once, and a series has a few thousand.
    tickers = whole["ticker"].unique().sort().to_list()
    events = pl.DataFrame({"ticker": tickers, "event": [event_of(t) for t in tickers]})
    return whole.join(events, on="ticker", how="left", maintain_order="left")
