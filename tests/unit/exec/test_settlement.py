from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from desk import AT, Morning
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ledger.entry import LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.settle import Settlement
from kalshi_alpha.core.types import Side, Strike, StrikeType
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.settlement import market_settlements, settle_known, written_strike
from kalshi_alpha.exec.wiring import DataMode, Run
from kalshi_alpha.strategies.cpi import STRATEGY
from kalshi_alpha.strategies.strategy import Outcome, Strategy

Build = Callable[..., LedgerEntry]
PRINTED_AT = datetime(2024, 12, 11, 13, 45, tzinfo=UTC)
NOVEMBER = date(2024, 11, 1)


def printing(value: int) -> Strategy:
    """A family whose month-on-month print is known."""
    outcome = {("cpi_mom", NOVEMBER): Outcome(value, PRINTED_AT)}
    return replace(STRATEGY, outcomes=lambda *_: outcome)


@pytest.fixture
def after(run: Run) -> Run:
    return replace(run, clock=RunClock(PRINTED_AT + timedelta(minutes=15), run.clock.source))


def test_a_market_pays_if_the_print_lies_in_its_interval(morning: Morning) -> None:
    found = market_settlements(
        morning.scanned.snapshots, {("cpi_mom", NOVEMBER): Outcome(3, PRINTED_AT)}
    )
    assert found["KXCPI-24NOV-T0.2"] == Settlement.yes(PRINTED_AT)
    assert found["KXCPI-24NOV-T0.3"] == Settlement.no(PRINTED_AT)
    assert {ticker.split("-")[0] for ticker in found} == {"KXCPI"}


@pytest.mark.parametrize(("value", "payout_e6"), [(3, 5_000_000), (4, 0)])
def test_open_rows_are_settled_and_kept(
    after: Run, morning: Morning, entry: Build, value: int, payout_e6: int
) -> None:
    store = LedgerStore(after.paths)
    store.upsert([entry()], AT)

    [settled] = settle_known(after, printing(value), morning.scanned.snapshots, store)

    assert (settled.payout_e6, settled.settled_at) == (payout_e6, PRINTED_AT)
    assert store.entries() == [settled]
    assert settle_known(after, printing(value), morning.scanned.snapshots, store) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"mode": LedgerMode.PAPER},
        {"placed_at": PRINTED_AT + timedelta(hours=1)},
        {"market_ticker": "KXCPIYOY-24NOV-T2.4", "event_ticker": "KXCPIYOY-24NOV"},
    ],
)
def test_other_rows_are_left_as_they_are(
    after: Run, morning: Morning, entry: Build, change: dict[str, object]
) -> None:
    store = LedgerStore(after.paths)
    row = entry(**change)
    store.upsert([row], AT)
    assert settle_known(after, printing(3), morning.scanned.snapshots, store) == ()
    assert store.entries() == [row]


@pytest.mark.parametrize("venue", [KalshiEnv.PROD, KalshiEnv.DEMO])
@pytest.mark.parametrize("action", [Action.PAPER, Action.LIVE])
def test_at_a_real_venue_the_rows_of_all_real_venues_are_settled(
    after: Run, morning: Morning, entry: Build, venue: KalshiEnv, action: Action
) -> None:
    store = LedgerStore(after.paths)
    store.upsert([entry(mode=mode) for mode in LedgerMode], AT)
    there = replace(after, venue=venue, data_mode=DataMode.ONLINE, action=action)
    settled = settle_known(there, printing(3), morning.scanned.snapshots, store)
    assert {row.mode for row in settled} == {LedgerMode.PAPER, LedgerMode.DEMO, LedgerMode.LIVE}
    practice = replace(there, venue=KalshiEnv.SIM, action=Action.SIM)
    (sim,) = settle_known(practice, printing(3), morning.scanned.snapshots, store)
    assert sim.mode is LedgerMode.SIM


def test_without_a_ledger_there_is_nothing_to_settle(after: Run, morning: Morning) -> None:
    store = LedgerStore(after.paths)
    assert settle_known(after, printing(3), morning.scanned.snapshots, store) == ()
    assert not after.paths.ledger_all.exists()


@pytest.mark.parametrize(
    "strike",
    [
        Strike(StrikeType.GREATER, Decimal("0.1")),
        Strike(StrikeType.GREATER_OR_EQUAL, Decimal(220_000)),
        Strike(StrikeType.LESS, cap=Decimal(35)),
        Strike(StrikeType.LESS_OR_EQUAL, cap=Decimal("-4")),
        Strike(StrikeType.BETWEEN, Decimal(35), Decimal(36)),
    ],
)
def test_a_strike_is_read_back_as_it_was_written(strike: Strike) -> None:
    assert written_strike(str(strike)) == strike


@pytest.mark.parametrize("text", ["", "0.1", "> x", "= 1", "1 to", "> nan"])
def test_what_is_no_strike_is_refused(text: str) -> None:
    with pytest.raises(BadStrike):
        written_strike(text)


@pytest.mark.parametrize(("strike", "payout_e6"), [("> 0.1", 0), ("<= 0.1", 5_000_000)])
def test_a_row_of_an_event_that_is_listed_no_longer_is_settled_by_what_it_says(
    after: Run, entry: Build, strike: str, payout_e6: int
) -> None:
    store = LedgerStore(after.paths)
    store.upsert([entry(strike=strike, side=Side.YES)], AT)
    [settled] = settle_known(after, printing(1), (), store)
    assert settled.payout_e6 == payout_e6


@pytest.mark.parametrize(
    "change", [{"strike": "?"}, {"series": "KXGONE"}, {"event_ticker": "KXCPI-SOON"}]
)
def test_a_row_that_cannot_be_read_stays_open(
    after: Run, entry: Build, change: dict[str, object]
) -> None:
    store = LedgerStore(after.paths)
    store.upsert([entry(**change)], AT)
    assert settle_known(after, printing(1), (), store) == ()
