from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.gates import Fault, Finding, Reading, ReadingName, Reason
from kalshi_alpha.core.pilot_review import REVIEWED, against_pilot

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
WELL = [Reading(name) for name in REVIEWED]


def test_nothing_speaks_against_a_pilot_whose_readings_are_all_in_order() -> None:
    assert against_pilot(WELL, AT) == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (ReadingName.KILL_SWITCH, Reason.KILL_SWITCH),
        (ReadingName.MONITORS, Reason.MONITORS_MISSING),
        (ReadingName.RAMP, Reason.RAMP_MISSING),
    ],
)
def test_what_was_not_read_speaks_against_it(name: ReadingName, reason: Reason) -> None:
    found = against_pilot([each for each in WELL if each.name is not name], AT)
    assert [each.reason for each in found] == [reason]


def test_a_decision_that_is_too_old_or_of_the_future_is_none() -> None:
    old = Reading(ReadingName.RAMP, at=AT - timedelta(hours=3), max_age=timedelta(hours=2))
    future = Reading(ReadingName.RAMP, at=AT + timedelta(seconds=1))
    assert [f.reason for f in against_pilot([*WELL, old], AT)] == [Reason.RAMP_STALE]
    assert [f.reason for f in against_pilot([*WELL, future], AT)] == [Reason.FUTURE_DATED]


def test_a_kill_switch_overrules_a_ramp_that_said_go() -> None:
    stop = Reading(ReadingName.KILL_SWITCH, (Finding(Reason.KILL_SWITCH, "set"),))
    assert against_pilot([*WELL, stop], AT) == stop.findings


def test_findings_come_once_and_in_the_order_of_reasons() -> None:
    late = Finding(Reason.INSUFFICIENT_FILLS, "CPI: 3")
    early = Finding(Reason.DRAWDOWN, "CPI")
    readings = [Reading(ReadingName.RAMP, (late, early)), Reading(ReadingName.MONITORS, (early,))]
    assert against_pilot([*WELL, *readings], AT) == (early, late)


def test_a_file_that_cannot_be_read_says_why() -> None:
    torn = Reading(ReadingName.RAMP, fault=Fault.UNREADABLE, detail="torn at byte 7")
    (found,) = against_pilot([*WELL[:2], torn], AT)
    assert found == Finding(Reason.READING_UNREADABLE, "ramp: unreadable, torn at byte 7")
