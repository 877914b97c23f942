from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk import AT, Morning
from kalshi_alpha.brokers.kalshi.payloads import TradePayload
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ParseRefused, VenueRefused, VenueUnavailable
from kalshi_alpha.core.execution.expected_fill import SlippageMode
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ledger.closing_mid import QuoteSnapshot
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerMode
from kalshi_alpha.core.ledger.paper_orders import judged
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.holdings import held_and_allowed
from kalshi_alpha.exec.output import Written, summary, write_ledger
from kalshi_alpha.exec.paper import orders
from kalshi_alpha.exec.paper.closing_mids import ClosedMarket, MidAnswer, awaiting
from kalshi_alpha.exec.paper.orders import (
    PRINTED_AFTER,
    due,
    read_tapes,
    renew,
    rests_on_paper,
)
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.wiring import DataMode, NotAskedYet, Run
from kalshi_alpha.strategies.cpi import STRATEGY

NOTHING = Written((), None, ())


@pytest.fixture
def there(morning: Morning, run: Run) -> Run:
    """The morning's run as if its books had been the real venue's, under the system's clock."""
    return replace(
        morning.run,
        paths=run.paths,
        feed=NotAskedYet(),
        venue=KalshiEnv.PROD,
        data_mode=DataMode.ONLINE,
        action=Action.PAPER,
        clock=RunClock(AT, ClockSource.SYSTEM),
    )


class Venue:
    """A venue of which only the prints are asked for: one that fills a proposal whole.

    With an error it raises that instead.
    """

    def __init__(self, proposal: Proposal, at: datetime, error: Exception | None = None) -> None:
        self._error = error
        self.asked: list[tuple[str, datetime, datetime]] = []
        self._of, self._at = proposal, at

    async def trades(
        self, ticker: str, *, min_ts: datetime, max_ts: datetime
    ) -> tuple[TradePayload, ...]:
        self.asked.append((ticker, min_ts, max_ts))
        if ticker != self._of.market_ticker:
            return ()
        if self._error is not None:
            raise self._error
        yes = self._of.side is Side.YES
        price = self._of.price if yes else self._of.price.complement()
        return (
            TradePayload(
                trade_id="t1",
                ticker=ticker,
                count_fp="1000000.00",
                yes_price_dollars=str(price),
                taker_outcome_side="no" if yes else "yes",
                created_time=self._at.isoformat(),
                is_block_trade=False,
            ),
        )


def test_only_a_real_venue_has_a_tape_to_wait_for(there: Run, morning: Morning) -> None:
    assert rests_on_paper(there)
    assert not rests_on_paper(replace(there, venue=KalshiEnv.SIM))
    assert not rests_on_paper(morning.run)


def test_a_paper_order_becomes_evidence_once_the_tape_has_filled_it(
    there: Run, morning: Morning
) -> None:
    scanned = morning.scanned
    write_ledger(there, scanned, STRATEGY, ScanOptions(), "scan", NOTHING)
    store = LedgerStore(there.paths)
    before = store.entries()
    assert {row.kind for row in before} == {EntryKind.EXPECTED}
    assert due(there) == ()

    # Hours later the window is over: the venue is asked what was printed meanwhile.
    later = replace(there, clock=RunClock(AT + timedelta(hours=3), ClockSource.SYSTEM))
    ended = due(later)
    assert len(ended) == len(scanned.proposals)
    first = scanned.proposals[0]
    venue: Any = Venue(first, AT + timedelta(minutes=1))
    tapes = asyncio.run(read_tapes(venue, ended))
    assert {ticker for ticker, _, _ in venue.asked} == {p.market_ticker for p in scanned.proposals}
    assert all(begun < AT < end for _, begun, end in venue.asked)
    nothing_new = replace(scanned, proposals=())
    write_ledger(later, nothing_new, STRATEGY, ScanOptions(), "scan", NOTHING, tapes)

    rows = [row for row in store.entries() if row.kind is EntryKind.FILLED]
    assert len(rows) == len(scanned.proposals)
    (filled,) = [row for row in rows if row.filled_e2]
    assert (filled.market_ticker, filled.filled_e2) == (first.market_ticker, first.contracts.e2)
    assert (filled.mode, filled.environment) == (LedgerMode.PAPER, "prod")
    assert filled.evidence
    assert filled.p == first.prob_pooled
    assert due(later) == ()

    # The next run after the close learns the market's closing mid, and keeps what it knows.
    (closed,) = awaiting(later)
    assert closed == ClosedMarket(first.series_ticker, first.market_ticker, first.closes_at)
    quote = QuoteSnapshot(first.closes_at, Price(2900), Price(3300))
    answers = [MidAnswer(closed, quote)]
    done = write_ledger(later, nothing_new, STRATEGY, ScanOptions(), "x", NOTHING, {}, answers)
    (known,) = [row for row in store.entries() if row.filled_e2]
    assert known.close_mid == quote.mid(first.side)
    assert done.closing.rows == (known,)
    assert "closing mids: 1 order\n" in summary(later, nothing_new, done)
    assert awaiting(later) == ()


def test_a_print_after_the_end_of_an_order_fills_nothing(there: Run, morning: Morning) -> None:
    write_ledger(there, morning.scanned, STRATEGY, ScanOptions(), "scan", NOTHING)
    later = replace(there, clock=RunClock(AT + timedelta(hours=3), ClockSource.SYSTEM))
    first = morning.scanned.proposals[0]
    (mine,) = [each for each in due(later) if each.intent.ticker == first.market_ticker]
    filled = []
    for late_s in (0, 1):
        venue: Any = Venue(first, mine.intent.expires_at + timedelta(seconds=late_s))
        (tape,) = asyncio.run(read_tapes(venue, [mine])).values()
        filled.append(judged(mine, tape).filled)
    assert filled == [mine.intent.contracts, Contracts(0)]


