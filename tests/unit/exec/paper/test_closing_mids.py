from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk import AT, ledger_row
from kalshi_alpha.brokers.kalshi.payloads import CandlePayload, QuoteRange
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ParseRefused, VenueRefused, VenueUnavailable
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.paper.closing_mids import (
    ASKED_AGAIN_AFTER,
    LISTED_AFTER,
    MARKETS_MAX,
    ClosedMarket,
    ClosingMids,
    MidAnswer,
    awaiting,
    read_closing,
    record,
)
from kalshi_alpha.exec.wiring import DataMode, Run

TICKER, OTHER = "KXCPI-24NOV-T0.3", "KXCPI-24NOV-T0.2"
CLOSE = AT + timedelta(hours=2)
MARKET = ClosedMarket("KXCPI", TICKER, CLOSE)


@pytest.fixture
def there(run: Run) -> Run:
    """An online run at the real venue, five minutes after the close."""
    return at(
        replace(run, venue=KalshiEnv.PROD, data_mode=DataMode.ONLINE, action=Action.PAPER),
        CLOSE + timedelta(minutes=5),
    )


def at(run: Run, when: datetime) -> Run:
    return replace(run, clock=RunClock(when, ClockSource.SYSTEM))


def row(**changes: Any) -> LedgerEntry:
    fields: dict[str, Any] = {
        "mode": LedgerMode.PAPER,
        "environment": "prod",
        "clock_source": ClockSource.SYSTEM,
        "filled_at": AT + timedelta(minutes=30),
        "lead_hours": 1.5,
    }
    return ledger_row(**(fields | changes))


def kept(run: Run, *rows: LedgerEntry) -> LedgerStore:
    store = LedgerStore(run.paths)
    store.upsert(rows, run.clock.at)
    return store


def candle(minutes: int, bid: str, ask: str) -> CandlePayload:
    """A candle that ends so many minutes after the close; its quotes do not move."""
    quotes = QuoteRange(bid, bid, bid, bid), QuoteRange(ask, ask, ask, ask)
    ended = int((CLOSE + timedelta(minutes=minutes)).timestamp())
    return CandlePayload(ended, *quotes, volume_fp="0.00", open_interest_fp="0.00")


class Venue:
    """A venue of which only candles are asked."""

    def __init__(self, *candles: CandlePayload, error: Exception | None = None) -> None:
        self.asked: list[tuple[str, str, datetime, datetime, int]] = []
        self._candles, self._error = candles, error

    async def candles(self, *asked: Any) -> tuple[CandlePayload, ...]:
        self.asked.append(asked)
        if self._error is not None:
            raise self._error
        return self._candles


def answered(venue: Venue, *markets: ClosedMarket) -> tuple[MidAnswer, ...]:
    client: Any = venue
    return asyncio.run(read_closing(client, markets or (MARKET,)))


def test_a_row_gets_the_mid_of_its_own_side_once_its_market_has_closed(there: Run) -> None:
    store = kept(there, row(), row(side=Side.YES, price_e4=3200))
    assert awaiting(at(there, CLOSE + LISTED_AFTER - timedelta(seconds=1))) == ()
    assert awaiting(there) == (MARKET,)
    venue = Venue(candle(-1, "0.3000", "0.3400"))
    found = record(there, store, answered(venue, *awaiting(there)))
    assert venue.asked == [
        ("KXCPI", TICKER, CLOSE - timedelta(hours=1), CLOSE + timedelta(minutes=1), 1)
    ]
    assert {r.side: r.close_mid for r in store.entries()} == {Side.NO: 0.68, Side.YES: 0.32}
    assert len(found.rows) == 2
    assert found.line == "closing mids: 2 orders"
    assert awaiting(there) == ()
    assert not there.paths.closing_mids("prod").exists()


def test_the_minute_after_the_close_begins_with_the_quotes_of_the_close() -> None:
    cleared = QuoteRange("0.3000", "0.0000", "0.3000", "0.0000")
    asks = QuoteRange("0.3400", "0.3400", "1.0000", "1.0000")
    ended = int(CLOSE.timestamp()) + 60
    last = CandlePayload(ended, cleared, asks, volume_fp="0.00", open_interest_fp="0.00")
    (answer,) = answered(Venue(candle(-30, "0.3000", "0.3400"), last))
    assert answer.quote is not None
    assert (answer.quote.at, answer.quote.mid(Side.YES)) == (CLOSE, 0.32)


