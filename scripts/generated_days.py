"""Days of made-up recordings, the same for a seed: what a cluster is tried and measured with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl

from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.fees import FeeSchedule, FeeTerms, FeeType
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.replay.chain import KnownForecast
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.backtest.plan import DayTask, Plan, plan_of
from kalshi_alpha.exec.backtest.shelf import ShelvedEvent
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.market.listing import VENUE, Listed, markets_frame

SERIES, FAMILY = "KXHIGHNY", "WEATHER"
FIRST = date(2025, 1, 2)
_VALUES = np.array([20, 50, 30])
"""What the three markets are worth, in cents."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedDays:
    """Recorded days with the plan that replays them."""

    plan: Plan
    tasks: list[DayTask]
    rows: int


def generated_days(
    root: Path, days: int, rows: int, *, depth: bool = False, url: bool = False
) -> GeneratedDays:
    """Write days of one event each below a root, and return what replays them.

    Parameters
    ----------
    root
        A folder for the tables.
    days, rows
        How many, and prints of each; with depth also changes of book levels, twenty a print.
    depth
        Whether books were recorded.
    url
        Whether workers read them at a ``file://`` URL and not at a path.
    """
    store, rng = MarketStore(root), np.random.default_rng(20250102)
    written = 0
    for day in (FIRST + timedelta(days=n) for n in range(days)):
        partition = _partition(day, rows, rng, depth=depth)
        written += sum(part.frame.height for part in partition.parts)
        store.write(partition)
    settings = load_settings(Paths.from_environ(os.environ).configs)
    free = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))
    schedule = FeeSchedule(((datetime(2024, 1, 1, tzinfo=UTC), free),))
    plan = plan_of(FAMILY, Variant(), settings, {SERIES: schedule})
    place = root.resolve().as_uri() if url else str(root)
    tasks = [
        DayTask(
            (ShelvedEvent(ref.event_date, SERIES, ref.event_ticker, place, ref),),
            ((_forecast(ref.event_date),),),
        )
        for ref in MarketStore(place if url else root).events(SERIES)
    ]
    return GeneratedDays(plan, tasks, written)


def _partition(day: date, rows: int, rng: np.random.Generator, *, depth: bool) -> Partition:
    event = f"{SERIES}-{day:%y%b%d}".upper()
    opens = micros(datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=9))
    closes = opens + 38 * 3_600_000_000
    paid = int(rng.choice(3, p=_VALUES / 100))
    strikes = (("T40", "less", None, "40"), ("B40.5", "between", "40", "41"))
    markets = [
        Listed(
            event_ticker=event,
            ticker=f"{event}-{suffix}",
            strike_type=kind,
            floor_strike=floor,
            cap_strike=cap,
            strike_source=VENUE,
            yes_payout_e4=10_000 * (n == paid),
            settlement_value=str(38 + 2 * n),
            result_source="generated",
            opens_us=opens,
            opens_source="generated",
            closes_us=closes,
            closes_source="generated",
        )
        for n, (suffix, kind, floor, cap) in enumerate((*strikes, ("T41", "greater", "41", None)))
    ]
    parts = [Part(Table.TRADES, _prints(opens, closes, rows, rng), "generated")]
    if depth:
        parts.append(Part(Table.DEPTH, _levels(opens, closes, 20 * rows, rng), "generated"))
    return Partition(SERIES, day, markets_frame(markets), parts, {"generated": "0" * 64})


def _prints(opens: int, closes: int, rows: int, rng: np.random.Generator) -> pl.DataFrame:
    market, taker_yes = rng.integers(0, 3, rows), rng.random(rows) < 0.5
    away = rng.integers(1, 4, rows)
    price = _VALUES[market] + np.where(taker_yes, away, -away)
    return pl.DataFrame(
        {
            "at_us": np.sort(rng.integers(opens, closes, rows)),
            "market": market,
            "yes_price_e4": 100 * price,
            "count_e2": 100 * rng.integers(1, 60, rows),
            "taker_yes": taker_yes,
        }
    )


def _levels(opens: int, closes: int, rows: int, rng: np.random.Generator) -> pl.DataFrame:
    market, is_yes = rng.integers(0, 3, rows), rng.random(rows) < 0.5
    value = np.where(is_yes, _VALUES[market], 100 - _VALUES[market])
    return pl.DataFrame(
        {
            "at_us": np.sort(rng.integers(opens, closes, rows)),
            "market": market,
            "is_yes": is_yes,
            "price_e4": 100 * (value - rng.integers(2, 12, rows)),
            "size_e2": 100 * rng.integers(0, 200, rows),
            # The first level of a market begins its book: before it nobody knows one.
            "opens": np.isin(np.arange(rows), np.unique(market, return_index=True)[1]),
        }
    )


def _forecast(day: date) -> KnownForecast:
    known_at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=9)
    pmf = GridPmf(SettlementGrid(Decimal(1), "F"), 39, np.array([0.3, 0.3, 0.2, 0.2]))
    return KnownForecast(known_at=known_at, pmf=pmf, model="generated")
