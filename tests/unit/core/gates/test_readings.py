from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import (
    DataError,
    FutureData,
    MissingData,
    NewerSchema,
    ParseRefused,
    StaleData,
    TornFile,
)
from kalshi_alpha.core.gates.readings import Fault, Finding, Reading, ReadingName, fault_of
from kalshi_alpha.core.gates.reasons import Reason

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


@pytest.mark.parametrize(
    ("made_at", "fault"),
    [
        (NOW, None),
        (NOW - TWO_HOURS, None),
        (NOW - TWO_HOURS - timedelta(microseconds=1), Fault.EXPIRED),
        (NOW + timedelta(microseconds=1), Fault.FUTURE_DATED),
        (None, Fault.EXPIRED),  # an age is asked for and nothing tells it
    ],
)
def test_age_is_judged_at_the_decisions_clock(
    made_at: datetime | None, fault: Fault | None
) -> None:
    reading = Reading(ReadingName.LEDGER, at=made_at, max_age=TWO_HOURS)
    assert reading.fault_at(NOW) is fault
    assert reading.ok(NOW) is (fault is None)


def test_a_fault_of_its_own_comes_first() -> None:
    reading = Reading(ReadingName.LEDGER, fault=Fault.UNREADABLE, at=NOW + TWO_HOURS)
    assert reading.fault_at(NOW) is Fault.UNREADABLE


def test_a_finding_is_not_ok() -> None:
    reading = Reading(ReadingName.DRAWDOWN, (Finding(Reason.DRAWDOWN, "x"),))
    assert not reading.ok(NOW)


def test_age_is_in_seconds() -> None:
    assert Reading(ReadingName.LEDGER, at=NOW - TWO_HOURS).age_s(NOW) == 7200.0
    assert Reading(ReadingName.LEDGER).age_s(NOW) is None


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (MissingData("x"), Fault.MISSING),
        (StaleData("x"), Fault.EXPIRED),
        (FutureData("x"), Fault.FUTURE_DATED),
        (NewerSchema("x"), Fault.NEWER_SCHEMA),
        (TornFile("x"), Fault.UNREADABLE),
        (ParseRefused("x", "y"), Fault.UNREADABLE),
    ],
)
def test_a_refused_file_is_a_fault_of_its_kind(error: DataError, fault: Fault) -> None:
    assert fault_of(error) is fault
