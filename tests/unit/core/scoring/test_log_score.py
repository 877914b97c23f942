from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.forecast import Normal, grid_support, on_grid
from kalshi_alpha.core.scoring import log_score, on_common_support
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
LATENT = Normal(0.27, 0.12)


def test_worked_example_of_a_printed_cpi_change() -> None:
    pmf = on_grid(LATENT, TENTH, *grid_support(LATENT, TENTH))
    pmfs, outcomes, _ = on_common_support([pmf], [3])
    assert log_score(pmfs, outcomes)[0] == pytest.approx(1.15935, abs=5e-6)


def test_an_impossible_outcome_costs_no_more_than_the_floor() -> None:
    pmfs = np.array([[1.0, 0.0], [1.0, 0.0]])
    scores = log_score(pmfs, np.array([0, 1]))
    assert scores.tolist() == [0.0, pytest.approx(-math.log(1e-4))]


def test_no_probability_above_one_is_rewarded() -> None:
    assert log_score(np.array([[1.0 + 5e-10, 0.0]]), np.array([0]))[0] == 0.0
