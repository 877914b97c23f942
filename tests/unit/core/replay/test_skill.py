from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.proposals.policy import Pooling
from kalshi_alpha.core.replay.baselines import BaselineRules
from kalshi_alpha.core.replay.bootstrap import DateBootstrap
from kalshi_alpha.core.replay.outcome import DayOutcome, day_outcome
from kalshi_alpha.core.replay.skill import Skill, market_skill
from replay_cases import CHAIN, event

DAY = day_outcome([event()], CHAIN, BaselineRules())


def skill(outcome: DayOutcome = DAY, weight: float | None = None, city: str | None = None) -> Skill:
    return market_skill(
        [outcome], DateBootstrap(1, 10), "WEATHER", Pooling(weights={}), weight, city
    )


def test_the_forecast_is_scored_against_the_mid_of_the_same_instant() -> None:
    found = skill()
    model, market = 0.04 + 0.25 + 0.09, 0.04 + 0.58**2 + 0.16
    assert (found.n, found.n_days) == (3, 1)
    assert found.skill_model == pytest.approx(1 - model / market)


def test_a_pool_without_weight_is_the_market_and_with_all_of_it_near_the_model() -> None:
    assert skill(weight=0.0).skill_pooled == pytest.approx(0.0)
    assert skill(weight=1.0).skill_pooled == pytest.approx(skill().skill_model)


def test_without_pooling_the_model_is_taken_at_its_word() -> None:
    found = market_skill([DAY], DateBootstrap(1, 10), "WEATHER", None)
    assert found.pooled == found.model


def test_a_place_that_was_not_looked_at_has_no_skill() -> None:
    assert skill(city="NYC").n == 3
    assert skill(city="MIA").skill_model is None
    nothing = replace(DAY, known=replace(DAY.known, event=()))
    assert skill(nothing, city="MIA").n == 0
