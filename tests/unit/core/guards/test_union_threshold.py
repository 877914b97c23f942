from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.guards.calibration import UnitForecast, inputs_sha256
from kalshi_alpha.core.guards.new_highs import average_run_length
from kalshi_alpha.core.guards.run_length import binary_arl, threshold_for
from kalshi_alpha.core.guards.union_threshold import (
    AtomTable,
    atom_table,
    union_paths,
    union_threshold,
)

K, TARGET = 0.25, 60.0
N_PATHS = 800  # run lengths are off by about four per cent
SOLD_LONGSHOT = UnitForecast((0.9, 0.1), (0.1, -0.9))
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


def sum_alone(unit: UnitForecast, h: float) -> float:
    """Return the run length of the sum without its e-detectors, from four thousand histories."""
    table, n = atom_table([unit]), 4000
    still = AtomTable(table.probs, table.z, np.zeros(2), np.zeros(2))
    # Those that have nothing to bet on end every history at 900 units; it is cut just before.
    paths = union_paths(still, K, 450.0, rng(20250611), n_paths=n)
    return average_run_length(paths.highs.first_crossings(h, n, 899), 899)


@pytest.mark.parametrize("h", [3.0, 6.0])
def test_simulated_sums_meet_the_exact_chain(h: float) -> None:
    # 4,000 paths of an almost geometric length: two standard errors are 3.2 %.
    assert sum_alone(bought(0.5), h) == pytest.approx(binary_arl(0.5, K, h, 0.5), rel=0.035)


def test_a_threshold_that_no_sum_reached_has_no_run_length() -> None:
    assert sum_alone(bought(0.5), 1e6) == float("inf")


def test_sold_longshots_need_a_higher_threshold_than_bought_ones() -> None:
    sold = union_threshold([SOLD_LONGSHOT] * 10, K, 50.0, rng(1), n_paths=500)
    dear = union_threshold([bought(0.1)] * 10, K, 50.0, rng(1), n_paths=500)
    assert sold.source == dear.source == "simulated"
    assert sold.h > dear.h


def test_a_sold_longshot_alarms_no_sooner_than_was_asked_for_by_the_sum_alone() -> None:
    found = union_threshold([SOLD_LONGSHOT] * 12, K, 100.0, rng(7), n_paths=1500)
    assert binary_arl(0.9, K, found.h, 0.9) >= 95.0


def test_only_the_last_250_units_count() -> None:
    recent = [bought(0.5)] * 250
    found = union_threshold([SOLD_LONGSHOT] * 5 + recent, K, 24.0, rng(3), n_paths=20)
    assert found.inputs_sha256 == inputs_sha256(recent, K, 24.0, 20)


def test_the_same_seed_gives_the_same_threshold() -> None:
    once, again = (union_threshold(MIXED, K, 20.0, rng(7), n_paths=100) for _ in range(2))
    assert once == again


def test_few_units_and_units_that_never_alarm_have_the_normal_threshold() -> None:
    few = union_threshold([bought(0.5)] * 9, K, 50.0, rng(1))
    blind = union_threshold([bought(0.05)] * 20, K, 50.0, rng(1))
    certain = union_threshold([UnitForecast((1.0, 0.0), (0.1, -0.9))] * 20, K, 50.0, rng(1))
    none = union_threshold([], K, 50.0, rng(1))
    assert {each.source for each in (few, blind, certain, none)} == {"normal"}
    assert few.h == blind.h == certain.h == none.h == threshold_for(100.0, K)


def test_units_that_cannot_be_simulated_are_refused() -> None:
    with pytest.raises(InvalidPmf):
        union_threshold([UnitForecast((0.5, 0.6), (0.5, -0.5))] * 10, K, 24.0, rng(1))
    with pytest.raises(BadParameter, match="no unit"):
        atom_table([])
    with pytest.raises(BadParameter, match="cannot simulate"):
        union_paths(atom_table(MIXED), K, TARGET, rng(1), n_paths=0)
