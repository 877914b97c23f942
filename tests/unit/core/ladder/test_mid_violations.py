from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.mid_violations import MidViolations, mid_violations
from kalshi_alpha.core.ladder.quotes import Quote
from kalshi_alpha.core.types import Price

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
ABOVE = [GridInterval(strike + 1, None) for strike in range(6)]


def quote(mid_e2: int, spread_e2: int = 4) -> Quote:
    half_e4 = 50 * spread_e2
    return Quote(Price(100 * mid_e2 - half_e4), Price(100 * mid_e2 + half_e4), NOW)


WORKED = [quote(95), quote(86), quote(61, 6), quote(37, 6), quote(41, 10), quote(5)]


def test_the_worked_example_has_one_violation_and_its_repair_distance() -> None:
    found = mid_violations(ABOVE, WORKED, NOW)
    assert found.count == 1
    assert found.repair_l1 == pytest.approx(0.040, abs=5e-4)


def test_markets_that_pay_below_violate_where_their_mid_falls() -> None:
    below = [GridInterval(None, strike) for strike in range(6)]
    found = mid_violations(below, [each.complement() for each in WORKED], NOW)
    assert found.count == 1
    assert found.repair_l1 == pytest.approx(0.040, abs=5e-4)


def test_neighbours_are_taken_among_the_rungs_that_have_a_mid() -> None:
    silent = Quote(None, None, NOW)
    rungs = [quote(40), silent, quote(45), quote(30)]
    assert mid_violations(ABOVE[:4], rungs, NOW).count == 1


def test_a_bracket_dearer_than_a_market_that_contains_it_is_a_violation() -> None:
    mixed = [GridInterval(3, None), GridInterval(4, 5), GridInterval(None, 2)]
    assert mid_violations(mixed, [quote(40), quote(45), quote(60)], NOW) == MidViolations(1, 0.0)
    assert mid_violations(mixed, [quote(45), quote(40), quote(60)], NOW) == MidViolations(0, 0.0)


def test_the_mids_of_a_partition_only_need_repair() -> None:
    bins = [GridInterval(None, 2), GridInterval(3, None)]
    found = mid_violations(bins, [quote(51), quote(53)], NOW)
    assert found.count == 0
    assert found.repair_l1 == pytest.approx(0.04)


def test_a_ladder_without_mids_has_nothing_to_violate() -> None:
    assert mid_violations(ABOVE[:1], [Quote(None, None, NOW)], NOW) == MidViolations(0, 0.0)


def test_a_ladder_without_markets_is_refused() -> None:
    with pytest.raises(BadLadder):
        mid_violations([], [], NOW)
