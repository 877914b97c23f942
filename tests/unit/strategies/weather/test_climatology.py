from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.weather.climatology import (
    DAYS_LEAST,
    LEAD_FITTED,
    Climatology,
    fit_climatology,
    newest_anomaly,
)
from kalshi_alpha.strategies.weather.seasons import harmonics

PERSISTENCE = 0.6


def years(n: int, seed: int = 9) -> tuple[IntArray, FloatArray]:
    """Draw a station whose winters vary more than its summers, with a daily memory of 0.6."""
    rng = np.random.default_rng(seed)
    days = np.arange(15_000, 15_000 + n)
    wave = harmonics(days, 1)
    sd = 6.0 + 2.0 * wave[:, 1]
    anomaly = np.zeros(n)
    for t in range(1, n):
        shock = math.sqrt(1.0 - PERSISTENCE**2) * rng.standard_normal()
        anomaly[t] = PERSISTENCE * anomaly[t - 1] + shock
    return days, 60.0 - 20.0 * wave[:, 1] + sd * anomaly


def test_the_fit_recovers_the_year_its_spread_and_its_memory() -> None:
    days, observed = years(15_000)
    found = fit_climatology(days, observed)
    assert found.normal[0] == pytest.approx(60.0, abs=0.4)
    assert found.normal[2] == pytest.approx(-20.0, abs=0.5)
    assert found.persistence == pytest.approx(PERSISTENCE, abs=0.03)
    left = math.sqrt(1.0 - PERSISTENCE**4)
    assert found.spread[0] == pytest.approx(6.0 * left, rel=0.05)
    assert found.spread[2] == pytest.approx(2.0 * left, rel=0.2)


def test_an_anomaly_fades_and_the_spread_grows_with_the_lead() -> None:
    climate = Climatology((60.0, 0.0, 0.0, 0.0, 0.0), (5.0, 0.0, 0.0), 0.5)
    leads = np.array([1, LEAD_FITTED, 5, 400])
    mean, sd = climate.forecast(np.zeros(4, dtype=np.int64), np.full(4, 8.0), leads)
    assert mean == pytest.approx([64.0, 62.0, 60.25, 60.0])
    assert sd[1] == pytest.approx(5.0)
    assert (np.diff(sd) > 0.0).all()
    assert sd[3] == pytest.approx(5.0 / math.sqrt(1.0 - 0.5**4))


def test_no_season_is_nearly_certain() -> None:
    climate = Climatology((60.0, 0.0, 0.0, 0.0, 0.0), (5.0, 0.0, 6.0), 0.5)
    assert climate.spreads(np.arange(366)).min() == pytest.approx(1.5)


def test_the_newest_anomaly_known_is_found_across_a_gap() -> None:
    climate = Climatology((60.0, 0.0, 0.0, 0.0, 0.0), (5.0, 0.0, 0.0), 0.5)
    observed = np.array([61.0, 65.0, np.nan, 70.0])
    days = np.arange(4)
    assert newest_anomaly(climate, days, observed, 3) == (5.0, 1)
    assert newest_anomaly(climate, days, observed, 4) == (10.0, 3)
    assert newest_anomaly(climate, days, observed, 0) == (0.0, 0)


def test_less_than_a_year_is_no_climatology() -> None:
    days, observed = years(DAYS_LEAST - 1)
    with pytest.raises(MissingData):
        fit_climatology(days, observed)


def test_a_missing_season_does_not_break_the_fit() -> None:
    days, observed = years(500)
    observed[100:250] = np.nan
    found = fit_climatology(days, observed)
    assert np.isfinite(found.normals(days)).all()
    assert 0.0 <= found.persistence <= 0.95


def test_a_constant_station_does_not_break_the_fit() -> None:
    days, _ = years(400)
    found = fit_climatology(days, np.full(400, 70.0))
    assert found.normals(days) == pytest.approx(70.0, abs=1e-3)
