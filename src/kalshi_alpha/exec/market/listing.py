"""The markets of an event as a source lists them, or as their tickers name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types.event_period import event_period
from kalshi_alpha.datastore.market.tape import instant

if TYPE_CHECKING:
    import polars as pl

VENUE, RULE, TICKER, RECORD = "venue", "rule", "ticker", "record"
"""Where a fact comes from: the source states it; the contract's terms say it; a ticker names it;
the first and last thing recorded bound it."""
_MEMBER = re.compile(r"[^-]+-[^-]+-(?P<kind>[BT])(?P<level>-?[0-9]+(\.[0-9]+)?)")
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the markets table; None where nobody says."""

    event_ticker: str
    ticker: str
    strike_type: str | None = None
    floor_strike: str | None = None
    cap_strike: str | None = None
    strike_source: str | None = None
    yes_payout_e4: int | None = None
    settlement_value: str | None = None
    result_source: str | None = None
    opens_us: int | None = None
    opens_source: str | None = None
    closes_us: int | None = None
    closes_source: str | None = None
    settled_us: int | None = None


def event_of(ticker: str) -> str:
    """Return the event of a market's ticker: its first two parts, for a strike may be negative."""
    return "-".join(ticker.split("-", 2)[:2])


def in_order(markets: Iterable[Listed]) -> list[Listed]:
    """Return markets by event, and within it in the order of their strikes."""
    return sorted(markets, key=lambda each: (each.event_ticker, *_place(each), each.ticker))


def _place(market: Listed) -> tuple[int, Decimal]:
    if market.strike_type is None:
        return 3, Decimal(0)
    kind = 0 if market.strike_type.startswith("less") else 1
    bound = market.cap_strike if kind == 0 else market.floor_strike
    return kind + market.strike_type.startswith("greater"), Decimal(bound or 0)


def markets_frame(markets: Sequence[Listed]) -> pl.DataFrame:
    """Return a markets table."""
    import polars as pl

    from kalshi_alpha.datastore.market.schema import COLUMNS, Table

    types = {name: getattr(pl, dtype)() for name, dtype in COLUMNS[Table.MARKETS]}
    return pl.DataFrame([asdict(each) for each in markets], schema=types)


def indexed(rows: pl.DataFrame, markets: Sequence[Listed]) -> pl.DataFrame:
    """Return rows with their market's place in the markets table beside their ``ticker``."""
    import polars as pl

    index = pl.DataFrame({"ticker": [each.ticker for each in markets]}).with_row_index("market")
    return rows.join(index, on="ticker", how="left", maintain_order="left")


def named_by_tickers(tickers: Iterable[str]) -> list[Listed]:
    """Return the markets of one event with the strikes that their tickers name.

    The venue names a range of whole degrees by its middle (``B45.5`` is 45 to 46) and an open end
    by its bound (``T52``): the lower end is below it, the upper above it. Which of the two an open
    end is, its place among the ranges says; where that says nothing the strike stays unsaid.
    """
    read = {ticker: _MEMBER.fullmatch(ticker) for ticker in sorted(set(tickers))}
    middles = [Decimal(m["level"]) for m in read.values() if m is not None and m["kind"] == "B"]
    return in_order(
        _named(Listed(event_of(ticker), ticker), match, middles) for ticker, match in read.items()
    )


def _named(market: Listed, match: re.Match[str] | None, middles: Sequence[Decimal]) -> Listed:
    if match is None or not middles:
        return market
    level = Decimal(match["level"])
    if match["kind"] == "B":
        floor, cap = str(level - _HALF), str(level + _HALF)
        kind = "between"
    elif level < min(middles):
        kind, floor, cap = "less", None, str(level)
    elif level > max(middles):
        kind, floor, cap = "greater", str(level), None
    else:
        return market
    return replace(
        market, strike_type=kind, floor_strike=floor, cap_strike=cap, strike_source=TICKER
    )


def event_day(event_ticker: str, first_us: int) -> date:
    """Return the date that an event is about; where its ticker names none, that of its record."""
    try:
        return event_period(event_ticker)
    except BadMarket:
        start = event_ticker.partition("-")[2][:7]
    try:
        # Games and events of a quarter of an hour write more behind the day.
        return event_period(f"-{start}")
    except BadMarket:
        return instant(first_us).date()


@dataclass(frozen=True, slots=True)
class Hours:
    """When an event's markets traded, in microseconds, and who says so."""

    opens_us: int
    opens_source: str
    closes_us: int
    closes_source: str


def with_hours(market: Listed, hours: Hours) -> Listed:
    """Return a market with the hours of its event where it has none of its own."""
    if market.opens_us is None:
        market = replace(market, opens_us=hours.opens_us, opens_source=hours.opens_source)
    if market.closes_us is None:
        market = replace(market, closes_us=hours.closes_us, closes_source=hours.closes_source)
    return market


def recorded_hours(first_us: int, last_us: int) -> Hours:
    """Return hours of which no more is known than what lies between first and last record."""
    return Hours(first_us, RECORD, last_us + 1, RECORD)
