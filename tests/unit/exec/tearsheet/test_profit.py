from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.profit import days_of, profit_picture

AT = datetime(2024, 12, 13, 20, 0, tzinfo=UTC)


def settled(row: LedgerEntry, hours: float, paid: bool) -> LedgerEntry:
    full = row.filled_e2 * 10_000
    return replace(
        row,
        settled_at=row.placed_at + timedelta(hours=hours),
        outcome=int(paid),
        payout_e6=full if paid else 0,
    )


def test_profit_is_summed_by_new_york_day_and_falls_from_its_best(
    entry: Callable[..., LedgerEntry],
) -> None:
    row = entry()
    # Five NO at 68 cents with 1.91 cents of fee: +1.5809 if they pay, -3.4191 if not.
    days = days_of([settled(row, 2, True), settled(row, 30, False), settled(row, 31, True)])
    assert [(str(each.day), each.orders) for each in days] == [("2024-12-11", 1), ("2024-12-12", 2)]
    assert [each.total for each in days] == pytest.approx([1.5809, -0.2573])
    assert [each.fall for each in days] == pytest.approx([0.0, 1.8382])


def test_a_first_loss_is_a_fall_from_nothing(entry: Callable[..., LedgerEntry]) -> None:
    [day] = days_of([settled(entry(), 2, False)])
    assert [day.total, day.fall] == pytest.approx([-3.4191, 3.4191])


def test_the_line_shows_the_table_and_the_diamond_what_is_open(
    entry: Callable[..., LedgerEntry], canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    row = entry()
    rows = [settled(row, 2, True), settled(row, 30, False), replace(row, m_at_fill=0.7)]
    found = profit_picture(rows, AT, canvas)
    # The open one is worth 70 cents less 68 paid and the fee: 0.1 - 0.0191.
    assert "Settled -1.84 dollars; marked with 1 open orders -1.76" in found.says
    all_drawn(found, ("total",), 0.006)
    assert found.n == "2 settled orders, 1 open"


def test_before_the_first_settlement_it_waits(
    entry: Callable[..., LedgerEntry], canvas: Canvas
) -> None:
    found = profit_picture([entry(m_at_fill=0.7)], AT, canvas)
    assert "1 filled order" in found.waits
    assert "+0.08 dollars" in found.waits


def test_open_orders_are_said_to_be_marked_by_the_mids_of_their_own_rows(
    entry: Callable[..., LedgerEntry], canvas: Canvas
) -> None:
    """No newer price is read: what a row keeps is its mid at the close, or when it was filled."""
    kept = "by the last mid that their rows keep, from when they were placed or filled, or from"
    placed, closed = entry(m_at_fill=0.7), replace(entry(m_at_fill=0.7), close_mid=0.5)
    waits = profit_picture([placed, closed], AT, canvas).waits
    assert f"Open orders are marked {kept} the close" in waits
    # Five NO at 68 cents: worth 70 and 50, each less 1.91 cents of fee.
    assert "-0.84 dollars" in waits
    how = profit_picture([settled(placed, 2, True), placed], AT, canvas).how
    assert f"{kept} the close" in how
