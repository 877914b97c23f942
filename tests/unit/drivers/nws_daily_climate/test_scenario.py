"""The morning of 12 December 2024 from fixtures to tables: what was known, and nothing later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.datastore.ingest import ingest
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.drivers.nws_daily_climate import DRIVER as CLIMATE
from kalshi_alpha.drivers.nws_observations import DRIVER as OBSERVATIONS
from kalshi_alpha.drivers.weather_guidance import DRIVER as GUIDANCE

FIXTURES = Path(__file__).parents[3] / "fixtures"
CLOCK = datetime(2024, 12, 12, 12, 20, tzinfo=UTC)
TARGET = date(2024, 12, 12)
DRIVERS: list[Driver[Any]] = [CLIMATE, GUIDANCE, OBSERVATIONS]

# Daily maxima of the climate service, 1 to 12 December 2024, degrees Fahrenheit.
MAXIMA = {
    "NYC": [38, 39, 42, 42, 40, 34, 41, 55, 51, 50, 60, 41],
    "PHL": [41, 40, 42, 44, 44, 37, 39, 59, 54, 56, 64, 43],
    "MIA": [76, 75, 72, 74, 78, 80, 79, 78, 80, 80, 86, 75],
    "MDW": [28, 28, 32, 40, 29, 33, 51, 57, 55, 45, 33, 16],
    "AUS": [71, 69, 65, 59, 61, 53, 48, 61, 85, 62, 64, 67],
    "DEN": [51, 53, 65, 58, 49, 59, 62, 58, 35, 38, 54, 54],
    "LAX": [70, 68, 65, 62, 63, 63, 80, 65, 62, 74, 72, 60],
}


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    store = FeedStore(Paths(tmp_path))
    clock = CLOCK + timedelta(days=2)
    payloads = Manifest(FIXTURES).payloads(clock)
    summaries = ingest(DRIVERS, list(payloads), store, clock)
    assert [summary.errors for summary in summaries] == [(), (), ()]
    return store


def test_the_manifest_names_the_clock_of_the_scenario() -> None:
    assert Manifest(FIXTURES).clock("weather_cycle") == CLOCK


def test_the_final_reports_before_the_clock_are_known_and_the_target_day_is_not(
    store: FeedStore,
) -> None:
    known = {
        (row["station"], row["climate_day"]): row["value_f"]
        for row in store.rows("nws_daily_climate", CLOCK)
        if row["element"] == "max" and row["status"] == "final"
    }
    first = date(2024, 12, 1)
    assert known == {
        (station, first + timedelta(days=i)): value
        for station, values in MAXIMA.items()
        for i, value in enumerate(values[:-1])
    }


def test_the_target_day_settles_on_its_final_report(store: FeedStore) -> None:
    later = store.rows("nws_daily_climate", CLOCK + timedelta(days=2))
    final = {
        row["station"]: row["value_f"]
        for row in later
        if row["climate_day"] == TARGET and row["element"] == "max"
    }
    assert final == {station: values[-1] for station, values in MAXIMA.items()}


def test_the_guidance_for_the_target_day_was_public_before_the_clock(store: FeedStore) -> None:
    rows = [r for r in store.rows("weather_guidance", CLOCK) if r["climate_day"] == TARGET]
    assert {(row["station"], row["model"]): row["tmax_f"] for row in rows} == {
        ("KNYC", "MAV"): 38,
        ("KMDW", "MAV"): 18,
        ("KMIA", "MAV"): 75,
        ("KNYC", "MET"): 46,
        ("KMDW", "MET"): 16,
        ("KMIA", "MET"): 74,
    }
    # The running day's own cycles give its next maximum, tomorrow's.
    assert {row["issued_at"] for row in rows} == {
        datetime(2024, 12, 11, 6, tzinfo=UTC),
        datetime(2024, 12, 11, 0, tzinfo=UTC),
    }


def test_the_daily_summary_agrees_with_the_report_of_the_same_day(store: FeedStore) -> None:
    summaries = {
        str(row["station"])[1:]: row["day_max_f"]
        for row in store.rows("nws_observations", CLOCK)
        if row["climate_day"] == date(2024, 12, 11)
    }
    assert summaries == {station: values[-2] for station, values in MAXIMA.items()}


def test_the_running_day_has_been_seen_at_central_park_only(store: FeedStore) -> None:
    rows = [r for r in store.rows("nws_observations", CLOCK) if r["climate_day"] == TARGET]
    assert [(row["station"], row["day_max_f"]) for row in rows] == [("KNYC", 41)]
    eve = CLOCK - timedelta(minutes=15)
    assert all(r["climate_day"] != TARGET for r in store.rows("nws_observations", eve))
