from __future__ import annotations

from datetime import timedelta

import pytest

from kalshi_alpha.sim.engine_events import BookSnapshot
from kalshi_alpha.sim.faults import FaultPlan
from kalshi_alpha.sim.faults_books import BookLies, is_crossed
from sim_exchange import LOW, MID, START, exchange


@pytest.mark.parametrize("seed", range(6))
def test_a_wrong_book_is_empty_one_sided_or_crossed_and_ends(seed: int) -> None:
    ex = exchange()
    ex.rest(price="0.3400")
    ex.rest(side="ask", price="0.3600")
    lies = BookLies(ex.app.engine, FaultPlan(seed))
    true = lies.shown(MID, START)
    lies.begin(MID, START)
    shown = lies.shown(MID, START)
    assert not shown.no or is_crossed(shown)
    assert shown != true
    assert lies.shown(LOW, START) == ex.app.engine.book(LOW)
    over = START + timedelta(seconds=11)
    assert not lies.lasts(MID, over)
    assert lies.shown(MID, over) == true


def test_bids_cross_when_they_pay_a_dollar_together() -> None:
    assert is_crossed(BookSnapshot(MID, ((3400, 1),), ((6600, 1),), START))
    assert not is_crossed(BookSnapshot(MID, ((3400, 1),), ((6500, 1),), START))
    assert not is_crossed(BookSnapshot(MID, (), ((6600, 1),), START))
