"""Turn the tables of an event into its tape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.replay.tape import (
    DepthColumns,
    EventTape,
    GapColumns,
    QuoteColumns,
    TapeMarket,
    TradeColumns,
)
from kalshi_alpha.core.types import Strike, StrikeType
from kalshi_alpha.datastore.market.schema import COLUMNS, Table

if TYPE_CHECKING:
    import polars as pl

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_tape(series: str, event_ticker: str, tables: Mapping[Table, pl.DataFrame]) -> EventTape:
    """Return an event's tape.

    Parameters
    ----------
    series, event_ticker
        Which event.
    tables
        Its tables, ``market`` counted within the event; the markets table must be there.

    Raises
    ------
    BadMarket
        If a market has no strike, or it is not known when they traded.
    """
    markets = tables[Table.MARKETS].to_dicts()
    opens, closes = ([row[name] for row in markets] for name in ("opens_us", "closes_us"))
    if None in opens or None in closes:
        raise BadMarket(f"it is not known when the markets of {event_ticker} traded")
    settled = [row["settled_us"] for row in markets if row["settled_us"] is not None]
    trades, quotes, depth, gaps = (
        _arrays(tables.get(name), name)
        for name in (Table.TRADES, Table.QUOTES, Table.DEPTH, Table.GAPS)
    )
    return EventTape(
        series=series,
        event_ticker=event_ticker,
        opens_at=instant(min(opens)),
        closes_at=instant(max(closes)),
        settled_at=instant(max(settled)) if settled else None,
        settlement_value=next(
            (r["settlement_value"] for r in markets if r["settlement_value"] is not None), None
        ),
        markets=tuple(_market(row) for row in markets),
        trades=None if trades is None else TradeColumns(**trades),
        quotes=None if quotes is None else QuoteColumns(**quotes),
        depth=None if depth is None else DepthColumns(**depth),
        result_source=markets[0]["result_source"] or "",
        gaps=None if gaps is None else GapColumns(**gaps),
    )


def instant(us: int) -> datetime:
    """Return the instant so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=us)


def micros(at: datetime) -> int:
    """Return an instant as microseconds since 1970; it must carry a zone."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _market(row: Mapping[str, Any]) -> TapeMarket:
    if row["strike_type"] is None:
        raise BadMarket(f"its source carries no strike of {row['ticker']}")
    floor, cap = (
        None if row[name] is None else Decimal(row[name]) for name in ("floor_strike", "cap_strike")
    )
    strike = Strike(StrikeType(row["strike_type"]), floor, cap)
    return TapeMarket(row["ticker"], strike, row["yes_payout_e4"])


def _arrays(frame: pl.DataFrame | None, table: Table) -> dict[str, IntArray] | None:
    """Return a table's columns as 64-bit numbers, -1 for what the source does not carry."""
    if frame is None:
        return None
    return {
        name: frame[name].fill_null(-1).to_numpy().astype(np.int64) for name, _ in COLUMNS[table]
    }
