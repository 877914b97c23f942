from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.priced import model_probabilities
from kalshi_alpha.core.types import SettlementGrid
from scan_cases import GOLDEN, PERIOD, PMF, scene, snapshot


def test_each_market_gets_the_probability_of_its_interval() -> None:
    np.testing.assert_allclose(GOLDEN.priced().prob_yes, [0.57, 0.25])


def test_a_ladder_without_a_forecast_has_none_of_its_neighbours() -> None:
    three = [snapshot({2: (50, 46)}, f"KX{name}-25MAY") for name in "ABC"]
    table = scene(*three).table()
    shifted = GridPmf(PMF.grid, 1, PMF.probs)
    found = model_probabilities(table, [PMF, None, shifted])
    np.testing.assert_allclose(found, [0.57, np.nan, 0.85])


def test_no_forecasts_at_all_are_no_probabilities() -> None:
    case = replace(GOLDEN, forecasts={})
    assert np.isnan(case.priced().prob_yes).all()
    assert case.priced().pmfs == (None,)


def test_a_forecast_on_another_grid_is_refused() -> None:
    """Index 3 is 0.3 on the ladder's grid and 0.03 on the forecast's."""
    fine = GridPmf(SettlementGrid(Decimal("0.01"), "pp"), 0, PMF.probs)
    quantity = GOLDEN.snapshots[0].ladder.quantity
    with pytest.raises(BadLadder, match=r"steps of 0\.1"):
        replace(GOLDEN, forecasts={(quantity, PERIOD): fine}).priced()
