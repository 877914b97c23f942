from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing.fractional import (
    LadderOutcomes,
    parameter_risk,
    truncated_fraction,
    unit_loss,
    unit_scale,
)

profits = st.floats(-1000.0, 1000.0)


def _outcomes(pairs: list[tuple[float, float]]) -> LadderOutcomes:
    return LadderOutcomes(tuple(n for n, _ in pairs), tuple(f for _, f in pairs))


units = st.lists(st.lists(st.tuples(profits, profits), min_size=1).map(_outcomes), max_size=4)


@pytest.mark.parametrize(("prob_se", "shrinkage"), [(0.02, 0.80), (0.04, 0.50), (0.08, 0.20)])
def test_parameter_risk_matches_baker_and_mchale(prob_se: float, shrinkage: float) -> None:
    assert parameter_risk(0.47, 0.43, prob_se) == pytest.approx(shrinkage, abs=0.005)


def test_a_standard_error_below_two_points_is_not_believed() -> None:
    assert parameter_risk(0.47, 0.43, 0.0) == parameter_risk(0.47, 0.43, 0.02)
    assert parameter_risk(0.43, 0.43, 0.0) == 0.0


def test_the_fraction_is_multiplied_shrunk_and_capped() -> None:
    assert truncated_fraction(0.4, kelly_cap=0.25) == pytest.approx(0.1)
    assert truncated_fraction(0.4, kelly_cap=0.25, shrinkage=0.8) == pytest.approx(0.08)
    assert truncated_fraction(0.4, kelly_cap=0.05) == 0.05
    assert truncated_fraction(0.9, kelly_cap=0.25, multiplier=1.0) == 0.25


def test_a_flat_unit_is_scaled_by_the_cap_over_the_fraction_at_risk() -> None:
    mom = LadderOutcomes(new=(-300.0, 500.0, -100.0), filled=(0.0, 0.0, 0.0))
    core = LadderOutcomes(new=(200.0, -200.0), filled=(0.0, 0.0))

    assert unit_loss([mom, core]) == 500.0
    assert unit_scale([mom, core], 1000.0, 0.25) == pytest.approx(0.5)
    assert unit_scale([mom, core], 10_000.0, 0.25) == 1.0


def test_the_filled_book_counts_towards_the_cap() -> None:
    held = LadderOutcomes(new=(-300.0, 500.0), filled=(-100.0, 50.0))

    scale = unit_scale([held], 1000.0, 0.25)

    assert scale == pytest.approx(0.5)  # 100 already at risk, 150 of 300 fit below 250


def test_a_filled_book_over_the_cap_leaves_no_room() -> None:
    assert unit_scale([LadderOutcomes((-1.0, 1.0), (-300.0, 100.0))], 1000.0, 0.25) == 0.0


@given(units, st.floats(1.0, 1e5), st.floats(0.01, 0.25))
def test_the_scaled_unit_stays_within_the_cap_and_uses_it(
    unit: list[LadderOutcomes], bankroll: float, cap: float
) -> None:
    scale = unit_scale(unit, bankroll, cap)

    allowed = cap * bankroll
    assert 0.0 <= scale <= 1.0
    if scale > 0.0:
        assert unit_loss(unit, scale) <= allowed * (1.0 + 1e-9)
    if 0.0 < scale < 1.0:
        assert unit_loss(unit, scale) == pytest.approx(allowed, rel=1e-9)


@pytest.mark.parametrize("cap", [0.0, 0.26, math.nan])
def test_a_cap_outside_the_rule_is_refused(cap: float) -> None:
    with pytest.raises(BadParameter):
        unit_scale([], 1000.0, cap)
    with pytest.raises(BadParameter):
        truncated_fraction(0.1, kelly_cap=cap)


def test_impossible_inputs_are_refused() -> None:
    with pytest.raises(BadParameter):
        parameter_risk(1.2, 0.5, 0.1)
    with pytest.raises(BadParameter):
        parameter_risk(0.5, 0.5, math.nan)
    with pytest.raises(BadParameter):
        truncated_fraction(math.nan, kelly_cap=0.2)
    with pytest.raises(BadParameter):
        unit_scale([], 0.0, 0.2)
    with pytest.raises(BadParameter):
        LadderOutcomes((1.0,), (1.0, 2.0))
    with pytest.raises(BadParameter):
        LadderOutcomes((math.nan,), (1.0,))


def test_the_safety_kernel_part_starts_without_numpy() -> None:
    code = (
        "import sys, kalshi_alpha.core.sizing.fractional, kalshi_alpha.core.sizing.lots;"
        "sys.exit('numpy' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
