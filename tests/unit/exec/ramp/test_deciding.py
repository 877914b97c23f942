from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desk_root import AT, go_root
from kalshi_alpha.config.ramp import BASELINE, BASELINE_POLICY, load_ramp
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.schedule import ReleaseCalendar
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp import deciding
from kalshi_alpha.exec.ramp.deciding import Terms, decide
from kalshi_alpha.exec.ramp.readiness import Readiness
from kalshi_alpha.exec.ramp.readings import Schedule


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return go_root(tmp_path)


def terms(min_units: int | None = None, **policy: Any) -> Terms:
    return Terms(BASELINE, "0" * 64, msgspec.structs.replace(BASELINE_POLICY, **policy), min_units)


def decided(paths: Paths, source: ClockSource = ClockSource.SET) -> Readiness:
    loaded = load_ramp(paths.configs)
    clock = RunClock(AT, source)
    policy = loaded.value.policy
    return decide(
        paths, load_settings(paths.configs), Terms(loaded.value, loaded.sha256, policy), clock
    )


def test_a_decision_writes_nothing(paths: Paths) -> None:
    before = sorted(path for path in paths.root.rglob("*") if path.is_file())
    assert decided(paths).overall.go
    assert sorted(path for path in paths.root.rglob("*") if path.is_file()) == before


def test_every_family_that_is_switched_on_is_decided(paths: Paths) -> None:
    assert [each.series for each in decided(paths).series] == ["CPI", "CLAIMS", "TNEY", "WEATHER"]


def test_what_monitors_found_under_a_set_clock_says_nothing_to_the_systems(paths: Paths) -> None:
    found = decided(paths, ClockSource.SYSTEM)
    assert not found.overall.go
    assert "reading_unreadable" in found.overall.global_reasons


def test_overrides_are_what_is_looser_than_the_file() -> None:
    assert terms().overrides() == ()
    assert terms(min_fills=301, max_unit_share=0.1).overrides() == ()
    assert terms(min_fills=299).overrides() == ("min_fills: 299 is looser than 300",)
    # Fifteen units are more than consumer prices need, and less than any other family.
    assert [line.rpartition(" ")[2] for line in terms(15).overrides()] == [
        "CLAIMS",
        "TNEY",
        "WEATHER",
    ]


def test_ages_are_minutes() -> None:
    assert terms().ledger_age == terms().monitors_age == timedelta(hours=2)
    assert terms(40).limits("CPI").min_units == 40


def test_orders_that_the_calendar_cannot_judge_for_a_freeze_stop_their_family(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Short(Schedule):
        def __init__(self, paths: Paths, at: datetime) -> None:
            super().__init__(paths, at)
            since = datetime(2024, 1, 1, tzinfo=UTC)
            rows = [row for row in self._calendar.rows if row.release_at > since]
            self._calendar = ReleaseCalendar.of(rows)

    monkeypatch.setattr(deciding, "Schedule", Short)
    found = decided(paths)
    cpi, claims = found.of("CPI"), found.of("CLAIMS")
    assert cpi is not None
    assert claims is not None
    assert claims.go
    (reason,) = cpi.reasons
    assert reason.reason == "calendar_missing"
    assert "CPI: 180 orders of 2023-01-12 to 2023-12-12 were not judged" in reason.detail
