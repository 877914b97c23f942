from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.ledger.rows import from_row, to_row
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.results import result_lag
from kalshi_alpha.core.replay.settled_day import ledger_rows, settlements
from kalshi_alpha.core.types import Money
from replay_cases import AFTER, BEFORE, CHAIN, CHARGED, CLOSES, DECIDES, HIGH, MIDDLE, event, tape


def test_the_golden_event_earns_what_it_was_worked_out_to_earn() -> None:
    rows = ledger_rows(replay_day([event()], CHAIN), "WEATHER")
    filled = {row.market_ticker: row for row in rows if row.filled_e2}
    # Ten of the middle at 0.40 pay ten dollars; three against the top at 0.58 pay three.
    assert {ticker: str(row.realised) for ticker, row in filled.items()} == {
        MIDDLE: "6.000000",
        HIGH: "1.260000",
    }
    spent = sum(row.cost.e6 + row.fee_e6 for row in rows)
    paid = sum(row.payout_e6 or 0 for row in rows)
    assert (Money(spent), Money(paid)) == (Money.parse("5.74"), Money.parse("13"))


def test_with_maker_fees_it_earns_exactly_those_less() -> None:
    rows = ledger_rows(replay_day([event(fees=CHARGED)], CHAIN), "WEATHER")
    assert sum(row.fee_e6 for row in rows) == 42_000 + 12_800
    assert sum(r.realised.e6 for r in rows if r.realised) == 7_260_000 - 54_800


def test_settled_the_other_way_it_loses_what_it_paid() -> None:
    rows = ledger_rows(replay_day([event(tape(winner=2))], CHAIN), "WEATHER")
    assert sum(r.realised.e6 for r in rows if r.realised) == -5_740_000


def test_rows_are_those_of_the_ledger_and_never_evidence() -> None:
    rows = ledger_rows(replay_day([event()], CHAIN), "WEATHER")
    assert {(row.mode, row.clock_source) for row in rows} == {(LedgerMode.OFFLINE, ClockSource.SET)}
    assert [from_row(to_row(row)) for row in rows] == list(rows)
    assert evidence_rows(rows) == []
    assert all(row.touch_e4 is None for row in rows), "no size was recorded beside a touch"


def test_a_row_tells_what_was_believed_when_it_was_decided() -> None:
    rows = ledger_rows(replay_day([event()], CHAIN), "WEATHER")
    first = next(row for row in rows if row.market_ticker == MIDDLE)
    assert (first.as_of, first.placed_at, first.m_at_fill) == (DECIDES, DECIDES, 0.42)
    assert first.p_model == pytest.approx(0.5)
    assert first.lead_hours == pytest.approx((CLOSES - DECIDES).total_seconds() / 3600 - 1 / 6)


def test_without_a_time_of_settlement_a_result_is_known_when_its_source_publishes() -> None:
    recorded = replace(tape(), settled_at=None)
    day = replay_day([event(recorded)], CHAIN)
    published = CLOSES + result_lag("WEATHER").after_close
    assert {each.settled_at for each in settlements(day.views, "WEATHER").values()} == {published}
    assert {row.settled_at for row in ledger_rows(day, "WEATHER")} == {published}


def test_a_touch_shortly_before_the_close_is_the_closing_mid() -> None:
    early = [("17:59:00", 1, 40, 5, "no"), ("17:59:30", 1, 44, 5, "yes")]
    day = replay_day([event(tape((*BEFORE, *early, *AFTER)))], CHAIN)
    assert all(row.close_mid is None for row in ledger_rows(day, "WEATHER"))
    closing = replace(tape((*BEFORE, *AFTER)), closes_at=DECIDES.replace(hour=18, minute=40))
    held = event(closing)
    markets = tuple(replace(m, close_at=closing.closes_at) for m in held.ladder.markets)
    day = replay_day([replace(held, ladder=replace(held.ladder, markets=markets))], CHAIN)
    rows = [row for row in ledger_rows(day, "WEATHER") if row.filled_e2]
    assert rows
    assert all(row.close_mid is None for row in rows), "prints of one side are no mid"
