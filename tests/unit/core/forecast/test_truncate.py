from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.forecast import Normal, on_grid, with_floor
from kalshi_alpha.core.types import SettlementGrid

DEGREE = SettlementGrid(Decimal(1), "degF")
REST_OF_DAY = on_grid(Normal(75.2, 1.1), DEGREE, 60, 90)


def test_worked_example_of_a_day_that_has_already_reached_75() -> None:
    atoms = with_floor(REST_OF_DAY, 75).atom_probs((75, 77, 79))
    np.testing.assert_allclose(atoms, [0.0, 0.8814, 0.1173, 0.0013], atol=5e-5)


@given(st.floats(50, 100), st.floats(0.1, 8), st.integers(40, 110))
def test_no_mass_lies_below_the_floor_and_none_moves_above_it(
    mean: float, sd: float, floor: int
) -> None:
    free = on_grid(Normal(mean, sd), DEGREE, 50, 100)
    floored = with_floor(free, floor)
    assert floored.prob(None, floor - 1) == 0.0
    assert floored.probs.sum() == pytest.approx(1.0, abs=1e-12)
    for x in range(floor, 111):
        assert floored.cdf(x) == pytest.approx(free.cdf(x), abs=1e-12)


def test_a_floor_below_every_outcome_changes_nothing() -> None:
    assert with_floor(REST_OF_DAY, 60) is REST_OF_DAY


def test_a_floor_above_every_outcome_is_certain() -> None:
    assert with_floor(REST_OF_DAY, 95).pmf(95) == 1.0
    assert with_floor(REST_OF_DAY, 90).pmf(90) == 1.0
