from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import Money
from kalshi_alpha.core.worlds.desk import Desk, LivedUnit
from kalshi_alpha.core.worlds.draws import N_STAGES, draw
from kalshi_alpha.core.worlds.ladders import settled_at
from kalshi_alpha.core.worlds.terms import DeskTerms
from kalshi_alpha.core.worlds.world import WORLDS, Venue
from world_cases import edge_units, terms


def lived(under: DeskTerms, n_units: int = 3, informed: float = 0.0) -> list[LivedUnit]:
    world = replace(WORLDS["edge"], market_error_sd=3.0, informed=informed)
    desk = Desk(draw(world, Venue(), n_units, np.random.default_rng(2)), Venue(), under)
    return [desk.live_through(unit) for unit in range(n_units)]


def test_every_order_of_a_unit_settles_with_it() -> None:
    rows = [(at, row) for at, unit in enumerate(edge_units()) for row in unit.entries]
    assert rows
    assert all(row.settled_at == settled_at(at) for at, row in rows)
    assert all(row.is_settled for _, row in rows)


def test_the_guard_is_fed_the_profit_of_the_rows() -> None:
    for unit in edge_units():
        paid = [row.realised.dollars for row in unit.entries if row.realised and row.count_e2]
        assert (unit.result is None) == (not paid)
        if unit.result is not None and unit.forecast is not None:
            assert unit.result.pnl == pytest.approx(sum(paid))
            assert sum(unit.forecast.probs) == pytest.approx(1.0)
            assert any(abs(unit.result.pnl - each) < 1e-9 for each in unit.forecast.pnl)
            assert -unit.worst <= unit.result.pnl + 1e-9


def test_the_desk_scans_a_unit_at_each_of_its_clocks() -> None:
    scopes = {row.run_scope for unit in edge_units() for row in unit.entries}
    assert scopes == {f"scan {stage + 1}" for stage in range(N_STAGES)}


def test_the_real_caps_are_kept() -> None:
    assert [unit.breaches for unit in edge_units()] == [()] * len(edge_units())


def test_small_caps_bind_and_are_kept() -> None:
    small = replace(terms(), limits=PalLimits(Money.parse("20"), Money.parse("8")))
    units = lived(small)
    assert all(not unit.breaches for unit in units)
    assert any(unit.worst > 0.0 for unit in units)
    assert all(unit.worst <= 20.0 for unit in units)


def test_a_value_at_risk_that_nothing_fits_leaves_no_order() -> None:
    none = replace(terms(), risk=replace(terms().risk, limit=0.0))
    assert all(not unit.entries for unit in lived(none))


def test_takers_who_know_the_outcome_cost_money() -> None:
    blind, knowing = lived(terms(), 6), lived(terms(), 6, informed=1.0)

    def profit(units: list[LivedUnit]) -> float:
        return sum(unit.result.pnl for unit in units if unit.result)

    assert profit(knowing) < min(profit(blind), 0.0)