@pytest.mark.parametrize("mode", SlippageMode)
def test_an_order_counts_once_among_the_holdings(
    there: Run, morning: Morning, mode: SlippageMode
) -> None:
    """Its forecast may be booked at another price than its own."""
    scanned = morning.scanned
    write_ledger(there, scanned, STRATEGY, ScanOptions(slippage_mode=mode), "scan", NOTHING)
    later = replace(there, clock=RunClock(AT + timedelta(hours=3), ClockSource.SYSTEM))
    first = scanned.proposals[0]
    venue: Any = Venue(first, AT + timedelta(minutes=1))
    tapes = asyncio.run(read_tapes(venue, due(later)))
    write_ledger(
        later, replace(scanned, proposals=()), STRATEGY, ScanOptions(), "x", NOTHING, tapes
    )
    rows = [row for row in LedgerStore(there.paths).entries() if not row.is_settled]
    held = held_and_allowed(
        there, rows, scanned.snapshots, there.settings.pal_policy, "another"
    ).exposures
    mine = [e for each in held.values() for e in each if e.ticker == first.market_ticker]
    assert sum(e.contracts.e2 for e in mine) == first.contracts.e2


def test_a_run_that_dies_before_it_forgets_its_orders_is_repeated_by_the_next(
    there: Run, morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned, store = morning.scanned, LedgerStore(there.paths)
    write_ledger(there, scanned, STRATEGY, ScanOptions(), "scan", NOTHING)
    later = replace(there, clock=RunClock(AT + timedelta(hours=3), ClockSource.SYSTEM))
    ended = due(later)
    venue: Any = Venue(scanned.proposals[0], AT + timedelta(minutes=1))
    tapes = asyncio.run(read_tapes(venue, ended))
    with monkeypatch.context() as dying:
        dying.setattr(orders, "write_paper_orders", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            renew(later, store, (), tapes)
    written = store.entries()
    assert sum(row.kind is EntryKind.FILLED for row in written) == len(ended)
    assert due(later) == ended
    renew(later, store, (), tapes)
    assert store.entries() == written
    assert due(later) == ()


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "error", [ParseRefused("kalshi", "trade 7"), VenueRefused(404, "not_found", "gone")]
)
def test_a_market_whose_prints_cannot_be_read_keeps_only_its_own_orders_waiting(
    there: Run, morning: Morning, error: Exception
) -> None:
    scanned = morning.scanned
    write_ledger(there, scanned, STRATEGY, ScanOptions(), "scan", NOTHING)
    later = replace(there, clock=RunClock(AT + timedelta(hours=3), ClockSource.SYSTEM))
    first, others = scanned.proposals[0], len(scanned.proposals) - 1
    venue: Any = Venue(first, AT + timedelta(minutes=1), error)
    tapes = asyncio.run(read_tapes(venue, due(later)))
    assert len(tapes) == others
    nothing_new = replace(scanned, proposals=())
    done = write_ledger(later, nothing_new, STRATEGY, ScanOptions(), "x", NOTHING, tapes)
    assert {order.intent.ticker for order in due(later)} == {first.market_ticker}
    assert f"no prints of: {first.market_ticker}\n" in summary(later, nothing_new, done)


@pytest.mark.parametrize("error", [VenueRefused(401, "unauthorized", "no"), VenueUnavailable("-")])
def test_a_venue_that_answers_nobody_is_an_error(
    there: Run, morning: Morning, error: Exception
) -> None:
    write_ledger(there, morning.scanned, STRATEGY, ScanOptions(), "scan", NOTHING)
    later = replace(there, clock=RunClock(AT + timedelta(hours=3), ClockSource.SYSTEM))
    venue: Any = Venue(morning.scanned.proposals[0], AT, error)
    with pytest.raises(type(error)):
        asyncio.run(read_tapes(venue, due(later)))


def test_an_order_whose_own_tape_was_not_read_is_not_judged_by_anothers(
    there: Run, morning: Morning
) -> None:
    """Two orders in one market: one ended before the venue was asked, the other just after."""
    store, first = LedgerStore(there.paths), morning.scanned.proposals[0]
    one = replace(morning.scanned, proposals=(first,))
    write_ledger(there, one, STRATEGY, ScanOptions(), "scan", NOTHING)
    later = replace(there, clock=RunClock(AT + timedelta(hours=3), ClockSource.SYSTEM))
    (order,) = due(later)
    second = replace(
        order, intent=replace(order.intent, expires_at=order.intent.expires_at + timedelta(hours=1))
    )
    venue: Any = Venue(first, AT + timedelta(minutes=1))
    tapes = asyncio.run(read_tapes(venue, [order]))
    renew(later, store, (second,), tapes)
    after = replace(there, clock=RunClock(AT + timedelta(hours=9), ClockSource.SYSTEM))
    assert due(after) == (second,)
    renew(after, store, (), tapes)
    assert due(after) == (second,)
    assert len([row for row in store.entries() if row.kind is EntryKind.FILLED]) == 1


def test_an_order_waits_for_its_last_prints(there: Run, morning: Morning) -> None:
    write_ledger(there, morning.scanned, STRATEGY, ScanOptions(), "scan", NOTHING)
    at = AT
    while not due(replace(there, clock=RunClock(at, ClockSource.SYSTEM))):
        at += timedelta(minutes=1)
    assert PRINTED_AFTER <= at - AT <= timedelta(hours=3)
