from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast import StudentT, on_grid
from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.cpi.history import HistoryMonth, read_history
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.scale import fit_scale
from kalshi_alpha.strategies.cpi.skill import TENTHS, Skill, walk_forward_skill
from kalshi_alpha.strategies.strategy import Row


def made(errors: Sequence[float], nowcasts: Sequence[float]) -> list[HistoryMonth]:
    """Build months ending with October 2024 whose prints miss the nowcasts by these errors."""
    months = []
    for age, (error, nowcast) in enumerate(zip(errors[::-1], nowcasts[::-1], strict=True)):
        month = months_before(date(2024, 10, 1), age)
        release_on = months_before(month, -1).replace(day=12)
        months.append(
            HistoryMonth(
                month=f"{month:%Y-%m}",
                release_on=release_on,
                nowcast_pct=nowcast,
                nowcast_on=release_on.replace(day=7),
                first_print_pct=round(nowcast + error, 1),
                core_first_print_pct=0.3,
                gas_mean_usd=3.0,
                gas_prev_mean_usd=3.0,
            )
        )
    return months[::-1]


def crps_by_hand(dist: StudentT, printed_tenths: int) -> float:
    """Sum over the grid: ``0.1 * sum (F_k - 1{k >= y})**2``."""
    pmf = on_grid(dist, TENTHS, -60, 60)
    gaps = [pmf.cdf(k) - (k >= printed_tenths) for k in range(-60, 61)]
    return 0.1 * float(np.square(gaps).sum())


def test_the_one_scored_month_is_forecast_from_the_eighteen_before_it(history: list[Row]) -> None:
    months = read_history(history)[:19]
    past, scored = months[:18], months[18]
    errors = np.array([each.error for each in past])
    model = fit_scale(errors, np.array([each.gas_change_pct for each in past]))
    own, walk, mean = walk_forward_skill(months).rows
    expected = crps_by_hand(
        StudentT(scored.nowcast_pct, model.scale(), model.dof), round(scored.first_print_pct * 10)
    )
    assert own.crps == pytest.approx(expected, abs=1e-9)
    assert (own.model, own.n, own.first, own.last) == ("nowcast", 1, scored.month, scored.month)
    assert (walk.model, mean.model) == ("random walk", "12-month mean")


def test_a_print_changes_no_score_of_an_earlier_month(history: list[Row]) -> None:
    """Scores of the first n months are the same whatever was printed afterwards."""
    months = list(read_history(history))
    whole, start = walk_forward_skill(months), walk_forward_skill(months[:-1])
    for row, before in zip(whole.rows, start.rows, strict=True):
        last = row.crps * row.n - before.crps * before.n
        assert 0.0 <= last < 1.0
    wild = [*months[:-1], msgspec.structs.replace(months[-1], first_print_pct=3.0)]
    for row, before in zip(walk_forward_skill(wild).rows, start.rows, strict=True):
        assert row.crps * row.n - before.crps * before.n > 1.0


def test_the_nowcast_beats_both_baselines_on_the_kept_history(history: list[Row]) -> None:
    own, *baselines = walk_forward_skill(read_history(history)).rows
    assert (own.n, own.first, own.last) == (23, "2022-12", "2024-10")
    assert own.crps == pytest.approx(0.0810, abs=5e-4)
    assert own.brier == pytest.approx(0.1146, abs=5e-4)
    for row in baselines:
        assert own.crps < row.crps
        assert own.brier < row.brier


@pytest.mark.parametrize("n", [0, 17, 18])
def test_too_short_a_history_has_no_rows(history: list[Row], n: int) -> None:
    assert walk_forward_skill(read_history(history)[:n]) == Skill((), DriftState.TOO_SHORT)


def drawn(sd: FloatArray, seed: int) -> list[HistoryMonth]:
    rng = np.random.default_rng(seed)
    nowcasts = 0.3 + 0.2 * rng.standard_normal(sd.size)
    return made((sd * rng.standard_normal(sd.size)).tolist(), nowcasts.tolist())


def test_drift_is_silent_below_three_years_of_scores() -> None:
    assert walk_forward_skill(drawn(np.full(18 + 35, 0.1), 1)).drift is DriftState.TOO_SHORT


def test_drift_sounds_when_the_nowcast_lost_its_grip_and_not_before() -> None:
    steady, broken = np.full(90, 0.1), np.full(90, 0.1)
    broken[-24:] = 0.6
    assert walk_forward_skill(drawn(steady, 2)).drift is DriftState.STEADY
    assert walk_forward_skill(drawn(broken, 2)).drift is DriftState.ALERT
