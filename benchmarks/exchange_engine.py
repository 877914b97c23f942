"""The local exchange's engine: order operations a second, with every rule of the venue on.

    python benchmarks/exchange_engine.py [--json FILE] [--rounds N]

Each row is one script of operations that is made beforehand and then sent through the engine's
public calls, collateral, fees, groups and events included. The run asserts that no money was
lost and that all rounds of a script end in the same books, never a rate.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.types import (
    Contracts,
    Market,
    MarketStatus,
    Money,
    Price,
    Strike,
    StrikeType,
    TickGrid,
)
from kalshi_alpha.sim.engine import Engine, EngineOptions, NewOrder, SimMarket
from kalshi_alpha.sim.order_changes import Amendment
from kalshi_alpha.sim.orders import BookSide, TimeInForce
from kalshi_alpha.sim.refusals import Rejected

START = datetime(2026, 6, 10, 12, tzinfo=UTC)
EVENT = "KXBENCH-26JUN10"
TICKERS = tuple(f"{EVENT}-T{strike}" for strike in range(12))
TRADERS = ("ann", "bob", "cal", "dan")
TICK = timedelta(microseconds=200)
FLOOR_PER_S = 30_000


class Sent(NamedTuple):
    """What one run of a script did."""

    seconds: float
    operations: int
    trades: int
    books: tuple[object, ...]


def build() -> Engine:
    """Open an exchange of twelve markets with maker fees and four rich traders."""
    fees = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))
    close_at = START + timedelta(days=1) - timedelta(hours=8)
    markets = [
        SimMarket(
            market=Market(
                ticker=ticker,
                event_ticker=EVENT,
                strike=Strike(StrikeType.GREATER, Decimal(1)),
                tick_grid=TickGrid.linear_cent(),
                status=MarketStatus.ACTIVE,
                close_at=close_at,
            ),
            fees=fees,
        )
        for ticker in TICKERS
    ]
    engine = Engine(markets, options=EngineOptions(seed=1))
    for trader in TRADERS:
        engine.add_account(trader, Money(10**13))
    return engine


def new_order(rng: random.Random, number: int, edge_e4: int, **more: object) -> NewOrder:
    """Draw an order around 50 cents; a positive edge keeps the sides apart."""
    side = rng.choice((BookSide.BID, BookSide.ASK))
    away = edge_e4 + 100 * rng.randint(0, 15)
    plain = {
        "ticker": rng.choice(TICKERS),
        "side": side,
        "price": Price(5000 - away if side is BookSide.BID else 5000 + away),
        "contracts": Contracts.whole(rng.randint(1, 20)),
        "client_order_id": f"order-{number}",
    }
    return NewOrder(**(plain | more))  # type: ignore[arg-type]


def resting(engine: Engine, rng: random.Random, count: int) -> int:
    """Make and cancel orders that never trade, in books that are ``count`` orders deep."""
    orders = [new_order(rng, number, 100, post_only=True) for number in range(count + 10_000)]
    rested: list[tuple[str, str]] = []
    at, done = START, 0
    for number, new in enumerate(orders):
        at += TICK
        trader = TRADERS[number % 4]
        rested.append((trader, engine.create(trader, new, at).order_id))
        if number >= count:
            owner, order_id = rested[number - count]
            engine.cancel(owner, order_id, at)
            done += 1
        done += 1
    return done


def mixed(engine: Engine, rng: random.Random, count: int) -> int:
    """Create, trade, amend, decrease and cancel as a busy market does."""
    live: list[tuple[str, str, NewOrder]] = []
    at = START
    for number in range(count):
        at += TICK
        chance = rng.random()
        if chance < 0.55 or not live:
            trader, new = rng.choice(TRADERS), new_order(rng, number, -400)
            live.append((trader, engine.create(trader, new, at).order_id, new))
            continue
        trader, order_id, new = live.pop(rng.randrange(len(live)))
        try:
            if chance < 0.9:
                engine.cancel(trader, order_id, at)
            elif chance < 0.95:
                engine.decrease(trader, order_id, at, reduce_to=Contracts(50))
            else:
                engine.amend(trader, order_id, _amendment(new), at)
        except Rejected:
            continue  # it was filled meanwhile
    return count


def sweeping(engine: Engine, rng: random.Random, count: int) -> int:
    """Fill orders one by one: each taker meets one maker, so each pair of calls is a trade."""
    at = START
    for number in range(count // 2):
        at += TICK
        made = new_order(rng, number, 0)
        took = NewOrder(
            ticker=made.ticker,
            side=BookSide.ASK if made.side is BookSide.BID else BookSide.BID,
            price=made.price,
            contracts=made.contracts,
            time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL,
        )
        engine.create("ann", made, at)
        engine.create("bob", took, at)
    return count


SCRIPTS: dict[str, tuple[Callable[[Engine, random.Random, int], int], int]] = {
    "rest and cancel, 200 orders deep": (resting, 200),
    "rest and cancel, 20,000 orders deep": (resting, 20_000),
    "a busy market: 55 % new, 35 % cancelled, 10 % changed": (mixed, 20_000),
    "every other order takes": (sweeping, 20_000),
}


def run_once(name: str) -> Sent:
    """Send one script through a fresh exchange."""
    script, count = SCRIPTS[name]
    engine = build()
    begun = time.perf_counter()
    operations = script(engine, random.Random(11), count)
    seconds = time.perf_counter() - begun
    assert engine.audit().unaccounted_e6 == 0
    books = tuple((engine.book(ticker).yes, engine.book(ticker).no) for ticker in TICKERS)
    trades = sum(len(engine.trades(ticker)) for ticker in TICKERS)
    return Sent(seconds, operations, trades, books)


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Return operations and trades a second of every script, medians over rounds."""
    runs: dict[str, list[Sent]] = {name: [] for name in SCRIPTS}
    for _ in range(rounds):
        for name in SCRIPTS:
            runs[name].append(run_once(name))
    figures = {}
    for name, sent in runs.items():
        assert all(each.books == sent[0].books for each in sent)
        seconds = statistics.median(each.seconds for each in sent)
        figures[name] = {
            "operations_per_s": sent[0].operations / seconds,
            "trades_per_s": sent[0].trades / seconds,
        }
    return figures


def _amendment(new: NewOrder) -> Amendment:
    return Amendment(
        ticker=new.ticker, side=new.side, price=new.price, contracts=Contracts.whole(30)
    )


def main() -> int:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5, help="how often each script is run")
    args = parser.parse_args()
    figures = measure(args.rounds)
    print("| script | operations/s | trades/s | asked for |")
    print("| --- | ---: | ---: | ---: |")
    for name, row in figures.items():
        rates = f"{row['operations_per_s']:,.0f} | {row['trades_per_s']:,.0f}"
        print(f"| {name} | {rates} | {FLOOR_PER_S:,} operations |")
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
