from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from kalshi_alpha.core.forecast import Normal, StudentT
from kalshi_alpha.strategies.claims.baselines import CLIMATOLOGY, RANDOM_WALK, ROLLING, baselines
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.long_run import LongRun
from kalshi_alpha.strategies.claims.walk import walk
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK

MODEL = LongRun((-0.3, -0.35, -0.2, -0.1), (), 0.04, 1000)
START = date(2024, 3, 2)
LEVELS = (1000 * np.rint(225 + 9 * np.random.default_rng(3).standard_normal(60))).astype(int)
PRINTS = [
    FirstPrint(START + k * ONE_WEEK, START + k * ONE_WEEK + timedelta(days=5), int(level))
    for k, level in enumerate(LEVELS)
]
STEPS = list(walk(PRINTS, lambda _: MODEL))


def test_each_baseline_has_one_forecast_a_step() -> None:
    found = baselines(STEPS, PRINTS)
    assert list(found) == [RANDOM_WALK, ROLLING, CLIMATOLOGY]
    assert {len(each) for each in found.values()} == {len(STEPS)}


def test_the_random_walk_is_last_weeks_print_with_a_trailing_scale() -> None:
    first, second, *_ = baselines(STEPS, PRINTS)[RANDOM_WALK]
    assert first == StudentT(PRINTS[4].persons, 0.035 * PRINTS[4].persons, 6)
    error = abs(math.log(PRINTS[5].persons / PRINTS[4].persons))
    assert isinstance(second, StudentT)
    assert second.scale / second.mean == pytest.approx(max(0.035, 0.9 * 0.035 + 0.1 * error))


def test_the_rolling_normal_is_of_the_last_half_year() -> None:
    last = baselines(STEPS, PRINTS)[ROLLING][-1]
    recent = LEVELS[-27:-1]
    assert last == Normal(recent.mean(), max(recent.std(ddof=1), 0.035 * recent.mean()))


def test_the_climatology_pulls_towards_the_mean() -> None:
    last = baselines(STEPS, PRINTS)[CLIMATOLOGY][-1]
    mean, before = math.exp(np.log(LEVELS[:-1]).mean()), LEVELS[-2]
    assert abs(last.mean - mean) < abs(before - mean)


def test_no_baseline_sees_its_own_day() -> None:
    clean = baselines(STEPS, PRINTS)
    k = 30
    day = STEPS[k].printed.released_on
    changed = [
        replace(each, persons=700_000) if each.released_on >= day else each for each in PRINTS
    ]
    again = baselines(list(walk(changed, lambda _: MODEL)), changed)
    assert all(again[name][: k + 1] == clean[name][: k + 1] for name in clean)
