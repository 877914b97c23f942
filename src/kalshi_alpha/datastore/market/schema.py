"""The tables of recorded markets, and their columns.

Prices are in 1e-4 dollars, counts in hundredths of contracts, instants in microseconds since
1970, UTC. ``market`` is the row of the partition's ``markets`` table. What a source does not
carry is null there, and a table that it does not carry is no file.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kalshi_alpha.core.errors import BadParameter

if TYPE_CHECKING:
    import polars as pl

MARKET_SCHEMA = 2
"""Of the tables and of the manifest together."""


class Table(StrEnum):
    """A table of a partition; its file is named so."""

    MARKETS = "markets"
    TRADES = "trades"
    QUOTES = "quotes"
    DEPTH = "depth"
    CANDLES = "candles"
    GAPS = "gaps"


_TIMED = (("at_us", "Int64"), ("market", "UInt32"))
COLUMNS = MappingProxyType(
    {
        Table.MARKETS: (
            ("event_ticker", "String"),
            ("ticker", "String"),
            ("strike_type", "String"),
            ("floor_strike", "String"),
            ("cap_strike", "String"),
            ("strike_source", "String"),
            ("yes_payout_e4", "Int64"),
            ("settlement_value", "String"),
            ("result_source", "String"),
            ("opens_us", "Int64"),
            ("opens_source", "String"),
            ("closes_us", "Int64"),
            ("closes_source", "String"),
            ("settled_us", "Int64"),
        ),
        Table.TRADES: (
            *_TIMED,
            ("yes_price_e4", "Int16"),
            ("count_e2", "Int64"),
            ("taker_yes", "Boolean"),
        ),
        Table.QUOTES: (
            *_TIMED,
            ("yes_bid_e4", "Int16"),
            ("no_bid_e4", "Int16"),
            ("yes_size_e2", "Int64"),
            ("no_size_e2", "Int64"),
        ),
        Table.DEPTH: (
            *_TIMED,
            ("is_yes", "Boolean"),
            ("price_e4", "Int16"),
            ("size_e2", "Int64"),
            ("opens", "Boolean"),
        ),
        Table.CANDLES: (
            *_TIMED,
            ("minutes", "Int32"),
            ("open_e4", "Int16"),
            ("high_e4", "Int16"),
            ("low_e4", "Int16"),
            ("close_e4", "Int16"),
            ("volume_e2", "Int64"),
        ),
        Table.GAPS: _TIMED,
    }
)
"""Columns of each table with their Polars types; ``at_us`` of a candle is its end, of a gap its
beginning."""

MAY_BE_NULL = MappingProxyType(
    {
        Table.MARKETS: frozenset(
            {
                *("strike_type", "floor_strike", "cap_strike", "yes_payout_e4", "opens_us"),
                *("settlement_value", "result_source", "closes_us", "settled_us"),
                *("strike_source", "opens_source", "closes_source"),
            }
        ),
        Table.TRADES: frozenset[str](),
        Table.QUOTES: frozenset({"yes_size_e2", "no_size_e2"}),
        Table.DEPTH: frozenset[str](),
        Table.CANDLES: frozenset({"open_e4", "high_e4", "low_e4", "close_e4", "volume_e2"}),
        Table.GAPS: frozenset[str](),
    }
)


def table_frame(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with exactly the columns of a table, in its order and types.

    Columns that may be null may also be absent.

    Raises
    ------
    BadParameter
        If a column is missing or unknown, a value does not fit, or is null where none may be.
    """
    import polars as pl

    columns: tuple[tuple[str, str], ...] = COLUMNS[table]
    names = [name for name, _ in columns]
    unknown = sorted(set(frame.columns) - set(names))
    missing = [n for n in names if n not in frame.columns and n not in MAY_BE_NULL[table]]
    if unknown or missing:
        raise BadParameter(f"table {table}: unknown columns {unknown}, missing {missing}")
    types: dict[str, Any] = {name: getattr(pl, dtype)() for name, dtype in columns}
    try:
        whole = frame.select(
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in types.items()
        )
    except pl.exceptions.PolarsError as error:
        raise BadParameter(f"table {table}: a value does not fit its column: {error}") from error
    nulls = [n for n in names if n not in MAY_BE_NULL[table] and whole[n].null_count()]
    if nulls:
        raise BadParameter(f"table {table}: {', '.join(nulls)} may not be null")
    return whole
