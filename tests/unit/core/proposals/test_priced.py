from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadLadder, BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.policy import Pooling
from kalshi_alpha.core.proposals.priced import model_probabilities
from kalshi_alpha.core.types import Contracts, SettlementGrid
from scan_cases import EVENT, GOLDEN, PERIOD, PMF, Scene, scene, snapshot


def test_each_market_gets_the_probability_of_its_interval() -> None:
    np.testing.assert_allclose(GOLDEN.priced().prob_yes, [0.57, 0.25])


def test_a_ladder_without_a_forecast_has_none_of_its_neighbours() -> None:
    three = [snapshot({2: (50, 46)}, f"KX{name}-24NOV") for name in "ABC"]
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


def pooled(weight: float, **change: object) -> Scene:
    pooling = Pooling(weights={EVENT: weight}, **change)  # type: ignore[arg-type]
    return replace(GOLDEN, policy=replace(GOLDEN.policy, pooling=pooling))


def test_without_weight_the_market_alone_is_believed() -> None:
    priced = pooled(0.0).priced()
    np.testing.assert_allclose(priced.prob_pooled, [0.52, 0.25])  # the mids
    np.testing.assert_allclose(priced.prob_yes, [0.57, 0.25])


def test_the_pool_is_in_log_odds() -> None:
    """.57 and .52 at weight .3: odds exp(.3 ln(.57/.43) + .7 ln(.52/.48))."""
    odds = (0.57 / 0.43) ** 0.3 * (0.52 / 0.48) ** 0.7
    found = pooled(0.3).priced().prob_pooled
    np.testing.assert_allclose(found[0], odds / (1 + odds))


def test_the_pool_is_held_near_the_market_unless_it_rests_on_an_observation() -> None:
    far = pooled(1.0, gap=0.02)
    np.testing.assert_allclose(far.priced().prob_pooled[0], 0.54)
    seen = pooled(1.0, gap=0.02, observed=frozenset({EVENT}))
    np.testing.assert_allclose(seen.priced().prob_pooled[0], 0.57)


def test_a_wide_book_only_bounds_the_market() -> None:
    wide = replace(pooled(0.5), snapshots=scene(snapshot({2: (40, 30)})).snapshots)
    # .57 lies inside 40 to 70 c, so market and model agree.
    np.testing.assert_allclose(wide.priced().prob_pooled, [0.57])


def test_a_one_sided_book_says_nothing_to_pool() -> None:
    alone = replace(pooled(0.0), snapshots=scene(snapshot({2: (0, 46)})).snapshots)
    np.testing.assert_allclose(alone.priced().prob_pooled, [0.57])


@pytest.mark.parametrize("weight", [0.5, 0.8])
def test_a_model_that_is_certain_moves_the_pool_no_further_than_the_gap(weight: float) -> None:
    certain = scene(snapshot({2: (50, 46)}), pmf=GridPmf(PMF.grid, 3, np.array([0.5, 0.5])))
    case = replace(pooled(weight), snapshots=certain.snapshots, forecasts=certain.forecasts)
    assert case.priced().prob_yes.tolist() == [1.0]
    np.testing.assert_allclose(case.priced().prob_pooled, [0.52 + 0.15])


@pytest.mark.parametrize("book", [(50, 0), (0, 50), (0, 0)])
def test_whatever_side_is_empty_the_model_is_not_held_to_it(book: tuple[int, int]) -> None:
    alone = replace(pooled(0.3), snapshots=scene(snapshot({2: book})).snapshots)
    np.testing.assert_allclose(alone.priced().prob_pooled, [0.57])
    assert not alone.run().proposals


def test_proposals_rest_on_the_pool_and_show_all_four_probabilities() -> None:
    (p,) = (each for each in pooled(0.5).run().proposals if each.market_ticker.endswith("T2"))
    assert p.prob_model == pytest.approx(0.57)
    assert p.prob_market == pytest.approx(0.52)
    assert 0.52 < p.prob_pooled < 0.57
    assert p.prob_honest == pytest.approx(p.price.dollars + 0.9 * (p.prob_pooled - 0.5))


def test_a_pooled_stake_stops_at_the_kelly_cap_too() -> None:
    """A hundredth of 10,000 dollars at 50.44 cents is 198 contracts."""
    case = pooled(1.0, gap=1.0).sized(kelly_cap=0.01, kelly_multiplier=1.0)
    assert case.run().proposals[0].contracts == Contracts.whole(198)


def test_a_pooled_probability_is_not_shrunk_again_for_parameter_risk() -> None:
    at_model = replace(GOLDEN, policy=replace(GOLDEN.policy, pooling=None)).run().proposals[0]
    same = pooled(1.0, gap=1.0).run().proposals[0]
    assert same.kelly_fraction == at_model.kelly_fraction
    assert same.contracts > at_model.contracts


@pytest.mark.parametrize(
    "change", [{"weights": {EVENT: 1.1}}, {"gap": -0.1}, {"wide_spread": float("nan")}]
)
def test_impossible_pooling_cannot_be_built(change: dict[str, object]) -> None:
    with pytest.raises(BadParameter):
        Pooling(**{"weights": {}, **change})  # type: ignore[arg-type]
