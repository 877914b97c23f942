from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration
from kalshi_alpha.strategies.claims.history import finals_of
from kalshi_alpha.strategies.claims.long_run import LongRun, LongRuns, fit_long_run
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK, holidays_of

FIRST = date(1992, 1, 4)


def simulated(coefficients: tuple[float, ...], n: int, effect: float = 0.0) -> dict[date, int]:
    """Claims in millions of people, so that rounding does not matter."""
    rng = np.random.default_rng(20250612)
    changes = [0.0] * 4
    level, found = math.log(5e8), {}
    for i in range(n):
        week = FIRST + i * ONE_WEEK
        step = sum(c * d for c, d in zip(coefficients, changes[:-5:-1], strict=True))
        changes.append(step + 0.03 * float(rng.standard_normal()))
        level += changes[-1]
        bump = effect * ("thanksgiving" in holidays_of(week))
        found[week] = round(math.exp(level + bump))
    return found


def test_the_coefficients_of_a_simulated_series_are_found() -> None:
    truth = (-0.3, -0.35, -0.2, -0.1)
    model = fit_long_run(simulated(truth, 1400))
    assert model.coefficients == pytest.approx(truth, abs=0.08)
    assert model.typical_error == pytest.approx(0.03 * math.sqrt(2 / math.pi), rel=0.06)
    assert model.n == 1395


def test_a_holiday_effect_is_found_and_shrunk() -> None:
    model = fit_long_run(simulated((-0.3, -0.35, -0.2, -0.1), 1400, effect=0.1))
    effects = dict(model.effects)
    assert 0.05 < effects["thanksgiving"] < 0.1
    assert abs(effects["labor"]) < 0.02


def test_settled_values_since_1990_take_moves_back(calibration: ClaimsCalibration) -> None:
    """An independent least-squares fit without holidays gave -.32, -.35, -.17, -.10."""
    model = fit_long_run(finals_of(calibration.weeks))
    assert model.coefficients == pytest.approx((-0.32, -0.35, -0.17, -0.10), abs=0.03)
    assert model.typical_error == pytest.approx(0.0285, abs=0.002)


def test_the_pandemic_teaches_nothing() -> None:
    calm = simulated((-0.3, -0.35, -0.2, -0.1), 1400)
    wild = {date(2020, 3, 21) + k * ONE_WEEK: 6_000_000 for k in range(50)}
    assert fit_long_run(calm | wild) == fit_long_run(calm)


def test_a_year_sees_only_what_was_final_then(calibration: ClaimsCalibration) -> None:
    finals = finals_of(calibration.weeks)
    later = {week: value * 3 for week, value in finals.items() if week.year > 2016}
    assert LongRuns({**finals, **later}).seen_from(2022) == LongRuns(finals).seen_from(2022)
    assert LongRuns(finals).seen_from(2023) != LongRuns(finals).seen_from(2022)


def test_too_few_weeks_are_refused() -> None:
    with pytest.raises(MissingData, match="260 final weeks"):
        fit_long_run(simulated((0.0, 0.0, 0.0, 0.0), 250))


def test_a_steady_level_stays_and_a_jump_is_taken_back_in_part() -> None:
    model = LongRun((-0.3, -0.2, 0.0, 0.0), (), 0.03, 1000)
    assert model.next_log([2.0] * 5) == 2.0
    assert model.next_log([2.0, 2.0, 2.0, 2.0, 2.1]) == pytest.approx(2.07)
    assert model.next_log([2.0, 2.0, 2.0, 2.1, 2.1]) == pytest.approx(2.08)


def test_errors_widen_with_the_moving_average_weights() -> None:
    walk = LongRun((0.0, 0.0, 0.0, 0.0), (), 0.03, 1000)
    assert [walk.widening(k) for k in (1, 4, 9)] == pytest.approx([1.0, 2.0, 3.0])
    fading = LongRun((-0.3, 0.0, 0.0, 0.0), (), 0.03, 1000)
    assert fading.widening(1) == 1.0
    assert fading.widening(2) == pytest.approx(math.sqrt(1 + 0.7**2))
    assert fading.widening(3) == pytest.approx(math.sqrt(1 + 0.7**2 + 0.79**2))
