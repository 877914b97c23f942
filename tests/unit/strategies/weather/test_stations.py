from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.weather.stations import BY_CODE, BY_ICAO, station_of


@pytest.mark.parametrize(
    ("icao", "at", "day"),
    [
        # 01:00 daylight time in summer is where New York's climate day begins.
        ("KNYC", datetime(2025, 7, 1, 4, 59, tzinfo=UTC), date(2025, 6, 30)),
        ("KNYC", datetime(2025, 7, 1, 5, 0, tzinfo=UTC), date(2025, 7, 1)),
        ("KNYC", datetime(2025, 1, 1, 4, 59, tzinfo=UTC), date(2024, 12, 31)),
        ("KMDW", datetime(2025, 7, 1, 5, 59, tzinfo=UTC), date(2025, 6, 30)),
        ("KLAX", datetime(2025, 7, 1, 8, 0, tzinfo=UTC), date(2025, 7, 1)),
        ("KPHX", datetime(2025, 7, 1, 6, 59, tzinfo=UTC), date(2025, 6, 30)),
    ],
)
def test_a_climate_day_runs_on_standard_time_all_year(icao: str, at: datetime, day: date) -> None:
    station = station_of(icao)
    assert station.climate_day(at) == day
    assert station.begins_at(day) <= at < station.ends_at(day)
    assert station.ends_at(day) - station.begins_at(day) == timedelta(days=1)


def test_every_station_has_one_code_one_identifier_and_one_quantity() -> None:
    assert len(BY_CODE) == len(BY_ICAO) == 20
    assert len({each.quantity for each in BY_CODE.values()}) == 20
    assert BY_CODE["NYC"].quantity == "temp_max_nyc"


def test_an_unknown_station_is_refused() -> None:
    with pytest.raises(MissingData, match="KORD"):
        station_of("KORD")
