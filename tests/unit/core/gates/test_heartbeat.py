from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.gates.gate import verdict
from kalshi_alpha.core.gates.heartbeat import HEARTBEAT_MAX_AGE, heartbeat_reading
from kalshi_alpha.core.gates.readings import Fault
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.gates.requirements import Action

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
OLD = NOW - HEARTBEAT_MAX_AGE - timedelta(seconds=1)


def reasons(
    beat_at: datetime | None,
    *,
    running: bool = True,
    fresh: bool = False,
    fault: Fault | None = None,
) -> list[Reason]:
    reading = heartbeat_reading(
        beat_at, NOW, session_running=running, must_be_fresh=fresh, fault=fault
    )
    found = verdict(Action.PAPER, [reading], NOW).reasons
    return [f.reason for f in found if f.detail.startswith("heartbeat")]


def test_no_file_is_a_first_run() -> None:
    assert reasons(None) == []


@pytest.mark.parametrize("fault", [Fault.UNREADABLE, Fault.FUTURE_DATED, Fault.NEWER_SCHEMA])
def test_a_torn_or_foreign_file_is_heartbeat_stale(fault: Fault) -> None:
    assert reasons(None, fault=fault) == [Reason.HEARTBEAT_STALE]


def test_a_beat_of_exactly_five_minutes_passes() -> None:
    assert reasons(NOW - HEARTBEAT_MAX_AGE) == []


def test_an_old_beat_of_a_running_session_is_stale() -> None:
    assert reasons(OLD) == [Reason.HEARTBEAT_STALE]


def test_an_old_beat_of_an_ended_session_is_history() -> None:
    assert reasons(OLD, running=False) == []


def test_an_old_beat_of_an_ended_session_does_not_carry_an_order() -> None:
    assert reasons(OLD, running=False, fresh=True) == [Reason.HEARTBEAT_STALE]


def test_a_beat_in_the_future_is_stale() -> None:
    assert reasons(NOW + timedelta(seconds=1)) == [Reason.HEARTBEAT_STALE]
