from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.replay.baselines import BaselineRules
from kalshi_alpha.core.replay.bootstrap import DateBootstrap
from kalshi_alpha.core.replay.losses import EventLosses
from kalshi_alpha.core.replay.outcome import DayOutcome, day_outcome
from kalshi_alpha.core.replay.skill import Skill, market_skill
from replay_cases import CHAIN, event

DAY = day_outcome([event()], CHAIN, BaselineRules())


def skill(outcome: DayOutcome = DAY, city: str | None = None) -> Skill:
    return market_skill([outcome], DateBootstrap(1, 10), city)


def test_the_forecast_is_scored_against_the_mid_of_the_same_instant() -> None:
    found = skill()
    model, market = 0.04 + 0.25 + 0.09, 0.04 + 0.58**2 + 0.16
    assert (found.n, found.n_days) == (3, 1)
    assert found.skill_model == pytest.approx(1 - model / market)


def test_a_place_that_was_not_looked_at_has_no_skill() -> None:
    assert skill(city="NYC").n == 3
    assert skill(city="MIA").skill_model is None
    nothing = replace(DAY, losses=(EventLosses(0, 0.0, 0.0, 0.0),))
    assert skill(nothing).n == 0
