from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.replay.report import report_of
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.core.types import Strike, StrikeType
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.plan import (
    UNSETTLED,
    fault_of,
    replay_event,
    replay_tapes,
    run_days,
)
from kalshi_alpha.exec.backtest.shelf import store_root
from kalshi_alpha.exec.backtest.variant import Variant


def first_tape(read: Materials) -> EventTape:
    shelved = next(each for each in read.days[0] if each.series == "KXHIGHNY")
    return MarketStore(store_root(shelved.root)).load(shelved.ref)


def test_a_tape_gets_the_terms_of_its_series(read: Materials) -> None:
    plan = read.plan(Variant())
    event = replay_event(plan, first_tape(read), ())
    assert (event.city, event.ladder.quantity) == ("NYC", "temp_max_nyc")
    assert event.ladder.risk_unit == "TEMP_NE:NYC:2025-01-06"
    assert str(event.limits.ladder_cap) == "1000.000000"
    assert plan.chain.gate.quality is not None


def test_what_cannot_be_judged_is_left_out_with_its_reason(read: Materials) -> None:
    plan, tape = read.plan(Variant()), first_tape(read)
    assert fault_of(tape, plan) is None
    assert fault_of(replace(tape, result_source="ambiguous"), plan) == "its result is ambiguous"
    odd = Strike(StrikeType.GREATER_OR_EQUAL, Decimal(40))
    strange = (replace(tape.markets[0], strike=odd), *tape.markets[1:])
    assert "strike type" in (fault_of(replace(tape, markets=strange), plan) or "")
    empty = Strike(StrikeType.BETWEEN, Decimal(41), Decimal(40))
    nothing = (replace(tape.markets[0], strike=empty), *tape.markets[1:])
    assert fault_of(replace(tape, markets=nothing), plan) is not None
    done = replay_tapes(plan, [replace(tape, result_source="ambiguous")], [()])
    assert done.outcome is None
    assert done.left_out[0].event_ticker == tape.event_ticker


def test_an_unsettled_day_is_decided_like_any_other_and_earns_nothing(read: Materials) -> None:
    plan, task = read.plan(Variant(contracts="10")), read.tasks(Variant())[0]
    tapes = [MarketStore(store_root(each.root)).load(each.ref) for each in task.events]
    unpaid = [
        replace(tape, markets=(replace(tape.markets[0], yes_payout_e4=None), *tape.markets[1:]))
        for tape in tapes
    ]
    paid, open_still = (
        replay_tapes(plan, each, task.forecasts, task.standing) for each in (tapes, unpaid)
    )
    assert [(each.event_ticker, each.why) for each in open_still.left_out] == [
        (tape.event_ticker, UNSETTLED) for tape in tapes
    ]
    assert paid.left_out == ()
    assert paid.outcome is not None
    assert open_still.outcome is not None
    assert any(row.count_e2 for row in paid.outcome.rows)
    assert [decided(row) for row in open_still.outcome.rows] == [
        decided(row) for row in paid.outcome.rows
    ]
    assert all(row.realised is None and not row.is_settled for row in open_still.outcome.rows)
    whole = report_of([open_still.outcome], plan.chain).whole
    assert (whole.orders, whole.fills, whole.net_pnl) == (len(paid.outcome.rows), 0, 0.0)


def decided(row: LedgerEntry) -> tuple[object, ...]:
    return row.market_ticker, row.side, row.price_e4, row.posted_e2, row.count_e2, row.as_of


def test_days_are_read_from_their_tables(read: Materials) -> None:
    (done,) = run_days(read.plan(Variant()), read.tasks(Variant())[:1])
    assert done.outcome is not None
    assert [each.city for each in done.outcome.events] == ["AUS", "NYC"]
