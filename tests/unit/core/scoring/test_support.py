from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.scoring import on_common_support
from kalshi_alpha.core.scoring.support import require_finite, require_outcomes, require_pmfs
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
DEGREE = SettlementGrid(Decimal(1), "degF")


def test_supports_are_joined_and_hold_the_printed_values() -> None:
    first = GridPmf(TENTH, 1, np.array([0.4, 0.6]))
    second = GridPmf(TENTH, 3, np.array([1.0]))
    matrix, outcomes, lo = on_common_support([first, second], [2, -1])
    assert lo == -1
    np.testing.assert_array_equal(matrix, [[0, 0, 0.4, 0.6, 0], [0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(outcomes, [3, 0])


def test_forecasts_on_different_grids_are_refused() -> None:
    with pytest.raises(BadParameter):
        on_common_support([GridPmf.point(TENTH, 1), GridPmf.point(DEGREE, 1)], [1, 1])


def test_unequal_counts_and_nothing_at_all_are_refused() -> None:
    with pytest.raises(BadParameter):
        on_common_support([GridPmf.point(TENTH, 1)], [1, 2])
    with pytest.raises(BadParameter):
        on_common_support([], [])


@pytest.mark.parametrize("rows", [[[0.5, 0.4]], [[1.5, -0.5]], [[math.nan, 1.0]], [0.5, 0.5], [[]]])
def test_rows_that_are_no_pmf_are_refused(rows: list[list[float]]) -> None:
    with pytest.raises(InvalidPmf):
        require_pmfs(np.array(rows))


@pytest.mark.parametrize("outcomes", [[2], [-1], [0, 1], [0.0]])
def test_outcomes_that_are_no_positions_are_refused(outcomes: list[int]) -> None:
    with pytest.raises(BadParameter):
        require_outcomes(np.array(outcomes), np.array([[0.5, 0.5]]))


@pytest.mark.parametrize("values", [[], [math.nan], [1.0, math.inf]])
def test_values_that_are_empty_or_not_finite_are_refused(values: list[float]) -> None:
    with pytest.raises(BadParameter, match="losses"):
        require_finite("losses", np.array(values))
