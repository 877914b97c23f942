from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kalshi_alpha.config.ramp import BASELINE, Ramp
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp.declarations import (
    accepted_declarations,
    declaration_of,
    refused_declarations,
    remembered_declarations,
)
from kalshi_alpha.exec.ramp.memory import Memory
from kalshi_alpha.exec.ramp.older_decision import no_go
from kalshi_alpha.exec.ramp.readiness import DeclarationRow, Readiness, ReasonRow
from readiness_cases import AT, readiness, series

FIRST = datetime(2022, 1, 1, tzinfo=UTC)
NOW = AT + timedelta(days=1)
BETWEEN = datetime(2024, 6, 1, tzinfo=UTC)


def declared(at: datetime, statistic: Statistic = Statistic.CLOSING_LINE) -> Ramp:
    own = msgspec.structs.replace(
        BASELINE.families["CPI"], statistic=statistic, declared_at=at.astimezone(UTC)
    )
    return msgspec.structs.replace(BASELINE, families=BASELINE.families | {"CPI": own})


def decided(ramp: Ramp, last: Readiness | None, at: datetime) -> Readiness:
    """Return the decision that a run at a clock would leave, as far as declarations go."""
    rows = tuple(accepted_declarations(ramp, last, at, {}).values())
    return readiness(generated_at=at, declarations=rows)


def window_of(
    ramp: Ramp, last: Readiness | None, at: datetime = NOW, oldest: datetime | None = None
) -> datetime:
    held = {} if oldest is None else {"CPI": oldest}
    return accepted_declarations(ramp, last, at, held)["CPI"].counts_from


def test_the_first_declaration_that_is_seen_counts_from_its_own_day() -> None:
    assert window_of(declared(BETWEEN), None) == BETWEEN
    assert refused_declarations(declared(BETWEEN), None) == ()


def test_a_first_declaration_over_older_orders_counts_from_now() -> None:
    """Whoever removes the last decision and moves the day keeps neither good orders nor bad."""
    day = timedelta(days=1)
    assert window_of(declared(BETWEEN), None, oldest=BETWEEN - day) == NOW
    assert window_of(declared(BETWEEN), None, oldest=BETWEEN) == BETWEEN
    assert window_of(declared(NOW + day), None, oldest=BETWEEN) == NOW + day


@pytest.mark.parametrize("days", [1, 30, 365])
def test_without_a_decision_no_day_can_be_chosen_that_drops_orders_seen_before_it(
    days: int,
) -> None:
    """Every order older than the day declared moves the window to now, the good ones with it."""
    oldest = BETWEEN - timedelta(days=days)
    rows = accepted_declarations(declared(BETWEEN), None, NOW, {"CPI": oldest})
    assert declaration_of(rows["CPI"]) == Declaration(Statistic.CLOSING_LINE, NOW)
    assert rows["CPI"].declared_at == BETWEEN


def test_a_day_moved_past_what_was_decided_on_changes_no_window() -> None:
    last = decided(BASELINE, None, AT)
    for moved in (BETWEEN, AT, FIRST + timedelta(seconds=1)):
        assert window_of(declared(moved), last) == FIRST
        (line,) = refused_declarations(declared(moved), last)
        assert line.startswith("ramp.yaml: families.CPI.declared_at: ")
        assert f"later than the decision of {AT.isoformat()}, or put back" in line


def test_a_new_declaration_counts_from_when_it_was_first_seen() -> None:
    """Orders between the last decision and this one were known when the day was chosen."""
    last, ramp = decided(BASELINE, None, AT), declared(AT + timedelta(hours=1))
    assert refused_declarations(ramp, last) == ()
    assert window_of(ramp, last) == NOW
    ahead = declared(NOW + timedelta(days=3))
    assert window_of(ahead, last) == NOW + timedelta(days=3)
    # Seen again later, it still counts from there.
    assert window_of(ramp, decided(ramp, last, NOW), NOW + timedelta(days=9)) == NOW


def test_a_refused_change_is_refused_however_often_the_ramp_decides() -> None:
    last, ramp = decided(BASELINE, None, AT), declared(BETWEEN, Statistic.SETTLED)
    for day in range(1, 4):
        at = AT + timedelta(days=day)
        assert "statistic: settled was closing_line" in refused_declarations(ramp, last)[0]
        last = decided(ramp, last, at)
    assert remembered_declarations(last)["CPI"].statistic == "closing_line"
    # Put back, all of the evidence is there again.
    assert refused_declarations(BASELINE, last) == ()
    assert window_of(BASELINE, last, at) == FIRST


def test_a_failed_run_and_a_family_that_is_switched_off_forget_no_declaration() -> None:
    last = decided(BASELINE, None, AT)
    memory = Memory(last, RunClock(NOW, ClockSource.SYSTEM))
    failed = no_go(memory, ReasonRow(reason="reading_missing", detail="no ledger"))
    without = msgspec.structs.replace(last, series=(series(series="CLAIMS"),))
    for each in (failed, without):
        assert window_of(declared(BETWEEN), each) == FIRST


def test_a_decision_of_an_older_version_says_it_with_its_figures() -> None:
    assert remembered_declarations(readiness())["CPI"].counts_from == FIRST
    assert window_of(declared(BETWEEN), readiness()) == FIRST
    assert remembered_declarations(None) == {}


def test_the_window_begins_where_orders_count_from() -> None:
    row = DeclarationRow(series="CPI", statistic="settled", declared_at=FIRST, counts_from=AT)
    assert declaration_of(row) == Declaration(Statistic.SETTLED, AT)
    with pytest.raises(BadParameter, match="zone"):
        msgspec.structs.replace(row, counts_from=AT.replace(tzinfo=None)).__post_init__()
