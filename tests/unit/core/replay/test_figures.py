from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.ledger.delta import series_delta, settled_fills
from kalshi_alpha.core.replay.baselines import BaselineRules
from kalshi_alpha.core.replay.bootstrap import DateBootstrap
from kalshi_alpha.core.replay.figures import DIMENSIONS, OrderTable, e_value, grouped
from kalshi_alpha.core.replay.outcome import day_outcome
from replay_cases import BEFORE, CHAIN, CHARGED, event, tape

OUTCOMES = [
    day_outcome([event()], CHAIN, BaselineRules()),
    day_outcome([event(tape(winner=2), fees=CHARGED)], CHAIN, BaselineRules()),
    day_outcome([event(tape(BEFORE))], CHAIN, BaselineRules()),
]
TABLE = OrderTable.of(OUTCOMES)
BOOTSTRAP = DateBootstrap(3, 200)


def test_money_adds_up_day_by_day() -> None:
    figures = TABLE.figures(BOOTSTRAP)
    assert TABLE.profit_by_day().tolist() == pytest.approx([7.26, -5.74 - 0.0548, 0.0])
    assert figures.net_pnl == pytest.approx(1.4652)
    assert figures.fees == pytest.approx(0.0548)
    assert figures.gross_pnl == pytest.approx(1.52)
    assert figures.drawdown == pytest.approx(5.7948)
    assert (figures.orders, figures.fills) == (6, 4)
    assert (figures.contracts_posted, figures.contracts_filled) == (60.0, 26.0)
    assert figures.fill_ratio == pytest.approx((1 + 0.3) * 2 / 6)


def test_delta_is_the_ledgers_own() -> None:
    figures = TABLE.figures(BOOTSTRAP)
    delta = series_delta(settled_fills([row for row in TABLE.rows if row.filled_e2]))
    assert figures.delta_bps == pytest.approx(delta.delta_bps)
    assert figures.edge_expected_bps == pytest.approx(delta.edge_expected_bps)
    assert figures.edge_realised_bps == pytest.approx(delta.edge_realised_bps)
    assert figures.units == delta.n_units == 1
    assert figures.t_stat is None, "one piece of news proves nothing"


@pytest.mark.parametrize("name", [*DIMENSIONS, "city month"])
def test_groups_share_out_all_orders_and_all_money(name: str) -> None:
    groups = grouped(TABLE, BOOTSTRAP, name)
    whole = TABLE.figures(BOOTSTRAP)
    assert sum(each.orders for each in groups.values()) == whole.orders
    assert sum(each.net_pnl for each in groups.values()) == pytest.approx(whole.net_pnl)


def test_groups_are_named_as_bins_of_the_ledger() -> None:
    assert set(TABLE.keys("price")) == {".3-.7"}
    assert set(TABLE.keys("lead")) == {"1-7d"}
    assert set(TABLE.keys("side")) == {"yes", "no"}
    assert set(TABLE.keys("month")) == {"2025-01"}


def test_capital_is_locked_from_the_fill_to_the_settlement() -> None:
    first = OrderTable.of(OUTCOMES[:1]).figures(DateBootstrap(1, 10))
    # Ten at 0.40 from 18:10 and three at 0.58 from 18:22, both to 12:00 two days later.
    assert first.capital_hours == pytest.approx(4.0 * (41 + 50 / 60) + 1.74 * (41 + 38 / 60))


def test_no_order_at_all_comes_to_nothing() -> None:
    none = TABLE.figures(BOOTSTRAP, np.zeros(len(TABLE.rows), dtype=np.bool_))
    assert (none.orders, none.net_pnl, none.fill_ratio, none.delta_bps) == (0, 0.0, None, None)
    assert none.e_value == 1.0
    empty = OrderTable.of([])
    assert (empty.rows, empty.days) == ((), ())


def test_a_winning_unit_is_evidence_and_a_losing_one_against() -> None:
    won, lost = ([r for r in outcome.rows if r.filled_e2] for outcome in OUTCOMES[:2])
    assert e_value(won) > 1.0 > e_value(lost)
