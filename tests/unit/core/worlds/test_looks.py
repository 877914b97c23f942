from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.gates.evidence import EvidenceLimits
from kalshi_alpha.core.ledger.delta import settled_fills
from kalshi_alpha.core.ledger.summary import summarise
from kalshi_alpha.core.worlds.ladders import settled_at
from kalshi_alpha.core.worlds.looks import Looks, RampRule
from world_cases import SHORT, edge_units

LENIENT = RampRule(
    EvidenceLimits(min_fills=1, min_units=1, min_delta_bps=-1e4, min_t_stat=-1e3, max_unit_share=1),
    SHORT.declaration,
)


def looked(rule: RampRule, breaches: tuple[str, ...] = ()) -> Looks:
    looks = Looks(rule)
    for at, unit in enumerate(edge_units()):
        looks.look(unit.entries, settled_at(at), breaches)
    return looks


def test_every_unit_is_one_look_and_its_fills_are_taken_in() -> None:
    looks = looked(SHORT)
    rows = [row for unit in edge_units() for row in unit.entries]
    assert looks.n_looks == len(edge_units())
    assert len(looks.fills) == summarise(rows).filled.fills
    assert list(looks.fills) == settled_fills(looks.rows)


def test_a_policy_that_asks_for_nothing_is_go_at_the_last_look() -> None:
    assert looked(LENIENT).found[-1].number == len(edge_units()) - 1


@pytest.mark.parametrize(
    "limit",
    [
        {"min_fills": 100_000},
        {"min_units": 100},
        {"min_delta_bps": 9e3},
        {"min_t_stat": 1e3},
        {"max_unit_share": 0.001},
    ],
)
def test_a_single_limit_that_is_not_reached_is_no_go(limit: dict[str, float]) -> None:
    limits = replace(LENIENT.limits, **limit)  # type: ignore[arg-type]
    assert not looked(replace(LENIENT, limits=limits)).found


def test_a_broken_cap_is_no_go() -> None:
    assert not looked(LENIENT, breaches=("ladder",)).found


def test_orders_from_before_the_declaration_do_not_count() -> None:
    later = replace(LENIENT.declaration, declared_at=settled_at(99))
    assert not looked(replace(LENIENT, declaration=later)).found


def test_no_fill_has_no_mean() -> None:
    looks = Looks(SHORT)
    assert looks.settled_mean() is None
    assert looks.closing_mean() is None
    assert not looks.look((), settled_at(0), ())
