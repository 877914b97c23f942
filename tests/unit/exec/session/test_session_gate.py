from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from kalshi_alpha.core.gates import Action, Reading
from kalshi_alpha.core.gates.readings import Finding, ReadingName
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.schedule import Phase, SeriesState
from kalshi_alpha.datastore.atomic import append_lines, write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors.alert_log import AlertLine
from kalshi_alpha.exec.session.session_gate import SessionGate
from order_cases import AT
from sim_exchange import Clock

STANDING = tuple(
    Reading(name)
    for name in (
        ReadingName.CONFIG,
        ReadingName.TIME_ZONE,
        ReadingName.FEEDS,
        ReadingName.QUALITY,
        ReadingName.KILL_SWITCH,
    )
)
WINDOW = Phase(SeriesState.WINDOW, None, None, None, None, "window")
RECONCILED = Reading(ReadingName.RECONCILIATION, at=AT)


class Surroundings:
    """What the gate asks, free to be spoilt."""

    def __init__(self, root: Path) -> None:
        # The gate reads four things of a run.
        self.run: Any = SimpleNamespace(
            family="CPI",
            paths=Paths(root),
            action=Action.SIM,
            clock=RunClock(AT, ClockSource.SYSTEM),
        )
        self.clock = Clock(AT)
        self.phase = WINDOW
        self.skew: float | None = 0.1
        self.reconciled = RECONCILED
        run: Any = self.run
        self.gate = SessionGate(
            run,
            STANDING,
            self.clock,
            phase_of=self._phase,
            skew_s=lambda: self.skew,
            reconciliation=lambda: self.reconciled,
        )
        self.gate.exchange_said(trading_active=True)

    def _phase(self, _: datetime) -> Phase:
        return self.phase


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path)


def test_all_in_order_is_open(around: Surroundings) -> None:
    assert around.gate.reasons() == ()
    assert around.gate.judge().go


def test_the_kill_switch_is_read_anew(around: Surroundings) -> None:
    switch = around.run.paths.kill_switch
    switch.parent.mkdir(parents=True)
    switch.touch()
    assert around.gate.reasons() == ("kill_switch",)
    switch.unlink()
    assert around.gate.reasons() == ()


def test_the_schedule_is_read_anew(around: Surroundings) -> None:
    around.phase = replace(WINDOW, state=SeriesState.FROZEN)
    assert around.gate.reasons() == ("freeze_window",)


def test_after_the_window_no_order_is_sent_though_the_series_is_open(around: Surroundings) -> None:
    around.phase = replace(WINDOW, state=SeriesState.OPEN)
    assert around.gate.reasons() == ("outside_window",)
    around.phase = WINDOW
    assert around.gate.reasons() == ()


@pytest.mark.parametrize("action", [Action.SIM, Action.PRACTICE, Action.LIVE])
def test_an_open_series_is_outside_its_window_whatever_is_sent(
    around: Surroundings, action: Action
) -> None:
    around.phase = replace(WINDOW, state=SeriesState.OPEN)
    assert "outside_window" in around.gate.judge(action).words
    around.phase = WINDOW
    assert "outside_window" not in around.gate.judge(action).words


@pytest.mark.parametrize(("skew", "words"), [(5.1, ("clock_skew",)), (None, ("clock_skew",))])
def test_the_clock_is_read_anew(
    around: Surroundings, skew: float | None, words: tuple[str, ...]
) -> None:
    around.skew = skew
    assert around.gate.reasons() == words


def test_a_break_that_appears_closes_it(around: Surroundings) -> None:
    found = Finding(Reason.RECONCILIATION_BREAK, "cash")
    around.reconciled = replace(RECONCILED, findings=(found,))
    assert around.gate.reasons() == ("reconciliation_break",)


@pytest.mark.parametrize("said", [False, None])
def test_an_exchange_that_pauses_or_is_silent_closes_it(
    around: Surroundings,
    said: bool | None,
) -> None:
    around.gate.exchange_said(trading_active=said)
    assert around.gate.reasons() == ("exchange_paused",)


def test_what_was_wrong_at_the_start_stays_wrong(tmp_path: Path) -> None:
    around = Surroundings(tmp_path)
    stale = Reading(ReadingName.FEEDS, (Finding(Reason.STALE_FEEDS, "aaa_gas"),))
    gate = SessionGate(
        around.run,
        [*STANDING[:2], STANDING[3], stale],
        around.clock,
        phase_of=lambda _: WINDOW,
        skew_s=lambda: 0.0,
        reconciliation=lambda: RECONCILED,
    )
    gate.exchange_said(trading_active=True)
    assert gate.reasons() == ("STALE_FEEDS",)


def test_a_reading_of_the_start_may_expire(around: Surroundings) -> None:
    quote = Reading(ReadingName.LIVE_QUOTE, at=AT, max_age=timedelta(seconds=60))
    gate = SessionGate(
        around.run,
        [*STANDING, quote],
        around.clock,
        phase_of=lambda _: WINDOW,
        skew_s=lambda: 0.0,
        reconciliation=lambda: RECONCILED,
    )
    gate.exchange_said(trading_active=True)
    assert gate.reasons() == ()
    around.clock.step(61)
    assert gate.reasons() == ("no_live_quote",)


def test_panic_and_monitors_are_read_anew_and_a_memo_lifts_what_it_may(
    around: Surroundings,
) -> None:
    paths = around.run.paths
    lines = [AlertLine(at=AT, monitor=name) for name in ("ev_gap", "websocket", "heartbeat")]
    append_lines(paths.alert_log, [msgspec.json.encode(line).decode() for line in lines])
    assert around.gate.reasons() == ("panic_backoff",)
    memo = {
        "schema": 2,
        "generated_at": AT.isoformat(),
        "who": "ops",
        "why": "the feed is back",
        "reason": "panic_backoff",
        "until": (AT + timedelta(hours=1)).isoformat(),
    }
    write_json(paths.memos / "m.json", memo)
    found = around.gate.judge()
    assert found.go
    assert [each.memo.who for each in found.lifted] == ["ops"]
