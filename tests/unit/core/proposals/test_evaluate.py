from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.core.proposals.evaluate import BestQuotes, best_quotes
from kalshi_alpha.core.proposals.quotes import IMPROVE, JOIN, NO, YES
from kalshi_alpha.core.proposals.tick_table import ABSENT
from scan_cases import POLICY, scene, snapshot

TABLE = scene(snapshot({2: (50, 46)})).table()


def best(prob_yes: float, **change: float) -> BestQuotes:
    return best_quotes(TABLE, np.array([prob_yes]), replace(POLICY, **change))  # type: ignore[arg-type]


def test_at_equal_odds_the_cheaper_price_is_joined() -> None:
    found = best(0.57)
    assert (found.side[0], found.placement[0], found.price[0]) == (YES, JOIN, 5000)
    assert found.ev_raw[0] == pytest.approx(0.07 - 0.004375)
    assert found.ev_honest[0] == pytest.approx(0.053625)
    assert found.prob_market[0] == pytest.approx(0.52)


def test_better_odds_of_a_fill_pay_for_a_tick() -> None:
    """0.5 * 0.053625 = 0.0268 for joining, 0.7 * 0.04462675 = 0.0312 for improving."""
    found = best(0.57, alpha_improve=0.7)
    assert (found.placement[0], found.price[0]) == (IMPROVE, 5100)
    assert found.ev_honest[0] == pytest.approx(0.04462675)
    assert found.alpha[0] == 0.7


def test_a_thin_edge_is_not_rescued_by_fill_odds() -> None:
    """At 0.53: 0.5 * 0.017625 = 0.00881 for joining, all of 0.00862675 for improving."""
    found = best(0.53, alpha_join=0.5, alpha_improve=1.0)
    assert found.placement[0] == JOIN


def test_no_is_quoted_at_its_own_price_and_probability() -> None:
    found = best(0.45)
    assert (found.side[0], found.price[0]) == (NO, 4600)
    assert found.prob[0] == pytest.approx(0.55)
    assert found.prob_market[0] == pytest.approx(0.48)
    assert found.ev_raw[0] == pytest.approx(0.55 - 0.46 - 0.0175 * 0.46 * 0.54)


def test_a_losing_quote_is_never_preferred_for_being_filled_less() -> None:
    found = best(0.52, alpha_join=1.0, alpha_improve=0.0, adverse_selection=0.05)
    assert found.placement[0] == JOIN
    assert found.ev_honest[0] < 0.0


def test_without_a_forecast_nothing_is_valued() -> None:
    found = best(float("nan"))
    assert found.ev_honest[0] == -np.inf
    assert np.isnan(found.prob[0])


def test_without_a_price_nothing_is_valued() -> None:
    table = scene(snapshot({2: (50, 0)})).table()
    found = best_quotes(table, np.array([0.9]), POLICY)
    assert (found.price[0], found.ev_honest[0]) == (ABSENT, -np.inf)
