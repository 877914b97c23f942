from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kalshi_alpha.datastore.history import History
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.weather_forecasts import (
    span_of,
    station_of,
    varied,
    weather_forecasts,
    weather_replays,
)
from kalshi_alpha.strategies.weather.history_files import read_panels

DAY = date(2025, 1, 8)


def test_each_day_is_forecast_from_the_eve_and_refused_in_its_afternoon(read: Materials) -> None:
    (known,) = read.forecasts["temp_max_nyc", DAY]
    assert known.known_at == datetime(2025, 1, 7, 12, tzinfo=UTC)
    assert known.refused_from == datetime(2025, 1, 8, 20, tzinfo=UTC), "15:00 of standard time"
    assert (known.model, known.no_skill) == ("guidance", None)


def test_without_guidance_the_forecast_is_climatology_and_no_reason_to_trade(
    read: Materials,
) -> None:
    (known,) = read.forecasts["temp_max_aus", DAY]
    assert known.model == "climatology"
    assert known.no_skill is not None


def test_only_what_is_wanted_is_forecast(folder: Path) -> None:
    panels = read_panels(History([folder]))
    before = DAY - timedelta(days=5)
    found = weather_replays(panels, ["temp_max_nyc"], before, DAY)
    assert [station.code for station, _ in found] == ["NYC"]
    assert len(found[0][1].days) == 6
    assert set(weather_forecasts(found, DAY)) == {("temp_max_nyc", DAY)}


def test_a_panel_of_no_station_that_is_traded_is_none(folder: Path) -> None:
    (nyc, aus) = read_panels(History([folder]))
    assert [station_of(each).code for each in (nyc, aus)] == ["NYC", "AUS"]  # type: ignore[union-attr]
    assert station_of(replace(nyc, name="nowhere")) is None


def test_forecasts_can_be_moved_and_believed_for_less_long(read: Materials) -> None:
    (known,) = read.forecasts["temp_max_nyc", DAY]
    (other,) = varied(read.forecasts, 3, 10.0)["temp_max_nyc", DAY]
    assert other.pmf.lo == known.pmf.lo + 3
    assert other.refused_from == datetime(2025, 1, 7, 22, tzinfo=UTC)
    (long,) = varied(read.forecasts, 0, 100.0)["temp_max_nyc", DAY]
    assert long.refused_from == known.refused_from, "never longer than the family believes it"
    assert varied(read.forecasts, 0, 0.0) is read.forecasts


def test_a_span_has_a_day_to_spare() -> None:
    assert span_of([DAY]) == (date(2025, 1, 7), date(2025, 1, 9))


def test_stations_are_forecast_alike_whoever_does_it(folder: Path) -> None:
    panels = read_panels(History([folder]))
    wanted = ["temp_max_nyc", "temp_max_aus"]
    with ThreadPoolExecutor(2) as pool:
        shared = weather_replays(panels, wanted, DAY, DAY, pool)
    alone = weather_replays(panels, wanted, DAY, DAY)
    assert [station.code for station, _ in shared] == ["NYC", "AUS"]
    for (_, one), (_, other) in zip(shared, alone, strict=True):
        assert one.pmfs.tobytes() == other.pmfs.tobytes()
