from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.calibration import UnitForecast
from kalshi_alpha.core.guards.run_length import binary_arl, threshold_for
from kalshi_alpha.core.guards.union_threshold import (
    AtomTable,
    atom_table,
    union_paths,
    union_threshold,
)

K, TARGET = 0.25, 60.0
N_PATHS = 800  # run lengths are off by about four per cent
PRICES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95)


def bought(price: float) -> UnitForecast:
    return UnitForecast((price, 1.0 - price), (1.0 - price, -price))


MIXED = [bought(price) for price in np.random.default_rng(5).uniform(0.05, 0.95, 40)]


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def shortfall(units: list[UnitForecast], cents: float) -> FloatArray:
    """Return the atoms' true probabilities if every unit wins that much less often."""
    wins = [max(unit.probs[0] - cents, 0.0) for unit in units]
    return np.concatenate([[win, 1.0 - win] for win in wins]) / len(units)


def test_the_whole_guard_runs_as_long_as_was_asked_for_on_a_mixed_book() -> None:
    found = union_threshold(MIXED, K, TARGET, rng(1), n_paths=N_PATHS)
    assert found.source == "simulated"
    seen = union_paths(atom_table(MIXED), K, TARGET, rng(2), n_paths=N_PATHS).arl(found.h)
    assert 0.8 * TARGET <= seen <= 1.2 * TARGET


@pytest.mark.parametrize("price", PRICES)
def test_at_no_single_price_is_it_much_shorter(price: float) -> None:
    units = [bought(price)] * 10
    found = union_threshold(units, K, TARGET, rng(1), n_paths=N_PATHS)
    seen = union_paths(atom_table(units), K, TARGET, rng(2), n_paths=N_PATHS).arl(found.h)
    assert seen >= 0.8 * TARGET


def test_a_lost_edge_is_found_long_before_a_false_alarm() -> None:
    found = union_threshold(MIXED, K, TARGET, rng(1), n_paths=N_PATHS)
    lost = shortfall(MIXED, 0.10)
    delay = union_paths(atom_table(MIXED), K, TARGET, rng(3), n_paths=400, draw=lost).arl(found.h)
    assert delay <= 0.5 * TARGET


def test_without_e_detectors_the_sum_alone_meets_the_exact_chain() -> None:
    table = atom_table([bought(0.5)])
    still = AtomTable(table.probs, table.z, np.zeros(2), np.zeros(2))
    # With nothing to bet on, Shiryaev-Roberts sums count units and alarm at twice the target.
    paths = union_paths(still, K, 2000.0, rng(4), n_paths=1)
    assert paths.e_alarm.tolist() == [4000]
    short = union_paths(table, K, TARGET, rng(4), n_paths=1500)
    seen = short.arl(3.0)
    assert seen == pytest.approx(binary_arl(0.5, K, 3.0, 0.5), rel=0.08)


def test_the_same_seed_gives_the_same_threshold() -> None:
    once, again = (union_threshold(MIXED, K, 20.0, rng(7), n_paths=100) for _ in range(2))
    assert once == again


def test_few_units_and_units_that_never_alarm_have_the_normal_threshold() -> None:
    few = union_threshold([bought(0.5)] * 9, K, 50.0, rng(1))
    blind = union_threshold([bought(0.05)] * 20, K, 50.0, rng(1))
    assert few.source == blind.source == "normal"
    assert few.h == blind.h == threshold_for(100.0, K)


def test_units_that_cannot_be_simulated_are_refused() -> None:
    with pytest.raises(BadParameter, match="no unit"):
        atom_table([])
    with pytest.raises(BadParameter, match="cannot simulate"):
        union_paths(atom_table(MIXED), K, TARGET, rng(1), n_paths=0)
