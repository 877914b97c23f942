from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.config.ramp import BASELINE
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.ramp.statistic import Statistic
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp.memory import Memory
from readiness_cases import AT, KEY, readiness, series


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pilot_ready.json"
    write_json(path, readiness())
    return path


def later(hours: float, source: ClockSource = ClockSource.SYSTEM) -> RunClock:
    return RunClock(AT + timedelta(hours=hours), source)


def published(path: Path, at: datetime, size: float, weight: float, /, **start: float) -> None:
    """Publish a decision on consumer prices, with what its day began with."""
    (row,) = series().ev_honesty_bins
    row = msgspec.structs.replace(row, weight=weight, weight_day_start=start.get("weight"))
    own = series(size_multiplier=size, ev_honesty_bins=(row,), size_day_start=start.get("size"))
    overall = msgspec.structs.replace(readiness().overall, size_multiplier=size)
    write_json(path, readiness(own, generated_at=at, overall=overall))


def test_what_was_published_the_day_before_is_remembered(path: Path) -> None:
    found = Memory.read(path, later(24))
    assert (found.made_at, found.problem) == (AT, "")
    assert (found.size("CPI"), found.size("WHEAT")) == (0.25, 0.0)
    assert found.weights("CPI") == {KEY: 0.75}
    assert found.weights("CLAIMS") == {}


def test_a_day_of_new_york_rises_from_what_it_began_with(path: Path) -> None:
    """Eleven thirty in London is 06:30 in New York, whose day ends 17.5 hours later."""
    published(path, AT, 0.35, 0.5, size=0.25, weight=0.4)
    for hours in (0.0, 0.01, 17.4):
        same = Memory.read(path, later(hours))
        assert (same.size("CPI"), same.weights("CPI")) == (0.25, {KEY: 0.4})
    new = Memory.read(path, later(17.6))
    assert (new.size("CPI"), new.weights("CPI")) == (0.35, {KEY: 0.5})


def test_what_fell_within_a_day_rises_from_where_it_fell_to(path: Path) -> None:
    published(path, AT, 0.25, 0.1, size=0.9, weight=0.8)
    found = Memory.read(path, later(1))
    assert (found.size("CPI"), found.weights("CPI")) == (0.25, {KEY: 0.1})


def test_a_size_of_a_clock_that_somebody_set_is_none_of_the_systems(path: Path) -> None:
    published(path, AT, 1.0, 0.1)
    assert Memory.read(path, later(24)).size("CPI") == 1.0
    other = Memory.read(path, later(24, ClockSource.SET))
    # A low weight still binds.
    assert (other.size("CPI"), other.weights("CPI")) == (0.0, {KEY: 0.1})


def test_what_cannot_be_read_is_said_and_not_remembered(path: Path) -> None:
    assert Memory.read(path.with_name("none.json"), later(0)) == Memory(None, later(0))
    path.write_bytes(b"{")
    found = Memory.read(path, later(0))
    assert found.last is None
    assert found.problem
    assert (found.size("CPI"), found.weights("CPI"), found.doubts(BASELINE)) == (0.0, {}, ())


def test_a_decision_dated_later_is_remembered_for_its_declarations_alone(path: Path) -> None:
    """Two runs may wait for one another, and the one with the older clock be the last."""
    found = Memory.read(path, later(-1))
    assert found.problem
    assert (found.last, found.size("CPI"), found.weights("CPI")) == (None, 0.0, {})
    own = msgspec.structs.replace(
        BASELINE.families["CPI"], declared_at=datetime(2024, 6, 1, tzinfo=UTC)
    )
    moved = msgspec.structs.replace(BASELINE, families=BASELINE.families | {"CPI": own})
    assert found.doubts(BASELINE) == ()
    assert len(found.doubts(moved)) == 1
    assert found.declarations(moved, {})["CPI"].counts_from == datetime(2022, 1, 1, tzinfo=UTC)


def test_a_statistic_changed_after_it_was_seen_is_doubted(path: Path) -> None:
    memory = Memory.read(path, later(24))
    assert memory.doubts(BASELINE) == ()

    def changed(declared_at: datetime) -> tuple[str, ...]:
        own = msgspec.structs.replace(
            BASELINE.families["CPI"], statistic=Statistic.SETTLED, declared_at=declared_at
        )
        return memory.doubts(
            msgspec.structs.replace(BASELINE, families=BASELINE.families | {"CPI": own})
        )

    (line,) = changed(datetime(2024, 6, 1, tzinfo=UTC))
    assert "families.CPI.statistic" in line
    assert changed(AT + timedelta(hours=1)) == ()


def test_the_key_of_a_bin_is_its_family_side_and_buckets() -> None:
    assert BinKey("CPI", Side.YES, ".3-.7", "0-2h") == KEY
