"""The morning of 15 January 2025 from fixtures to tables: what was known, and nothing later."""

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
CLOCK = datetime(2025, 1, 15, 12, 20, tzinfo=UTC)
TARGET = date(2025, 1, 16)
DRIVERS: list[Driver[Any]] = [CLIMATE, GUIDANCE, OBSERVATIONS]

# Daily maxima of the climate service, 8 to 16 January 2025, degrees Fahrenheit.
MAXIMA = {
    "NYC": [30, 33, 39, 36, 42, 42, 35, 32, 30],
    "PHL": [31, 34, 37, 34, 43, 45, 35, 34, 29],
    "MIA": [72, 67, 73, 77, 75, 79, 74, 75, 74],
    "MDW": [28, 29, 30, 33, 36, 21, 18, 20, 39],
    "AUS": [42, 41, 45, 59, 64, 58, 55, 63, 66],
    "DEN": [40, 31, 41, 45, 39, 37, 39, 49, 61],
    "LAX": [73, 68, 70, 66, 69, 68, 66, 72, 67],
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
    first = date(2025, 1, 8)
    assert known == {
        (station, first + timedelta(days=i)): value
        for station, values in MAXIMA.items()
        for i, value in enumerate(values[:7])
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
        ("KNYC", "MAV"): 32,
        ("KMDW", "MAV"): 39,
        ("KMIA", "MAV"): 74,
        ("KNYC", "MET"): 34,
        ("KMDW", "MET"): 36,
        ("KMIA", "MET"): 70,
    }
    # A model run takes hours: the cycle of 12Z is not public twenty minutes later.
    assert {row["issued_at"] for row in rows} == {
        datetime(2025, 1, 15, 6, tzinfo=UTC),
        datetime(2025, 1, 15, 0, tzinfo=UTC),
    }


def test_the_daily_summary_agrees_with_the_report_of_the_same_day(store: FeedStore) -> None:
    summaries = {
        str(row["station"])[1:]: row["day_max_f"]
        for row in store.rows("nws_observations", CLOCK)
        if row["climate_day"] == date(2025, 1, 14)
    }
    assert summaries == {station: values[6] for station, values in MAXIMA.items()}
