from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desk import Morning
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.scores import market_picture, scores_picture
from kalshi_alpha.strategies.cpi import STRATEGY


def test_the_model_stands_beside_every_baseline_with_the_calibration_s_own_crps(
    morning: Morning, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    assert STRATEGY.past is not None
    found = scores_picture(STRATEGY.past(morning.calibration)[0], canvas)
    assert found.table is not None
    own = {row.model: row.crps for row in morning.calibration.skill.rows}
    shown = {row[0]: float(row[1]) for row in found.table.rows}
    assert shown["our model"] == pytest.approx(own["nowcast"], rel=1e-3)
    assert shown["random walk"] == pytest.approx(own["random walk"], rel=1e-3)
    assert "38 % better than the best baseline, 12-month mean" in found.says
    all_drawn(found, ("Brier",), 6e-5)


def test_the_market_is_scored_on_the_orders_that_settled(
    evidence: tuple[LedgerEntry, ...], canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    rows = evidence[:2]
    found = market_picture(rows, canvas)
    assert found.table is not None
    paid = [row.outcome or 0 for row in rows]
    by_hand = sum(
        (row.m_at_fill - y) ** 2 for row, y in zip(rows, paid, strict=True) if row.m_at_fill
    )
    assert float(found.table.rows[2][1]) == pytest.approx(by_hand / 2, abs=6e-5)
    all_drawn(found, ("Brier",), 6e-5)
    assert "others chose which" in found.how


def test_without_a_settled_order_it_waits(
    evidence: tuple[LedgerEntry, ...], canvas: Canvas
) -> None:
    open_row = replace(evidence[0], settled_at=None, outcome=None, payout_e6=None, close_mid=None)
    found = market_picture([open_row], canvas)
    assert "0 settled orders in all" in found.waits
