from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import ledger_row
from kalshi_alpha.core.errors import FutureData, MissingData, NewerSchema, TornFile
from kalshi_alpha.core.gates import Fault, Reason
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode
from kalshi_alpha.core.monitors.drawdown import Fall, KeptFall, Limits, Span
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors.drawdown_state import (
    DrawdownFile,
    clock_of,
    drawdown_path,
    drawdown_reading,
    known_state,
    look,
    read_drawdown,
    write_drawdown,
)

NOON = datetime(2025, 6, 11, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMITS = Limits(Money.parse("2000"), Money.parse("6000"))
SYSTEM, SET = ClockSource.SYSTEM, ClockSource.SET


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return drawdown_path(Paths(tmp_path))


def lost(dollars: int, mode: LedgerMode = LedgerMode.LIVE, at: datetime = NOON) -> LedgerEntry:
    return ledger_row(
        mode=mode,
        price_e4=5000,
        posted_e2=2 * dollars * 100,
        filled_e2=2 * dollars * 100,
        fee_e6=0,
        settled_at=at,
        payout_e6=0,
        outcome=0,
    )


def looked(*rows: LedgerEntry, at: datetime = NOON, source: ClockSource = SYSTEM) -> DrawdownFile:
    return look(None, rows, {}, at, LIMITS, source)[1]


def written(
    path: Path, *rows: LedgerEntry, at: datetime = NOON, source: ClockSource = SYSTEM
) -> None:
    write_drawdown(path, looked(*rows, at=at, source=source))


def test_what_is_written_is_read_back(path: Path) -> None:
    state = looked(lost(100), lost(50, LedgerMode.PAPER))
    write_drawdown(path, state)
    assert read_drawdown(path, NOON) == state
    assert {fall.mode: fall.fallen_usd for fall in state.falls if fall.span == "day"} == {
        "live": "100.000000",
        "paper": "50.000000",
    }


def test_profit_on_paper_hides_no_loss_of_money(path: Path) -> None:
    won = replace(lost(5000, LedgerMode.PAPER), payout_e6=10_000_000_000, outcome=1)
    written(path, won, lost(2000))
    [finding] = drawdown_reading(path, NOON, SYSTEM).findings
    assert finding.reason is Reason.DRAWDOWN
    assert finding.detail == "live down $2000.000000 in a day"


def test_a_look_remembers_the_looks_before(path: Path) -> None:
    open_row = replace(lost(100), settled_at=None, payout_e6=None, outcome=None)
    first = look(None, [open_row], {open_row.market_ticker: 0.2}, NOON - HOUR, LIMITS, SYSTEM)[1]
    [day, _], second = look(first, [open_row], {open_row.market_ticker: 0.4}, NOON, LIMITS, SYSTEM)
    # Two hundred NO: worth 160 dollars, then 120.
    assert day.fallen == Money.parse("40")
    write_drawdown(path, second)


def test_a_day_that_reached_its_limit_holds_until_midnight_in_new_york(path: Path) -> None:
    written(path, lost(2000))
    midnight = datetime(2025, 6, 12, 4, tzinfo=UTC)
    assert drawdown_reading(path, midnight - timedelta(seconds=1), SYSTEM).findings
    assert drawdown_reading(path, midnight, SYSTEM).findings == ()


def test_a_week_that_reached_its_limit_holds_for_seven_days(path: Path) -> None:
    written(path, lost(6000))
    assert drawdown_reading(path, NOON + timedelta(days=6), SYSTEM).findings
    assert drawdown_reading(path, NOON + timedelta(days=7), SYSTEM).findings == ()


def test_before_orders_an_old_look_is_expired(path: Path) -> None:
    written(path)
    late = NOON + 2 * HOUR + timedelta(seconds=1)
    assert drawdown_reading(path, late, SYSTEM).fault_at(late) is None
    found = drawdown_reading(path, late, SYSTEM, max_age=2 * HOUR)
    assert found.fault_at(late) is Fault.EXPIRED


@pytest.mark.parametrize(
    ("stored", "own", "ahead", "fault"),
    [
        (SYSTEM, SYSTEM, timedelta(0), None),
        (SET, SET, timedelta(0), None),
        (SYSTEM, SET, timedelta(0), None),
        (SYSTEM, SET, HOUR, Fault.MISSING),
        (SET, SYSTEM, timedelta(0), Fault.UNREADABLE),
        (SYSTEM, SYSTEM, HOUR, Fault.FUTURE_DATED),
        (SYSTEM, SYSTEM, timedelta(seconds=3), None),
    ],
)
def test_the_two_kinds_of_clock_are_kept_apart(
    path: Path, stored: ClockSource, own: ClockSource, ahead: timedelta, fault: Fault | None
) -> None:
    written(path, at=NOON + ahead, source=stored)
    assert drawdown_reading(path, NOON, own).fault_at(NOON) is fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", Fault.UNREADABLE),
        ('{"schema": 2, "generated_at": "2025-06-11T16:00:00Z"}', Fault.NEWER_SCHEMA),
        ('{"schema": 1, "generated_at": "2025-06-11T16:00:00Z"}', Fault.UNREADABLE),
        (
            (
                '{"schema": 1, "generated_at": "2025-06-11T16:00:00Z", "clock_source": "system", '
                '"falls": [], "days": {"live": {"2025-06-11": {"high_usd": "x", "last_usd": "0"}}}}'
            ),
            Fault.UNREADABLE,
        ),
    ],
)
def test_a_state_that_cannot_be_trusted_is_a_fault(path: Path, text: str, fault: Fault) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert drawdown_reading(path, NOON, SYSTEM).fault is fault
    with pytest.raises((TornFile, NewerSchema)):
        known_state(path, NOON, SYSTEM)


def test_no_state_is_missing(path: Path) -> None:
    assert drawdown_reading(path, NOON, SYSTEM).fault is Fault.MISSING
    assert known_state(path, NOON, SYSTEM) is None
    assert clock_of(path) is None
    with pytest.raises(MissingData):
        read_drawdown(path, NOON)


def test_the_memory_of_another_kind_of_clock_is_none(path: Path) -> None:
    written(path, source=SET)
    assert known_state(path, NOON, SYSTEM) is None
    assert clock_of(path) is SET
    written(path, at=NOON + HOUR)
    with pytest.raises(FutureData):
        known_state(path, NOON, SYSTEM)
    written(path, at=NOON + HOUR, source=SET)
    assert known_state(path, NOON, SET) is None


def test_a_fall_that_is_kept_is_told_once_and_from_now_if_it_is_reached_again() -> None:
    kept = KeptFall(Fall("live", Span.DAY, Money.parse("2500"), LIMITS.day), NOON - HOUR)
    for dollars, fallen, seen_at in (
        (100, "2500.000000", NOON - HOUR),
        (2100, "2500.000000", NOON),
        (3000, "3000.000000", NOON),
    ):
        state = look(None, [lost(dollars)], {}, NOON, LIMITS, SYSTEM, [kept])[1]
        day, week = state.falls
        assert (day.fallen_usd, day.reached, day.seen_at) == (fallen, True, seen_at)
        assert (week.reached, week.seen_at) == (False, None)
