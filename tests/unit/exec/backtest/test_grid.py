from __future__ import annotations

from dataclasses import replace

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.replay.bootstrap import DateBootstrap
from kalshi_alpha.exec.backtest.document import grid_document
from kalshi_alpha.exec.backtest.grid import GridCell, grid_result
from kalshi_alpha.exec.backtest.run import Backtest
from kalshi_alpha.exec.backtest.text import grid_text
from kalshi_alpha.exec.backtest.variant import Variant

DAYS = 150
BOOTSTRAP = DateBootstrap(DAYS, 500)


def cells(done: Backtest, n: int) -> list[GridCell]:
    rng = np.random.default_rng(1)
    profits = [rng.normal(0.0, 10.0, DAYS) for _ in range(n)]
    return [cell(done, i + 1, each) for i, each in enumerate(profits)]


def cell(done: Backtest, contracts: int, profit: FloatArray) -> GridCell:
    figures = replace(done.report.whole, net_pnl=float(profit.sum()))
    return GridCell(f"n={contracts}", Variant(contracts=str(contracts)), figures, profit)


def own(done: Backtest) -> GridCell:
    return cell(done, 1_000, np.zeros(DAYS))


def test_the_best_of_a_search_without_an_edge_proves_nothing(done: Backtest) -> None:
    found = grid_result(cells(done, 12), own(done), BOOTSTRAP)
    assert found.tried == 13
    assert found.best.figures.net_pnl == max(cell.figures.net_pnl for cell in found.cells)
    assert found.p_value > found.p_value_alone
    assert not found.proves


def test_own_settings_count_once(done: Backtest) -> None:
    tried = cells(done, 3)
    assert grid_result(tried, tried[1], BOOTSTRAP).tried == 3
    assert grid_result([*tried, tried[0]], tried[1], BOOTSTRAP).tried == 3


def test_other_settings_that_came_to_the_same_profits_count_too(done: Backtest) -> None:
    tried = cells(done, 3)
    same = replace(tried[1], variant=Variant(cancel_seconds=1.0))
    assert grid_result(tried, same, BOOTSTRAP).tried == 4


def test_from_twenty_variants_on_more_is_asked(done: Backtest) -> None:
    assert grid_result(cells(done, 18), own(done), BOOTSTRAP).limit == 0.05
    assert grid_result(cells(done, 19), own(done), BOOTSTRAP).limit == 0.005


def test_a_real_edge_is_shown_with_what_the_choice_is_worth(done: Backtest) -> None:
    good = np.random.default_rng(2).normal(10.0, 10.0, DAYS)
    best = replace(cell(done, 50, good), name="good")
    found = grid_result([*cells(done, 5), best], own(done), BOOTSTRAP)
    assert found.proves
    document = grid_document(found)
    assert (document["best"], document["tried"]) == ("good", 7)
    assert "corrected for the choice among 7" in grid_text(found)[-1]