@pytest.mark.parametrize(
    ("venue", "mode", "environment"),
    [
        (KalshiEnv.PROD, LedgerMode.PAPER, "prod"),
        (KalshiEnv.PROD, LedgerMode.LIVE, "prod"),
        (KalshiEnv.DEMO, LedgerMode.PAPER, "demo"),
        (KalshiEnv.DEMO, LedgerMode.DEMO, "demo"),
        (KalshiEnv.SIM, LedgerMode.SIM, "sim"),
    ],
)
def test_every_order_at_the_runs_own_venue_waits_for_its_mid(
    there: Run, venue: KalshiEnv, mode: LedgerMode, environment: str
) -> None:
    kept(there, row(mode=mode, environment=environment))
    assert awaiting(replace(there, venue=venue)) == (MARKET,)
    others = [each for each in KalshiEnv if each is not venue]
    assert all(awaiting(replace(there, venue=each)) == () for each in others)
    assert awaiting(replace(there, venue=None)) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"close_mid": 0.5},
        {"kind": EntryKind.EXPECTED, "filled_e2": 0, "filled_at": None},
        {"filled_e2": 0, "filled_at": None},
        {"lead_hours": None},
        {"lead_hours": 3.0},
        {"placed_at": CLOSE + timedelta(hours=1)},
    ],
)
def test_no_other_row_waits(there: Run, change: dict[str, Any]) -> None:
    kept(there, row(**change))
    assert awaiting(there) == ()


def test_those_that_closed_first_are_asked_first_and_no_more_than_a_run_may(there: Run) -> None:
    rows = [
        row(market_ticker=f"KXCPI-24NOV-T{number}", lead_hours=1.5 - number / 100)
        for number in range(MARKETS_MAX + 2)
    ]
    kept(there, *rows)
    found = awaiting(there)
    assert len(found) == MARKETS_MAX
    assert [each.close_at for each in found] == sorted(each.close_at for each in found)
    assert found[0].ticker == f"KXCPI-24NOV-T{MARKETS_MAX + 1}"


def test_a_close_that_was_moved_is_the_one_of_the_order_placed_last(there: Run) -> None:
    moved = row(placed_at=AT + timedelta(minutes=10), as_of=AT + timedelta(minutes=10))
    kept(there, row(lead_hours=1.0), moved)
    assert awaiting(there) == (MARKET,)


@pytest.mark.parametrize(
    ("venue", "why"),
    [
        (Venue(), "no_quote"),
        (Venue(candle(-6, "0.3000", "0.3400")), "stale"),
        (Venue(candle(0, "0.0000", "0.0400")), "one_sided"),
        (Venue(candle(0, "0.3000", "0.4100")), "wide"),
        (Venue(error=VenueRefused(404, "not_found", "not_found: no such market")), "not_found"),
        (Venue(error=ParseRefused("kalshi", "no JSON")), "no JSON"),
    ],
)
def test_a_market_without_a_valid_mid_is_remembered_and_given_up_in_the_end(
    there: Run, venue: Venue, why: str
) -> None:
    store = kept(there, row())
    found, run = ClosingMids(), there
    for pause in (*ASKED_AGAIN_AFTER, None):
        assert awaiting(run) == (MARKET,)
        found = record(run, store, answered(venue))
        assert why in (found.without or {})[TICKER]
        assert bool(found.given_up) == (pause is None)
        # It is not asked at once again.
        later = run.clock.at + (pause or timedelta(days=300))
        assert awaiting(at(run, later - timedelta(seconds=1))) == ()
        run = at(run, later)
    assert awaiting(run) == ()
    assert f"{TICKER} has none ({(found.without or {})[TICKER]}, given up)" in found.line
    assert store.entries() == [row()]


def test_what_is_known_in_the_end_is_no_longer_remembered(there: Run) -> None:
    store = kept(there, row())
    record(there, store, answered(Venue()))
    assert there.paths.closing_mids("prod").exists()
    later = at(there, there.clock.at + timedelta(hours=1))
    record(later, store, answered(Venue(candle(0, "0.3000", "0.3400")), *awaiting(later)))
    assert '"markets": {}' in there.paths.closing_mids("prod").read_text().replace("{\n", "{")


@pytest.mark.parametrize(
    "error", [VenueUnavailable("no answer"), VenueRefused(403, "forbidden", "not from here")]
)
def test_a_venue_that_does_not_answer_costs_no_attempt(there: Run, error: Exception) -> None:
    store = kept(there, row(), row(market_ticker=OTHER))
    venue = Venue(error=error)
    answers = answered(venue, *awaiting(there))
    assert (answers, len(venue.asked)) == ((), 1)
    assert record(there, store, answers) == ClosingMids()
    assert [each.ticker for each in awaiting(there)] == [OTHER, TICKER]


def test_without_a_ledger_nobody_is_asked(there: Run) -> None:
    assert awaiting(there) == ()
    assert record(there, LedgerStore(there.paths), ()).line == ""
