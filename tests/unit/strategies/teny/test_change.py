from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadDistribution
from kalshi_alpha.core.forecast import Normal, on_grid
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.teny.change import WINDOW_BP, change_pmfs, latent

HUNDREDTHS = SettlementGrid(Decimal("0.01"), "pp")
BASIS_POINTS = SettlementGrid(Decimal(1), "bp")


@pytest.mark.parametrize("decision", [False, True])
def test_mean_and_deviation_are_as_asked(decision: bool) -> None:
    dist = latent(4.41, 0.057, decision=decision)
    assert dist.mean == pytest.approx(4.41)
    assert dist.sd == pytest.approx(0.057)


def test_a_decision_has_more_in_the_middle_and_in_the_tails() -> None:
    plain, mixed = latent(0.0, 1.0, decision=False), latent(0.0, 1.0, decision=True)
    assert mixed.pdf(0.0) > plain.pdf(0.0)
    assert mixed.cdf(-4.0) > plain.cdf(-4.0)


@given(st.floats(0.6, 40.0), st.booleans())
def test_many_at_once_are_the_same_as_one_by_one(sd: float, decision: bool) -> None:
    [row] = change_pmfs(np.array([sd]), np.array([decision]))
    one = on_grid(latent(0.0, sd, decision=decision), BASIS_POINTS, -WINDOW_BP, WINDOW_BP)
    np.testing.assert_allclose(row, one.probs, atol=1e-14)
    assert row.sum() == pytest.approx(1.0, abs=1e-12)


def test_three_basis_point_brackets_are_three_wide() -> None:
    """Worked example: yield N(4.137, 0.013) in the venue's former brackets."""
    pmf = on_grid(Normal(4.137, 0.013), HUNDREDTHS, 400, 430)
    brackets = [(None, 408), (409, 411), (412, 414), (415, 417), (418, None)]
    probs = [pmf.prob(lo, hi) for lo, hi in brackets]
    assert probs == pytest.approx([0.0000, 0.0453, 0.6856, 0.2674, 0.0017], abs=5e-5)


@pytest.mark.parametrize("sd", [0.0, -1.0, float("nan"), float("inf")])
def test_a_deviation_that_is_none_is_refused(sd: float) -> None:
    with pytest.raises(BadDistribution):
        latent(4.0, sd, decision=True)
