from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.gates.dues import climate_dues
from kalshi_alpha.core.replay.results import OTHER_LAG, RESULT_LAGS, result_known_at, result_lag
from kalshi_alpha.datastore.market.tape import instant
from kalshi_alpha.exec.market.weather_hours import SERIES, weather_hours
from replay_cases import CLOSES, tape

STANDARD = {"KXHIGHAUS": -6, "KXHIGHCHI": -6, "KXHIGHDEN": -7, "KXHIGHMIA": -5, "KXHIGHNY": -5}


def test_a_time_of_settlement_that_was_recorded_is_believed() -> None:
    at = CLOSES + timedelta(hours=3)
    assert result_known_at(replace(tape(), settled_at=at), "WEATHER") == at


def test_without_one_the_result_is_out_when_the_source_has_published() -> None:
    recorded = replace(tape(), settled_at=None)
    assert result_known_at(recorded, "WEATHER") == CLOSES + timedelta(hours=11)
    assert result_known_at(recorded, "SOMETHING_ELSE") == CLOSES + OTHER_LAG.after_close


@pytest.mark.parametrize("family", ["TNEY", "GAS", ""])
def test_a_result_whose_hour_nobody_knows_is_known_a_day_after_the_close(family: str) -> None:
    recorded = replace(tape(), settled_at=None)
    assert result_known_at(recorded, family) == CLOSES + timedelta(days=1)


def test_no_source_with_a_rhythm_is_waited_for_longer_than_one_without() -> None:
    known = [lag.after_close for lag in RESULT_LAGS.values()]
    assert timedelta(0) < min(known) <= max(known) < OTHER_LAG.after_close


@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize("day", [date(2024, 1, 15), date(2024, 7, 15), date(2025, 7, 15)])
def test_no_maximum_is_known_before_its_final_report_is_due(series: str, day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    noon_us = int(noon.timestamp()) * 1_000_000
    closes = instant(weather_hours(series, day, noon_us, noon_us).closes_us or 0)
    due = next(
        each.at
        for each in climate_dues(
            noon,
            standard_offset=timedelta(hours=STANDARD[series]),
            final_after=timedelta(hours=8),
            days=1,
        )
        if each.on == day
    )
    assert closes < due <= closes + result_lag("WEATHER").after_close
