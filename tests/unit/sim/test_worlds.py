from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.types import MarketStatus, Price
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.worlds import (
    STANDING,
    World,
    drawn_outcomes,
    fixture_world,
    outcomes_of,
    stand_books,
)
from sim_exchange import START

FIXTURES = Path(__file__).resolve().parents[2] / "data_fixtures"
CPI = "KXCPI-24NOV"


@pytest.fixture(scope="module")
def world() -> World:
    return fixture_world(FIXTURES)


def test_every_market_of_the_fixtures_is_listed_with_its_texts_and_books(world: World) -> None:
    assert len(world.tickers) == len(set(world.tickers)) == len(world.catalogue.markets)
    assert set(world.books) <= set(world.tickers)
    assert f"{CPI}-T0.3" in world.tickers
    events = world.catalogue.events
    assert all("markets" not in event for event in events.values())
    exclusive = {m.market.event_ticker for m in world.listed if m.mutually_exclusive}
    assert exclusive == {e for e in events if e.startswith("KXHIGH")}


def test_standing_books_are_those_of_the_fixtures(world: World) -> None:
    engine = Engine(world.listed)
    stand_books(engine, world, world.starts_at)
    for ticker in world.tickers:
        book = engine.book(ticker)
        assert (book.yes, book.no) == world.books[ticker], ticker
    assert engine.balance(STANDING).locked.e6 > 0


def test_markets_that_are_closed_by_then_keep_an_empty_book(world: World) -> None:
    engine = Engine(world.listed)
    close_at = min(each.market.close_at for each in world.listed)
    stand_books(engine, world, close_at + timedelta(minutes=5))
    trades = {t: engine.market(t).status is MarketStatus.ACTIVE for t in world.tickers}
    assert set(trades.values()) == {True, False}
    for ticker in world.tickers:
        book = engine.book(ticker)
        assert (book.yes, book.no) == (world.books[ticker] if trades[ticker] else ((), ()))


def test_books_stand_through_the_weekly_pause() -> None:
    # Thursday, half past three in New York.
    at = datetime(2025, 6, 12, 7, 30, tzinfo=UTC)
    moved = fixture_world(FIXTURES, at)
    engine = Engine(moved.listed)
    stand_books(engine, moved, at)
    assert not engine.trading_active
    for ticker in moved.tickers:
        book = engine.book(ticker)
        assert (book.yes, book.no) == moved.books[ticker], ticker


def test_moved_markets_close_as_long_after_the_books_as_they_did(world: World) -> None:
    moved = fixture_world(FIXTURES, START)
    assert moved.starts_at == START
    left = [w.listed[0].market.close_at - w.starts_at for w in (world, moved)]
    assert left[0] == left[1]
    terms = moved.catalogue.markets[moved.tickers[0]]
    assert str(terms["close_time"]).startswith("2025-06-11")


def test_the_tape_ends_when_the_exchange_begins(world: World) -> None:
    printed = [print_.at for prints in world.catalogue.tape.values() for print_ in prints]
    assert printed
    assert max(printed) <= world.starts_at


def test_what_a_market_is_worth_is_the_middle_of_its_book(world: World) -> None:
    fair = world.fair()
    assert set(fair) == set(world.tickers)
    assert all(100 <= price.e4 <= 9_900 and price.e4 % 100 == 0 for price in fair.values())
    ladder = [fair[t].e4 for t in world.tickers if t.startswith(f"{CPI}-")]
    assert ladder == sorted(ladder, reverse=True)


def test_a_part_of_the_markets_can_be_listed(world: World) -> None:
    some = world.only(["KXCPI"])
    assert {t.partition("-")[0] for t in some.tickers} == {"KXCPI"}
    with pytest.raises(MissingData, match="KXNONE"):
        world.only(["KXNONE"])


def test_markets_come_out_by_their_strikes(world: World) -> None:
    values = {
        CPI: Decimal("0.3"),
        "KXHIGHNY-24DEC12": Decimal(41),
        "KXHIGHMIA-24DEC12": Decimal(69),
    }
    pays = {t.rpartition("-")[2]: p.e4 for t, p in outcomes_of(world, values).items() if CPI in t}
    assert [name for name, e4 in pays.items() if e4] == ["0.1", "T0.0", "T0.1", "T0.2"]
    weather = [t for t, p in outcomes_of(world, values).items() if "KXHIGH" in t and p.e4]
    assert weather == ["KXHIGHMIA-24DEC12-T70", "KXHIGHNY-24DEC12-B41.5"]


def test_drawn_outcomes_are_consistent_and_the_seeds_own(world: World) -> None:
    for seed in range(20):
        drawn = drawn_outcomes(world, seed)
        assert set(drawn) == set(world.tickers)
        ladder = [drawn[t].e4 for t in world.tickers if t.startswith(f"{CPI}-")]
        assert ladder == sorted(ladder, reverse=True)
        assert sum(drawn[t].e4 for t in world.tickers if "KXHIGHNY" in t) == 10_000
    assert drawn_outcomes(world, 3) == drawn_outcomes(world, 3)
    assert len({tuple(sorted(drawn_outcomes(world, seed).items())) for seed in range(5)}) > 1


def test_settling_markets_pay_some_time_after_they_close(world: World) -> None:
    settling = world.settling({world.tickers[0]: Price(10_000)})
    first, second = settling.listed[:2]
    assert first.determined_at == first.market.close_at + timedelta(minutes=10)
    assert second.determined_at is None
