from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.proposals.policy import Pooling, ScanPolicy, SizingPolicy, SizingRule
from kalshi_alpha.core.types import Contracts, Money

KELLY = SizingPolicy(rule=SizingRule.KELLY, bankroll=Money.parse("10000"))
POLICY = ScanPolicy(at=datetime(2024, 12, 11, 11, 30, tzinfo=UTC), sizing=KELLY)


@pytest.mark.parametrize(
    "change",
    [
        {"bankroll": Money(0)},
        {"kelly_multiplier": 0.0},
        {"kelly_multiplier": 1.5},
        {"kelly_cap": float("nan")},
        {"kelly_cap": 0.3},
        {"probability_se": float("inf")},
        {"probability_se": -0.1},
        {"lot": Contracts(0)},
        {"rule": SizingRule.FIXED},
        {"rule": SizingRule.FIXED, "contracts": Contracts(0)},
    ],
)
def test_impossible_sizing_cannot_be_built(change: dict[str, object]) -> None:
    with pytest.raises(BadParameter):
        replace(KELLY, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"at": datetime(2024, 12, 11, 11, 30)},  # noqa: DTZ001 - the fault under test
        {"shrink": 1.1},
        {"alpha_join": float("nan")},
        {"min_ev": -0.01},
        {"adverse_selection": 1.0},
        {"balance_step_e6": 0},
    ],
)
def test_an_impossible_policy_cannot_be_built(change: dict[str, object]) -> None:
    with pytest.raises(BadParameter):
        replace(POLICY, **change)  # type: ignore[arg-type]


def test_the_kelly_cap_is_a_quarter_of_the_bankroll_and_never_a_hair_more() -> None:
    assert replace(KELLY, kelly_cap=0.25).kelly_cap == 0.25
    with pytest.raises(BadParameter, match="Kelly cap outside"):
        replace(KELLY, kelly_cap=math.nextafter(0.25, 1.0))


def test_fixed_sizing_needs_and_keeps_its_count() -> None:
    fixed = replace(KELLY, rule=SizingRule.FIXED, contracts=Contracts.whole(1))
    assert fixed.contracts == Contracts.whole(1)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"KXCPI-24NOV": 1.1}},
        {"weights": {"KXCPI-24NOV": float("nan")}},
        {"gap": -0.1},
        {"wide_spread": float("nan")},
    ],
)
def test_impossible_pooling_cannot_be_built(change: dict[str, object]) -> None:
    with pytest.raises(BadParameter):
        replace(Pooling(weights={}), **change)  # type: ignore[arg-type]
