from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData, StaleData
from kalshi_alpha.core.forecast import Normal, StudentT, on_grid
from kalshi_alpha.core.schedule import daily_window, wall
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.own_family import (
    Fit,
    Learned,
    OwnFamily,
    Prints,
    Rows,
    judged,
    prints_of,
    rolling_sd,
    rounded_t,
)
from kalshi_alpha.strategies.strategy import ModelQuality, Outcome, Row

AT = datetime(2024, 12, 11, 20, tzinfo=UTC)
TODAY = date(2024, 12, 11)
QUALITY = ModelQuality(0.1, 0.1, drifted=False, months=3, baseline="b", detail="d")
HISTORY = [{"on": f"2024-12-{day:02d}", "value": day} for day in (9, 10, 11, 12)]


def fit(rows: Rows) -> Fit:
    return Fit({"mean": sum(float(str(row["value"])) for row in rows) / len(rows)}, QUALITY)


def ahead(prints: Prints, learned: Learned) -> tuple[date, Normal]:
    today = max(prints)
    step = prints[today].index - prints[today - timedelta(days=1)].index
    return today + timedelta(days=1), Normal((learned["mean"] + step) / 10, 0.2)


FAMILY = OwnFamily(
    family="TEA",
    quantity="tea",
    model="tea-1",
    step="0.1",
    unit="cups",
    history=Path("/nowhere/history.json"),
    known_at=lambda row: wall(date.fromisoformat(str(row["on"])), time(10)),
    fit=fit,
    prints=prints_of("pot", "on", "tenths", 10, kind="tea"),
    ahead=ahead,
    phase=daily_window(time(10), time(20)),
)
STRATEGY = FAMILY.strategy()


def pot(*days: int, kind: str = "tea") -> list[Row]:
    return [
        {
            "on": date(2024, 12, day),
            "tenths": 10 * day,
            "kind": kind,
            "available_at": datetime(2024, 12, day, 12, tzinfo=UTC),
        }
        for day in days
    ]


def test_a_calibration_knows_no_row_of_a_later_day_and_comes_back(tmp_path: Path) -> None:
    made = STRATEGY.calibrate(HISTORY, AT, tmp_path / "tea.parquet")
    assert made.fit.values == {"mean": 10.0}
    assert made.known_at == datetime(2024, 12, 11, 15, tzinfo=UTC)
    assert STRATEGY.load(tmp_path / "tea.parquet") == made
    assert STRATEGY.quality(made) == QUALITY
    other = replace(FAMILY, model="tea-2").strategy()
    with pytest.raises(StaleData, match="tea-1, this version is tea-2"):
        other.load(tmp_path / "tea.parquet")


def test_another_history_has_another_identity(tmp_path: Path) -> None:
    path = tmp_path / "tea.parquet"
    names = {STRATEGY.identity(STRATEGY.calibrate(HISTORY[:n], AT, path)) for n in (1, 2, 3, 4)}
    assert len(names) == 3  # the fourth row was not known at the clock


def test_a_history_of_later_days_only_calibrates_nothing(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"no row of history\.json was known"):
        STRATEGY.calibrate(HISTORY[3:], AT, tmp_path / "tea.parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_next_print_is_forecast_on_the_grid(tmp_path: Path) -> None:
    calibration = STRATEGY.calibrate(HISTORY, AT, tmp_path / "tea.parquet")
    rows = [*pot(10, 11, 12), *pot(11, kind="milk")]
    made = STRATEGY.forecast(lambda _: rows, calibration, AT)
    [forecast] = made.forecasts
    assert (forecast.quantity, forecast.period) == ("tea", date(2024, 12, 12))
    assert forecast.pmf.grid == SettlementGrid(Decimal("0.1"), "cups")
    assert forecast.latent_mean == pytest.approx(1.1)
    assert [(used.value, used.unit) for used in forecast.inputs] == [(1.1, "cups")]
    assert STRATEGY.outcomes(lambda _: rows, AT) == {
        ("tea", date(2024, 12, day)): Outcome(day, datetime(2024, 12, day, 12, tzinfo=UTC))
        for day in (10, 11)
    }


@pytest.mark.parametrize(
    ("days", "why"),
    [((), "no print is known"), ((11,), "no print of 2024-12-10 is known")],
)
def test_what_cannot_be_forecast_is_refused_by_name(
    tmp_path: Path, days: tuple[int, ...], why: str
) -> None:
    calibration = STRATEGY.calibrate(HISTORY, AT, tmp_path / "tea.parquet")
    made = STRATEGY.forecast(lambda _: pot(*days), calibration, AT)
    assert (made.forecasts, made.refused) == ((), {"tea": why})


def test_a_calibration_from_after_the_clock_forecasts_nothing(tmp_path: Path) -> None:
    calibration = STRATEGY.calibrate(HISTORY, AT, tmp_path / "tea.parquet")
    made = STRATEGY.forecast(lambda _: pot(9, 10), calibration, AT - timedelta(days=1))
    assert "calibrate as of the clock" in made.refused["tea"]


def test_rounding_many_at_once_equals_rounding_one() -> None:
    grid = SettlementGrid(Decimal(1), "steps")
    pmfs = rounded_t(np.array([0.3, -2.0]), np.array([1.5, 4.0]), 5, 30)
    for row, mean, sd in zip(pmfs, (0.3, -2.0), (1.5, 4.0), strict=True):
        whole = on_grid(StudentT.from_sd(mean, sd, 5), grid, -30, 30)
        assert np.allclose(row, whole.probs, atol=1e-12)


def test_a_rolling_sd_is_of_each_run() -> None:
    assert rolling_sd(np.array([3.0, 4.0, 0.0]), 2) == pytest.approx(np.sqrt([12.5, 8.0]))
    with pytest.raises(MissingData, match="4 values are needed, there were 3"):
        rolling_sd(np.zeros(3), 4)


def test_a_sharper_forecast_is_judged_the_better() -> None:
    rng = np.random.default_rng(3)
    came = np.rint(rng.normal(0.0, 2.0, 400)).astype(np.int64)
    sharp, wide = (rounded_t(np.zeros(400), np.full(400, sd), 30, 40) for sd in (2.0, 8.0))
    found = judged(sharp, wide, came + 40, [38, 40, 42], window=100, name="the wide one")
    assert found.crps_advantage is not None
    assert found.crps_advantage > 0.2
    assert (found.drifted, found.months) == (False, 400)
    assert "below those of the wide one" in found.detail
    worse = judged(wide, sharp, came + 40, [38, 40, 42], window=100, name="the sharp one")
    assert worse.crps_advantage is not None
    assert worse.crps_advantage < 0.0


def test_recent_scores_that_worsened_are_drift() -> None:
    rng = np.random.default_rng(3)
    came = np.rint(rng.normal(0.0, 2.0, 400)).astype(np.int64)
    means = np.where(np.arange(400) < 300, 0.0, 4.0)  # lost its way in the last hundred
    lost = rounded_t(means, np.full(400, 2.0), 30, 40)
    steady = rounded_t(np.zeros(400), np.full(400, 3.0), 30, 40)
    assert judged(lost, steady, came + 40, [40], window=100, name="b").drifted


def test_too_few_outcomes_judge_nothing() -> None:
    pmfs = rounded_t(np.zeros(9), np.ones(9), 5, 10)
    with pytest.raises(MissingData, match="10 outcomes must be scored, there were 9"):
        judged(pmfs, pmfs, np.full(9, 10), [10], window=5, name="b")
