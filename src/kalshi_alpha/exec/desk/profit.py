"""Profit by ledger mode: what settled day by day, and what is open at the market's price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.ledger.rows import from_row
from kalshi_alpha.core.monitors.drawdown import WEEK_DAYS, marked_profit
from kalshi_alpha.core.schedule import NEW_YORK, new_york
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.desk.desk import DayProfit, FillSeen, ProfitSeen

if TYPE_CHECKING:
    import polars as pl

FILLS_SHOWN = 50


@dataclass(slots=True)
class ModeSums:
    """What is needed of one mode's fills, so that a look need not go through all of them again."""

    settled_e6: int = 0
    fees_e6: int = 0
    fills: int = 0
    by_day: dict[date, tuple[int, int]] = field(default_factory=dict)
    open: list[LedgerEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LedgerSums:
    """A ledger summed up once.

    Attributes
    ----------
    generated_at
        When the ledger was last refreshed.
    rows
        How many rows it has.
    modes
        Sums by ledger mode.
    open
        Rows that are not settled, forecasts included: what may be at risk.
    newest
        The newest fills, the newest first.
    """

    generated_at: datetime | None
    rows: int
    modes: Mapping[str, ModeSums]
    open: tuple[LedgerEntry, ...]
    newest: tuple[LedgerEntry, ...]


def summed(store: LedgerStore) -> LedgerSums:
    """Sum a ledger up: settled fills as columns, and only what is open or new row by row.

    Raises
    ------
    TornFile, NewerSchema
        If the file is missing or cannot be read, or a later version wrote it.
    """
    import polars as pl

    frame, generated_at = store.frame(), store.generated_at()
    is_fill = (pl.col("kind") == EntryKind.FILLED.value) & (pl.col("filled_e2") > 0)
    is_open = pl.col("payout_e6").is_null()
    filled = frame.filter(is_fill)
    modes: dict[str, ModeSums] = defaultdict(ModeSums)
    for mode, fills, fees_e6 in _per_mode(filled).iter_rows():
        modes[mode].fills, modes[mode].fees_e6 = fills, fees_e6
    for mode, day, profit_e6, fills in _per_day(filled.filter(~is_open)).iter_rows():
        modes[mode].by_day[day] = (profit_e6, fills)
        modes[mode].settled_e6 += profit_e6
    for row in filled.filter(is_open).iter_rows(named=True):
        modes[row["mode"]].open.append(from_row(row))
    newest = filled.top_k(FILLS_SHOWN, by=pl.coalesce("filled_at", "placed_at"))
    return LedgerSums(
        generated_at=generated_at,
        rows=frame.height,
        modes=dict(modes),
        open=tuple(map(from_row, frame.filter(is_open).iter_rows(named=True))),
        newest=tuple(map(from_row, newest.iter_rows(named=True))),
    )


def _per_mode(filled: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return filled.group_by("mode").agg(pl.len(), pl.col("fee_e6").sum())


def _per_day(settled: pl.DataFrame) -> pl.DataFrame:
    """Sum what settled by New York's day: `LedgerEntry.realised`, as whole columns."""
    import polars as pl

    day = pl.col("settled_at").dt.convert_time_zone(str(NEW_YORK)).dt.date()
    cost = pl.col("price_e4") * pl.col("filled_e2")
    realised = pl.col("payout_e6") - cost - pl.col("fee_e6")
    days = settled.group_by("mode", day.alias("day"))
    return days.agg(realised.sum().alias("profit_e6"), pl.len().alias("fills"))


def profit_of(sums: LedgerSums, marks: Mapping[str, float], at: datetime) -> tuple[ProfitSeen, ...]:
    """Return the profit of every mode at a clock.

    Parameters
    ----------
    sums
        The ledger.
    marks
        Newest mid of YES by market, in dollars.
    at
        The clock: what New York's day is.
    """
    return tuple(_profit(mode, each, marks, at) for mode, each in sorted(sums.modes.items()))


def _profit(mode: str, sums: ModeSums, marks: Mapping[str, float], at: datetime) -> ProfitSeen:
    today = new_york(at).date()
    first = today - timedelta(days=WEEK_DAYS - 1)
    within = {day: e6 for day, (e6, _) in sums.by_day.items() if first <= day <= today}
    return ProfitSeen(
        mode=mode,
        settled=Money(sums.settled_e6),
        marked=Money(sums.settled_e6 + marked_profit(sums.open, marks).e6),
        day=Money(within.get(today, 0)),
        week=Money(sum(within.values())),
        fees=Money(sums.fees_e6),
        fills=sums.fills,
        open_fills=len(sums.open),
        days=tuple(
            DayProfit(day, Money(e6), fills) for day, (e6, fills) in sorted(sums.by_day.items())
        ),
    )


def fills_seen(sums: LedgerSums, journalled: Iterable[str]) -> tuple[FillSeen, ...]:
    """Return the newest fills of the ledger, but for modes whose fills the journal tells."""
    told = frozenset(journalled)
    return tuple(
        FillSeen(
            source=f"ledger {row.mode.value}",
            at=_filled_at(row),
            ticker=row.market_ticker,
            side=row.side,
            price_e4=row.price_e4,
            contracts=Contracts(row.filled_e2),
            fee=Money(row.fee_e6),
        )
        for row in sorted(sums.newest, key=_filled_at, reverse=True)
        if row.mode.value not in told
    )


def _filled_at(row: LedgerEntry) -> datetime:
    return row.filled_at or row.placed_at
