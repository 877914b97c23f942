"""A made-up station with known errors, and the calibration on three real stations."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration, fit
from kalshi_alpha.strategies.weather.panel import StationPanel
from kalshi_alpha.strategies.weather.seasons import harmonics

FIXTURES = Path(__file__).parents[3] / "fixtures"
CLOCK = datetime(2024, 11, 15, 12, 20, tzinfo=UTC)
FIRST_DAY = 18_993  # 2022-01-01

MakePanel = Callable[..., StationPanel]


def made_panel(n: int = 900, *, seed: int = 7, inputs: int = 2) -> StationPanel:
    """Guidance two degrees too cold with errors of two degrees; the truth a seasonal wave."""
    rng = np.random.default_rng(seed)
    days = np.arange(FIRST_DAY, FIRST_DAY + n)
    wave = 60.0 - 20.0 * harmonics(days, 1)[:, 1]
    observed = np.rint(wave + 6.0 * rng.standard_normal(n))
    guidance = observed[:, None] - 2.0 + 2.0 * rng.standard_normal((n, inputs))
    names = ("gfs_mos", "nam_mos", "hrrr")[:inputs]
    return StationPanel("KNYC", FIRST_DAY, names, guidance, np.full(n, np.nan), observed)


@pytest.fixture(scope="session")
def make_panel() -> MakePanel:
    return made_panel


@pytest.fixture(scope="session")
def history() -> list[Row]:
    rows: list[Row] = json.loads((FIXTURES / "weather" / "history.json").read_text())["history"]
    return rows


@pytest.fixture(scope="session")
def short_history(history: list[Row]) -> list[Row]:
    """Five hundred days of two stations: enough to fit, quickly."""
    return [
        row
        for row in history
        if row["station"] in {"KNYC", "KMIA"} and "2023-07-01" <= str(row["day"]) < "2024-11-15"
    ]


@pytest.fixture(scope="session")
def calibration(short_history: list[Row]) -> WeatherCalibration:
    return fit(short_history, CLOCK)


@pytest.fixture(scope="session")
def tables() -> dict[str, list[Row]]:
    """Feeds at the clock: the real bulletins and reports of 13 to 15 November 2024."""
    return {
        "weather_guidance": [
            bulletin(station, model, day, tmax_f)
            for station, model, first, values in _BULLETINS
            for day, tmax_f in enumerate(values, start=first)
        ],
        "nws_daily_climate": [
            report(station, 14, value) for station, value in (("NYC", 47), ("MIA", 83))
        ],
        "nws_observations": [],
    }


# Maxima for consecutive days of November 2024, from the bulletin of 06 UTC on each eve.
_BULLETINS = (
    ("KNYC", "MAV", 14, (48, 57, 61)),
    ("KNYC", "MET", 14, (56, 54, 56)),
    ("KMIA", "MAV", 14, (84, 87, 83)),
    ("KMIA", "MET", 14, (82, 84, 80)),
)


def bulletin(station: str, model: str, day: int, tmax_f: int) -> Row:
    issued_at = datetime(2024, 11, day - 1, 6, tzinfo=UTC)
    return {
        "station": station,
        "model": model,
        "issued_at": issued_at,
        "climate_day": date(2024, 11, day),
        "tmax_f": tmax_f,
        "available_at": issued_at + timedelta(hours=4),
    }


def report(station: str, day: int, value_f: int | None, status: str = "final") -> Row:
    issued_at = datetime(2024, 11, day + 1, 8, tzinfo=UTC)
    return {
        "station": station,
        "climate_day": date(2024, 11, day),
        "element": "max",
        "status": status,
        "issued_at": issued_at,
        "value_f": value_f,
        "available_at": issued_at,
    }
