from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desk import ledger_row
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors.alert_log import append_alerts
from kalshi_alpha.exec.monitors.drawdown_state import (
    DayLook,
    drawdown_path,
    drawdown_reading,
    write_drawdown,
)
from kalshi_alpha.exec.monitors.gather import Desk, Gathered, gather
from kalshi_alpha.exec.monitors.guard_state import guard_path, write_guards
from monitor_desk import monitored

AT = datetime(2024, 12, 11, 15, tzinfo=UTC)
NO_DATA, ALERT, OK, STALE = (
    MonitorStatus.NO_DATA,
    MonitorStatus.ALERT,
    MonitorStatus.OK,
    MonitorStatus.STALE,
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return monitored(tmp_path, AT)


def live(n: int = 0, **changes: Any) -> LedgerEntry:
    """Return a live order of its own piece of news: it cost 3.40 dollars and paid nothing."""
    settled_at = AT - timedelta(hours=40 - n)
    whole: dict[str, Any] = {
        "mode": LedgerMode.LIVE,
        "environment": "prod",
        "clock_source": ClockSource.SYSTEM,
        "run_scope": f"pilot-{n}",
        "risk_unit": f"CPI:{n}",
        "placed_at": settled_at - timedelta(hours=1),
        "as_of": settled_at - timedelta(hours=1),
        "settled_at": settled_at,
        "outcome": 0,
        "payout_e6": 0,
    }
    return ledger_row(**(whole | changes))


def statuses(desk: Desk) -> dict[Monitor, MonitorStatus]:
    return {monitor: each.status for monitor, each in gather(desk).outcomes.items()}


def test_a_desk_that_never_traded_has_nothing_to_look_at_and_no_fault(desk: Desk) -> None:
    found = statuses(desk)
    assert tuple(found) == tuple(Monitor)
    in_order = {Monitor.KILL_SWITCH}
    judged = {Monitor.FREEZE_WINDOW, Monitor.TZ_NOT_ET}
    assert {m for m, status in found.items() if status is OK} - judged == in_order
    assert {s for m, s in found.items() if m not in judged | in_order} == {NO_DATA}


def test_losing_units_alert_in_gap_and_guard_and_the_fall_is_measured(desk: Desk) -> None:
    LedgerStore(desk.paths).upsert([live(n) for n in range(12)], AT)
    found = gather(desk)
    assert found.outcomes[Monitor.EV_SEQ_GUARD].status is ALERT
    assert found.outcomes[Monitor.EV_SEQ_GUARD].series["CPI"].status is ALERT
    assert found.outcomes[Monitor.EV_SEQ_GUARD].series["TNEY"].status is NO_DATA
    assert found.outcomes[Monitor.DRAWDOWN].figure == pytest.approx(12 * 3.4191)
    assert found.guards is not None
    assert found.guards["CPI"].replay() is not None
    assert not guard_path(desk.paths).exists()


def test_a_settlement_of_later_than_the_clock_is_not_known_yet(desk: Desk) -> None:
    rows = [live(n, settled_at=AT + timedelta(hours=1)) for n in range(12)]
    LedgerStore(desk.paths).upsert(rows, AT)
    assert gather(desk).outcomes[Monitor.EV_SEQ_GUARD].status is NO_DATA


def test_rows_that_are_no_evidence_count_for_nothing(desk: Desk) -> None:
    rows = [live(n, mode=LedgerMode.SIM, environment="sim") for n in range(12)]
    rows += [live(n, clock_source=ClockSource.SET) for n in range(12)]
    LedgerStore(desk.paths).upsert(rows, AT)
    found = gather(desk).outcomes
    assert found[Monitor.DRAWDOWN].status is found[Monitor.EV_SEQ_GUARD].status is NO_DATA


def test_open_rows_are_marked_by_the_recorded_book(desk: Desk) -> None:
    row = live(settled_at=None, outcome=None, payout_e6=None, posted_e2=500_000, filled_e2=500_000)
    LedgerStore(desk.paths).upsert([row], AT)
    assert gather(desk).outcomes[Monitor.DRAWDOWN].status is OK
    book = {"generated_at": AT, "mid": 0.95}
    write_json(desk.paths.orderbook_imbalance(row.market_ticker), book)
    found = gather(desk)
    # Five thousand NO for 68 cents are worth five.
    assert found.outcomes[Monitor.DRAWDOWN].status is ALERT
    assert "live down $3,150" in found.outcomes[Monitor.DRAWDOWN].cause
    assert found.inputs[Monitor.DRAWDOWN]["markets_marked"] == 1
    # A book of before the fill says nothing of what became of it.
    old = book | {"generated_at": row.placed_at - timedelta(seconds=1)}
    write_json(desk.paths.orderbook_imbalance(row.market_ticker), old)
    assert gather(desk).inputs[Monitor.DRAWDOWN]["markets_marked"] == 0


def test_paired_orders_of_the_ledger_are_compared(desk: Desk) -> None:
    filled = [live(n, filled_e2=500) for n in range(8)]
    forecasts = [
        replace(row, kind=EntryKind.EXPECTED, mode=LedgerMode.PAPER, filled_e2=0, fee_e6=0,
                expected_e2=100, expected_hi_e2=200, settled_at=None, outcome=None, payout_e6=None)
        for row in filled
    ]  # fmt: skip
    LedgerStore(desk.paths).upsert([*filled, *forecasts], AT)
    assert gather(desk).outcomes[Monitor.FILL_REALISM].figure == pytest.approx(-80.0)


OF_THE_LEDGER = (
    Monitor.EV_GAP,
    Monitor.FILL_REALISM,
    Monitor.DRAWDOWN,
    Monitor.EV_SEQ_GUARD,
)


def one_alert_for_all(found: Gathered, monitors: tuple[Monitor, ...], said: str) -> None:
    """Require that the first monitor alerts and the others have nothing to look at, and stop."""
    lead, *others = (found.outcomes[monitor] for monitor in monitors)
    assert lead.status is ALERT
    assert said in lead.cause
    for each in others:
        assert (each.status, each.must_exist, each.follows) == (NO_DATA, True, monitors[0])
        assert said in each.cause
    alerting = {m for m, each in found.outcomes.items() if each.status is ALERT}
    assert alerting & set(monitors) == {monitors[0]}


def test_a_ledger_that_cannot_be_read_is_one_alert(desk: Desk) -> None:
    desk.paths.ledger_all.parent.mkdir(parents=True)
    desk.paths.ledger_all.write_bytes(b"PAR1")
    found = gather(desk)
    one_alert_for_all(found, OF_THE_LEDGER, "ledger_all.parquet")
    assert found.guards is None
    assert found.drawdown is None


def test_a_ledger_that_is_gone_though_state_was_made_from_it_alerts(desk: Desk) -> None:
    LedgerStore(desk.paths).upsert([live(n) for n in range(12)], AT)
    found = gather(desk)
    assert found.guards is not None
    assert found.drawdown is not None
    write_guards(guard_path(desk.paths), found.guards, AT, ClockSource.SYSTEM)
    write_drawdown(drawdown_path(desk.paths), found.drawdown)
    desk.paths.ledger_all.unlink()
    one_alert_for_all(gather(desk), OF_THE_LEDGER, "ledger_all.parquet is gone, though")
    drawdown_path(desk.paths).unlink()
    one_alert_for_all(gather(desk), OF_THE_LEDGER, "ev_seq_guard.json were made from it")
    # What was learnt under another kind of clock says nothing of this one's ledger.
    practice = replace(desk, clock=RunClock(AT, ClockSource.SET))
    assert gather(practice).outcomes[Monitor.DRAWDOWN].status is NO_DATA


def test_state_of_a_desk_without_a_fill_does_not_ask_for_a_ledger(desk: Desk) -> None:
    found = gather(desk)
    assert found.guards is not None
    assert found.drawdown is not None
    write_guards(guard_path(desk.paths), found.guards, AT, ClockSource.SYSTEM)
    write_drawdown(drawdown_path(desk.paths), found.drawdown)
    assert gather(desk).outcomes[Monitor.EV_GAP].status is NO_DATA


def test_a_ledger_of_later_than_the_systems_clock_alerts(desk: Desk) -> None:
    LedgerStore(desk.paths).upsert([live()], AT + timedelta(hours=1))
    assert "after the clock" in gather(desk).outcomes[Monitor.DRAWDOWN].cause
    practice = replace(desk, clock=RunClock(AT, ClockSource.SET))
    assert gather(practice).outcomes[Monitor.DRAWDOWN].status is OK


@pytest.mark.parametrize("where", [guard_path, drawdown_path])
def test_a_state_that_is_torn_alerts_and_is_not_written_over(desk: Desk, where: Any) -> None:
    path = where(desk.paths)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    LedgerStore(desk.paths).upsert([live()], AT)
    found = gather(desk)
    alerting = {m for m, each in found.outcomes.items() if each.status is ALERT}
    monitor = Monitor.EV_SEQ_GUARD if where is guard_path else Monitor.DRAWDOWN
    assert monitor in alerting
    assert (found.guards if where is guard_path else found.drawdown) is None


def test_a_limit_that_was_reached_does_not_end_with_its_file(desk: Desk) -> None:
    path = drawdown_path(desk.paths)
    LedgerStore(desk.paths).upsert([live()], AT)
    state = gather(desk).drawdown
    assert state is not None
    day = new_york(AT).date()
    high = {"live": {day: DayLook("9000", "100")}}
    write_drawdown(path, msgspec.structs.replace(state, days=high))
    reached = gather(desk).outcomes[Monitor.DRAWDOWN]
    assert "live down $9,0" in reached.cause
    said = {Monitor.DRAWDOWN: reached.cause}
    append_alerts(desk.paths.alert_log, said, AT, ClockSource.SYSTEM, ())
    for minutes in (5, 10):
        path.unlink()
        for more in (0, 1):
            at = AT + timedelta(minutes=minutes + more)
            found = gather(replace(desk, clock=RunClock(at, ClockSource.SYSTEM)))
            outcome = found.outcomes[Monitor.DRAWDOWN]
            assert outcome.status is ALERT
            assert "live was down $9,0" in outcome.cause
            assert "at 2024-12-11 10:00 ET and drawdown.json was lost" in outcome.cause
            assert found.drawdown is not None
            write_drawdown(path, found.drawdown)
            again = {Monitor.DRAWDOWN: outcome.cause}
            append_alerts(desk.paths.alert_log, again, at, ClockSource.SYSTEM, ())
            [day_s, week_s] = drawdown_reading(path, at, ClockSource.SYSTEM).findings
            assert day_s.detail.startswith("live down $9")
            assert week_s.detail.endswith("a week")
    for days, holds in ((1, ALERT), (6, ALERT), (7, OK)):
        at = AT + timedelta(days=days)
        late = replace(desk, clock=RunClock(at, ClockSource.SYSTEM))
        outcome = gather(late).outcomes[Monitor.DRAWDOWN]
        assert outcome.status is holds
        assert "in a day" not in outcome.cause


def test_practice_that_reached_a_limit_holds_nothing_for_the_systems_clock(desk: Desk) -> None:
    said = {Monitor.DRAWDOWN: "live down $9,000.00 in a day, limit $2,000.00"}
    append_alerts(desk.paths.alert_log, said, AT, ClockSource.SET, ())
    assert gather(desk).outcomes[Monitor.DRAWDOWN].status is NO_DATA
    practice = replace(desk, clock=RunClock(AT, ClockSource.SET))
    assert gather(practice).outcomes[Monitor.DRAWDOWN].status is ALERT


def test_a_running_session_without_telemetry_is_never_in_order(desk: Desk) -> None:
    beat = Heartbeat(generated_at=AT, session="pilot-CPI", running=True, pid=1)
    write_heartbeat(desk.paths.heartbeat, beat)
    found = gather(desk).outcomes
    for monitor in (Monitor.WEBSOCKET, Monitor.AUTH_ERROR_STREAK):
        assert found[monitor].status is NO_DATA
        assert found[monitor].must_exist
    assert found[Monitor.HEARTBEAT].status is OK


def test_a_session_that_cannot_be_read_alerts(desk: Desk) -> None:
    desk.paths.pilot_session.parent.mkdir(parents=True)
    desk.paths.pilot_session.write_text("{")
    found = gather(desk)
    four = (Monitor.WEBSOCKET, Monitor.AUTH_ERROR_STREAK, Monitor.CLOCK_SKEW)
    one_alert_for_all(found, (*four, Monitor.RECONCILIATION), "pilot_session.json")


def test_kill_switch_and_dead_session_alert(desk: Desk) -> None:
    set_kill_switch(desk.paths.kill_switch, AT)
    old = AT - timedelta(minutes=6)
    beat = Heartbeat(generated_at=old, session="pilot-CPI", running=True, pid=1)
    write_heartbeat(desk.paths.heartbeat, beat)
    found = gather(desk).outcomes
    assert found[Monitor.KILL_SWITCH].status is found[Monitor.HEARTBEAT].status is ALERT


def test_scans_are_judged_by_their_age_and_a_torn_file_alerts(desk: Desk) -> None:
    path, entry = (
        desk.paths.go_no_go,
        {
            "generated_at": (AT - timedelta(hours=30)).isoformat(),
            "reasons": [],
            "readings": [{"name": "quality_gates"}],
        },
    )
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps({"schema": 1, "generated_at": AT.isoformat(), "series": {"CPI": entry}})
    )
    three = (Monitor.MODEL_DRIFT, Monitor.NON_MONOTONE_LADDERS, Monitor.NEGATIVE_EV_AFTER_FEES)
    assert {gather(desk).outcomes[monitor].status for monitor in three} == {STALE}
    path.write_text("{")
    one_alert_for_all(gather(desk), three, "go_no_go.json")
