from __future__ import annotations

import pytest

from kalshi_alpha.core.gates.readings import Fault, ReadingName
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.gates.requirements import (
    Action,
    Need,
    fault_reason,
    needs,
    needs_evidence,
    tolerates,
)

SCAN = {
    ReadingName.CONFIG,
    ReadingName.KILL_SWITCH,
    ReadingName.TIME_ZONE,
    ReadingName.FEEDS,
    ReadingName.SCHEDULE,
    ReadingName.QUALITY,
}
SEND = SCAN | {
    ReadingName.HEARTBEAT,
    ReadingName.PANIC,
    ReadingName.DRAWDOWN,
    ReadingName.MONITORS,
    ReadingName.LEDGER,
    ReadingName.RAMP,
    ReadingName.CLOCK,
    ReadingName.RECONCILIATION,
    ReadingName.EXCHANGE,
}


DECIDE = {
    *(SCAN - {ReadingName.QUALITY}),
    *(ReadingName.PANIC, ReadingName.DRAWDOWN),
    *(ReadingName.MONITORS, ReadingName.LEDGER, ReadingName.RAMP),
}
REHEARSE = SCAN | {ReadingName.CLOCK, ReadingName.RECONCILIATION, ReadingName.EXCHANGE}


@pytest.mark.parametrize(
    ("action", "required"),
    [
        (Action.OFFLINE, SCAN),
        (Action.PAPER, SCAN),
        (Action.DRY, SCAN),
        (Action.SIM, REHEARSE),
        (Action.PRACTICE, SEND - {ReadingName.HEARTBEAT}),
        (Action.RAMP, DECIDE),
        (Action.LIVE, SEND),
    ],
)
def test_each_action_requires_its_readings(action: Action, required: set[ReadingName]) -> None:
    table = needs(action)
    assert {name for name, need in table.items() if need is Need.REQUIRED} == required


@pytest.mark.parametrize("name", [ReadingName.MONITORS, ReadingName.LEDGER, ReadingName.RAMP])
def test_a_rehearsal_judges_the_evidence_that_exists(name: ReadingName) -> None:
    assert needs(Action.SIM)[name] is Need.IF_PRESENT


def test_only_a_ramp_decision_its_practice_and_live_wait_for_evidence() -> None:
    waiting = [action for action in Action if needs_evidence(action)]
    assert waiting == [Action.PRACTICE, Action.RAMP, Action.LIVE]


@pytest.mark.parametrize("name", [ReadingName.CLOCK, ReadingName.EXCHANGE, ReadingName.HEARTBEAT])
def test_a_ramp_decision_judges_what_a_session_knows_where_it_was_read(name: ReadingName) -> None:
    assert needs(Action.RAMP)[name] is Need.IF_PRESENT


def test_only_scan_and_dry_go_on_without_a_live_quote() -> None:
    going_on = [action for action in Action if tolerates(action, Reason.NO_LIVE_QUOTE)]
    assert going_on == [Action.OFFLINE, Action.DRY]


@pytest.mark.parametrize("name", list(ReadingName))
@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_of_every_reading_has_a_reason(name: ReadingName, fault: Fault) -> None:
    assert isinstance(fault_reason(name, fault), Reason)


@pytest.mark.parametrize(
    ("name", "fault", "reason"),
    [
        (ReadingName.LEDGER, Fault.EXPIRED, Reason.LEDGER_STALE),
        (ReadingName.LEDGER, Fault.MISSING, Reason.LEDGER_MISSING),
        (ReadingName.MONITORS, Fault.EXPIRED, Reason.MONITORS_STALE),
        (ReadingName.HEARTBEAT, Fault.UNREADABLE, Reason.HEARTBEAT_STALE),
        (ReadingName.HEARTBEAT, Fault.FUTURE_DATED, Reason.HEARTBEAT_STALE),
        (ReadingName.KILL_SWITCH, Fault.UNREADABLE, Reason.KILL_SWITCH),
        (ReadingName.RECONCILIATION, Fault.MISSING, Reason.READING_MISSING),
        (ReadingName.LEDGER, Fault.NEWER_SCHEMA, Reason.NEWER_SCHEMA),
    ],
)
def test_the_operators_word_is_used_where_there_is_one(
    name: ReadingName, fault: Fault, reason: Reason
) -> None:
    assert fault_reason(name, fault) is reason
