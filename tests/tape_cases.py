"""Small recordings of markets in the forms that are imported, and partitions made up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import zstandard

from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.exec.market.listing import VENUE, Listed, markets_frame

DAY = date(2025, 1, 10)
EVENT = "KXHIGHNY-25JAN10"
OPENS_US, CLOSES_US = 1_736_434_800_000_000, 1_736_571_540_000_000
"""10:00 in New York the day before, and 23:59 on the day."""
LISTING_HEAD = (
    "series,event_ticker,ticker,date,strike_type,floor_strike,cap_strike,result,result_source,"
    "implied_by_last_trade,last_price_cents,volume_contracts,settlement_tmax_f"
)


def at(text: str) -> int:
    """Return an instant of 2025-01-09 or later, written ``09T15:00:00``, in microseconds."""
    instant = datetime.fromisoformat(f"2025-01-{text}").replace(tzinfo=UTC)
    return int(instant.timestamp() * 1_000_000)


def listed(suffix: str, kind: str, floor: str | None, cap: str | None, paid: int) -> Listed:
    """Return a market of the day."""
    return Listed(
        event_ticker=EVENT,
        ticker=f"{EVENT}-{suffix}",
        strike_type=kind,
        floor_strike=floor,
        cap_strike=cap,
        strike_source=VENUE,
        yes_payout_e4=paid,
        settlement_value="39.0",
        result_source="kalshi_api",
        opens_us=OPENS_US,
        opens_source="rule",
        closes_us=CLOSES_US,
        closes_source="rule",
    )


MARKETS = (
    listed("T38", "less", None, "38", 0),
    listed("B38.5", "between", "38", "39", 10_000),
    listed("T39", "greater", "39", None, 0),
)


def trades(rows: Sequence[tuple[int, int, int, int, bool]]) -> pl.DataFrame:
    """Return a trades table: instant, market, cents, contracts, whether YES was taken."""
    return pl.DataFrame(
        {
            "at_us": [row[0] for row in rows],
            "market": [row[1] for row in rows],
            "yes_price_e4": [100 * row[2] for row in rows],
            "count_e2": [100 * row[3] for row in rows],
            "taker_yes": [row[4] for row in rows],
        },
        schema_overrides={"at_us": pl.Int64},
    )


TWO_TRADES = ((at("09T16:00:00"), 0, 12, 5, True), (at("10T16:00:00"), 1, 80, 2, False))


def partition(**changed: Any) -> Partition:
    """Return a partition of one event with two trades."""
    part = Part(Table.TRADES, trades(TWO_TRADES), "tape")
    whole = Partition("KXHIGHNY", DAY, markets_frame(MARKETS), (part,), {"tape": "0" * 64})
    return replace(whole, **changed)


def write_listing(folder: Path, rows: Sequence[str]) -> Path:
    """Write the markets file of the weather tape."""
    path = folder / "kalshi_weather_markets.csv"
    path.write_text("\n".join([LISTING_HEAD, *rows, ""]))
    return path


def listing_row(ticker: str, strike: str, result: str, source: str = "kalshi_api") -> str:
    """Return a row of it: the strike written ``less,,38``."""
    event = "-".join(ticker.split("-")[:2])
    return f"KXHIGHNY,{event},{ticker},2025-01-10,{strike},{result},{source},,1,1,39.0"


def write_trade_tape(folder: Path, rows: Sequence[tuple[str, str, int, int, str]]) -> Path:
    """Write a trade tape of New York: time, ticker, cents, contracts, taker's side."""
    path = folder / "kalshi_weather_trades_KXHIGHNY.parquet"
    pl.DataFrame(
        {
            "ts_utc": [datetime.fromisoformat(f"2025-01-{row[0]}") for row in rows],
            "ticker": [row[1] for row in rows],
            "yes_price_cents": [row[2] for row in rows],
            "contracts": [row[3] for row in rows],
            "taker_side": [row[4] for row in rows],
        },
        schema_overrides={"ts_utc": pl.Datetime("ms"), "yes_price_cents": pl.Int8},
    ).write_parquet(path)
    return path


def write_weather_tape(folder: Path) -> None:
    """Write a tape of one event with three markets and three prints, two of them alike."""
    folder.mkdir(parents=True, exist_ok=True)
    write_listing(
        folder,
        [
            listing_row(f"{EVENT}-T39", "greater,39.0,", "no"),
            listing_row(f"{EVENT}-B38.5", "between,38.0,39.0", "yes"),
            listing_row(f"{EVENT}-T38", "less,,38.0", "no"),
        ],
    )
    write_trade_tape(
        folder,
        [
            ("09T16:00:00.125", f"{EVENT}-T38", 12, 5, "yes"),
            ("10T16:00:00", f"{EVENT}-B38.5", 80, 2, "no"),
            ("10T16:00:00", f"{EVENT}-B38.5", 80, 2, "no"),
        ],
    )


def write_zstd(path: Path, lines: Sequence[bytes | dict[str, Any]]) -> Path:
    """Write lines as one zstd frame."""
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(zstandard.ZstdCompressor().compress(b"\n".join([*texts, b""])))
    return path


def snapshot(sid: int, seq: int, ticker: str, yes: Any, no: Any) -> dict[str, Any]:
    """Return a snapshot frame; levels are pairs of texts."""
    msg = {"market_ticker": ticker, "yes_dollars_fp": yes, "no_dollars_fp": no}
    return {"type": "orderbook_snapshot", "sid": sid, "seq": seq, "msg": msg}


def delta(sid: int, seq: int, ticker: str, side: str, price: str, by: str, ts: str = "") -> Any:
    """Return a delta frame."""
    msg = {"market_ticker": ticker, "side": side, "price_dollars": price, "delta_fp": by}
    msg |= {"ts": ts} if ts else {}
    return {"type": "orderbook_delta", "sid": sid, "seq": seq, "msg": msg}


def print_frame(sid: int, seq: int, ticker: str, price: str, count: str, side: str, ts: int) -> Any:
    """Return a trade frame."""
    msg = {
        "trade_id": "t",
        "market_ticker": ticker,
        "yes_price_dollars": price,
        "count_fp": count,
        "taker_side": side,
        "ts": ts,
    }
    return {"type": "trade", "sid": sid, "seq": seq, "msg": msg}
