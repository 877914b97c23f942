"""Hours without observations: what came is a floor of the day's maximum and never a settlement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.nws_daily_climate.schema import TABLE as CLIMATE_TABLE
from kalshi_alpha.drivers.nws_observations.parse import parse
from kalshi_alpha.drivers.nws_observations.schema import Observation, newest
from kalshi_alpha.strategies.weather.certain_maximum import certain_maximum
from kalshi_alpha.strategies.weather.outcomes import outcomes
from kalshi_alpha.strategies.weather.rows import OBSERVATIONS, ObservationRow
from kalshi_alpha.strategies.weather.stations import station_of

MIDWAY = station_of("KMDW")
DAY = date(2026, 9, 4)  # from 06:00 UTC to 06:00 UTC
MIDNIGHT = datetime(2026, 9, 4, 6, tzinfo=UTC)
# A made-up day in degrees Fahrenheit, by the hour of local standard time: 88 at 14.
HOURLY_F = (
    *(70, 69, 69, 68, 68, 67, 68, 70, 73, 76, 79, 82),
    *(84, 86, 88, 87, 86, 84, 81, 79, 77, 75, 74, 73),
)
HIGHEST_F = max(HOURLY_F)


def feature(hour: int, value: float | None) -> dict[str, Any]:
    """Return a report of seven minutes before a full hour, as the service sends it."""
    at = MIDNIGHT + timedelta(hours=hour + 1, minutes=-7)
    temperature = {"unitCode": "wmoUnit:degC", "value": value, "qualityControl": "V"}
    group = (
        "" if value is None else f" T{'0' if value >= 0 else '1'}{abs(round(10 * value)):03d}0150"
    )
    raw = f"KMDW {at:%d%H%M}Z AUTO 15005KT 10SM CLR A2993 RMK AO2{group}"
    return {
        "properties": {
            "stationId": "KMDW",
            "timestamp": at.isoformat(),
            "rawMessage": raw,
            "temperature": temperature,
        }
    }


def celsius(fahrenheit: int) -> float:
    return round((fahrenheit - 32) / 1.8, 1)


def read(hours: Sequence[int], nulls: Sequence[int] = ()) -> tuple[Observation, ...]:
    """Return what the driver reads where only some hours were sent, some of them as null."""
    features = [feature(hour, celsius(HOURLY_F[hour])) for hour in hours]
    features += [feature(hour, None) for hour in nulls]
    return parse(json.dumps({"features": features}).encode()).rows


def floor_f(rows: Sequence[Observation]) -> int | None:
    known = [ObservationRow(available_at=row.observed_at, **of_strategy(row)) for row in rows]
    found = certain_maximum(known, MIDWAY, DAY)
    return None if found is None else found.floor_f


def of_strategy(row: Observation) -> dict[str, Any]:
    wanted = {name for name in ObservationRow.__struct_fields__ if name != "available_at"}
    return {name: value for name, value in asdict(row).items() if name in wanted}


def test_a_whole_day_shows_its_maximum() -> None:
    assert floor_f(read(range(24))) == HIGHEST_F


def test_a_maximum_inside_a_gap_leaves_a_floor_below_it() -> None:
    """Nothing came from eleven to seventeen: the 81 of eighteen is certain, 88 is unknown."""
    rows = read([*range(11), *range(18, 24)])
    assert floor_f(rows) == 81
    assert HIGHEST_F > 81


def test_hours_that_came_without_a_value_are_a_gap_too() -> None:
    rows = read([*range(11), *range(18, 24)], nulls=range(11, 18))
    assert len(rows) == 17
    assert floor_f(rows) == 81


def test_a_day_of_which_nothing_came_has_no_floor() -> None:
    assert floor_f(read([])) is None


@given(st.sets(st.integers(0, 23)))
def test_whatever_is_missing_the_floor_never_lies_above_the_maximum(hours: set[int]) -> None:
    found = floor_f(read(sorted(hours)))
    expected = max((HOURLY_F[hour] for hour in hours), default=None)
    assert found == expected
    assert found is None or found <= HIGHEST_F


@pytest.mark.parametrize(
    "hours", [range(24), [*range(11), *range(18, 24)], [14], []], ids=["all", "gap", "one", "none"]
)
def test_no_reports_of_a_day_settle_it(hours: Sequence[int]) -> None:
    """Even a whole day, even the day after: only the climate report does."""
    rows = read(hours)
    stamped = [{**asdict(row), "available_at": row.observed_at} for row in rows]
    tables: Mapping[str, list[dict[str, Any]]] = {OBSERVATIONS: stamped}
    settled = outcomes(lambda feed: tables.get(feed, []), MIDNIGHT + timedelta(days=2))
    assert settled == {}
    assert all((row.climate_day, row.day_max_f) == (None, None) for row in rows)


def test_an_observation_cannot_be_taken_for_a_climate_report() -> None:
    columns = {field.name for field in fields(Observation)}
    assert not columns >= {"element", "status", "value_f"}
    assert set(CLIMATE_TABLE.key) - columns == {"element", "version"}


def test_after_a_gap_the_newest_is_the_last_that_came() -> None:
    assert newest(read(range(3))).text == "KMDW 2026-09-04 08:53Z 20.6 C"
