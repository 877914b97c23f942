from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.core.schedule import ReleaseCalendar, SeriesState, daily_window, weather_phase
from kalshi_alpha.exec import schedules
from kalshi_alpha.exec.schedules import phase_of_family
from kalshi_alpha.strategies.weather import STRATEGY

AT = datetime(2024, 12, 11, 20, tzinfo=UTC)
NONE = ReleaseCalendar.of([])
OWN = replace(STRATEGY, family="GAS", phase=daily_window(time(10), time(23, 45)))


def test_the_programs_own_families_keep_their_schedules() -> None:
    assert phase_of_family("WEATHER", AT, NONE, None) == weather_phase(AT)


def test_a_family_of_a_package_is_asked_for_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "installed_strategy", lambda _: OWN)
    phase = phase_of_family("GAS", AT, NONE, None)
    assert phase.state is SeriesState.WINDOW
    assert phase.note == "every day 10:00 to 23:45 ET"


def test_a_family_without_a_schedule_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "installed_strategy", lambda _: replace(OWN, phase=None))
    phase = phase_of_family("GAS", AT, NONE, None)
    assert (phase.state, phase.calendar_missing) == (SeriesState.FROZEN, True)


def test_a_family_that_nobody_offers_has_no_phase() -> None:
    with pytest.raises(NotBuilt, match="no strategy is installed"):
        phase_of_family("SNOW", AT, NONE, None)
