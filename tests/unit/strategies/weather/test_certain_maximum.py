from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kalshi_alpha.strategies.weather.certain_maximum import certain_maximum
from kalshi_alpha.strategies.weather.rows import ObservationRow
from kalshi_alpha.strategies.weather.stations import station_of

NEW_YORK = station_of("KNYC")
DAY = date(2025, 7, 1)  # from 05:00 UTC to 05:00 UTC


def row(at: datetime, **found: Any) -> ObservationRow:
    values = {"station": "KNYC", "kind": "metar", **found}
    return ObservationRow(observed_at=at, available_at=at, **values)


def at(hour: int, minute: int = 51, day: int = 1) -> datetime:
    return datetime(2025, 7, day, hour, minute, tzinfo=UTC)


def floor(*rows: ObservationRow) -> int | None:
    found = certain_maximum(rows, NEW_YORK, DAY)
    return None if found is None else found.floor_f


@pytest.mark.parametrize(
    ("c_tenths", "degrees"),
    [(0, 32), (-178, 0), (239, 75), (244, 76), (250, 77), (294, 85), (-400, -40), (378, 100)],
)
def test_tenths_of_celsius_give_back_the_whole_degree_measured(c_tenths: int, degrees: int) -> None:
    assert floor(row(at(18), temp_c_tenths=c_tenths)) == degrees


def test_a_whole_degree_of_celsius_counts_one_degree_less() -> None:
    """24 C may be 75 or 76 F; the report is sure of 74 only."""
    five_minute = row(at(18, 5), kind="five_minute", temp_c_tenths=240, whole_degree=True)
    assert floor(five_minute) == 74


def test_six_hour_maxima_count_if_their_span_lies_inside_the_day() -> None:
    assert floor(row(at(17), max_6h_c_tenths=294)) == 85
    assert floor(row(at(11, 0), max_6h_c_tenths=294)) == 85
    # From 23:51 to 05:51 UTC: most of it is the day before.
    assert floor(row(at(5), max_6h_c_tenths=294)) is None
    assert floor(row(at(10, 59), max_6h_c_tenths=294)) is None


def test_a_maximum_of_the_day_before_does_not_count() -> None:
    assert floor(row(at(5, 0), max_24h_c_tenths=350)) is None
    assert floor(row(at(4, 51), temp_c_tenths=350)) is None
    assert floor(row(at(5, 0, day=2), temp_c_tenths=350)) is None
    assert floor(row(at(4, 59, day=2), temp_c_tenths=300)) == 86


def test_a_daily_summary_counts_for_its_own_day() -> None:
    assert floor(row(at(20), kind="dsm", climate_day=DAY, day_max_f=84)) == 84
    assert floor(row(at(20), kind="dsm", climate_day=date(2025, 6, 30), day_max_f=84)) is None


def test_the_highest_certain_value_wins_since_it_was_first_known() -> None:
    rows = [
        row(at(15), temp_c_tenths=250),
        row(at(18), temp_c_tenths=294),
        row(at(19), temp_c_tenths=294),
        row(at(20), temp_c_tenths=280),
    ]
    found = certain_maximum(reversed(rows), NEW_YORK, DAY)
    assert found is not None
    assert (found.floor_f, found.available_at) == (85, at(18))


def test_other_stations_absent_values_and_sentinels_do_not_count() -> None:
    assert floor(row(at(18), station="KLGA", temp_c_tenths=294)) is None
    assert floor(row(at(18)), row(at(18), temp_c_tenths=9999)) is None
    assert floor() is None
