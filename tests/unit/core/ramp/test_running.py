from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.ramp.figures import figures
from kalshi_alpha.core.ramp.running import RunningFigures
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.core.worlds.ladders import settled_at
from kalshi_alpha.core.worlds.terms import FAMILY, SHRINK
from world_cases import SHORT, edge_units

BREACHES = ("a cap",)


@pytest.mark.parametrize("statistic", Statistic)
def test_after_every_unit_they_are_what_reading_the_whole_ledger_gives(
    statistic: Statistic,
) -> None:
    declared = Declaration(statistic, SHORT.declaration.declared_at)
    running, rows = RunningFigures(FAMILY, declared), list[LedgerEntry]()
    for number, unit in enumerate(edge_units()):
        rows += evidence_rows(unit.entries)
        running.settle(evidence_rows(unit.entries))
        at = settled_at(number) + timedelta(seconds=1)
        whole = figures(FAMILY, rows, declared, at, shrink=SHRINK, breaches=BREACHES)
        judged = running.judged()
        if judged is None:
            assert not whole.fills
            continue
        assert judged == whole.judged
        assert running.evidence(judged, BREACHES) == whole.evidence()
        assert running.wealth.e_value == whole.e_value
        assert {key: len(fills) for key, fills in running.by_bin.items()} == {
            key: found.n_fills for key, found in whole.bins.items()
        }
    assert running.fills
    assert running.mean(0.0) == whole.judged.settled


def test_orders_from_before_the_declaration_do_not_count() -> None:
    running = RunningFigures(
        FAMILY, Declaration(Statistic.SETTLED, datetime(2099, 1, 1, tzinfo=UTC))
    )
    for unit in edge_units():
        running.settle(unit.entries)
    assert running.fills == []
    assert running.judged() is None
    assert running.mean(1.0) is None


def test_an_open_row_is_refused() -> None:
    row = next(row for unit in edge_units() for row in unit.entries if row.count_e2)
    opened = replace(row, settled_at=None, payout_e6=None, outcome=None)
    with pytest.raises(BadParameter, match="not a settled fill"):
        RunningFigures(FAMILY, SHORT.declaration).settle([opened])
