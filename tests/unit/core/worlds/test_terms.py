from __future__ import annotations

from kalshi_alpha.core.forecast.pooling import prior_weight
from kalshi_alpha.core.worlds.terms import FAMILY
from world_cases import terms


def test_the_worlds_trade_a_family_that_the_program_knows() -> None:
    assert prior_weight(FAMILY, 2.0) == 0.4
    assert FAMILY in terms().risk.betas
