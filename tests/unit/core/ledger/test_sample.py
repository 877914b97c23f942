from __future__ import annotations

import math

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.sample import SAMPLE_RULES, SampleRule, Shortfall, shortfalls
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean


def _sample(n_units: int, share: float = 0.1) -> ClusteredMean:
    return ClusteredMean(10.0, n_units, 1.0, 1.0, share)


@pytest.mark.parametrize(
    ("family", "units"), [("weather", 30), ("teny", 30), ("claims", 26), ("cpi", 12)]
)
def test_a_family_needs_its_units(family: str, units: int) -> None:
    rule = SAMPLE_RULES[family]
    assert shortfalls(_sample(units), rule, uses_closing_line=True) == ()
    assert shortfalls(_sample(units - 1), rule, uses_closing_line=True) == (Shortfall.UNITS,)


def test_cpi_cannot_be_judged_by_outcomes_alone() -> None:
    found = shortfalls(_sample(12), SAMPLE_RULES["cpi"], uses_closing_line=False)
    assert found == (Shortfall.CLOSING_LINE,)


@pytest.mark.parametrize("share", [0.21, math.nan])
def test_no_unit_may_carry_more_than_a_fifth(share: float) -> None:
    found = shortfalls(_sample(30, share), SAMPLE_RULES["weather"], uses_closing_line=False)
    assert found == (Shortfall.UNIT_SHARE,)
    at_limit = shortfalls(_sample(30, 0.2), SAMPLE_RULES["weather"], uses_closing_line=False)
    assert at_limit == ()


def test_an_impossible_rule_is_refused() -> None:
    for wrong in ((1, 0.2), (30, 0.0), (30, math.nan)):
        with pytest.raises(BadParameter, match="rule"):
            SampleRule(wrong[0], unit_share_max=wrong[1])
