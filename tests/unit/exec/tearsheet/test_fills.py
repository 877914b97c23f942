from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from kalshi_alpha.core.execution.ledger_fit import fitted_curve, tuned_alpha
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.fills import (
    fills_picture,
    is_over,
    queue_bins,
    slippage_picture,
)

AT = datetime(2024, 12, 11, 11, 31, tzinfo=UTC)


def touched(entry: Callable[..., LedgerEntry], **changes: Any) -> LedgerEntry:
    return entry(**{"touch_e4": 6800, "touch_depth_e2": 20_000, "tick_e4": 100, **changes})


def test_orders_are_gathered_by_the_queue_ahead(entry: Callable[..., LedgerEntry]) -> None:
    rows = [
        touched(entry),
        touched(entry, filled_e2=0, fee_e6=0),
        touched(entry, touch_depth_e2=500_000, filled_e2=100),
        entry(),
    ]
    found = queue_bins(rows)
    assert [each.name for each in found] == ["100 to 300", "over 3,000", "not known"]
    assert [each.mean_ratio for each in found] == pytest.approx([0.5, 0.2, 1.0])
    first = found[0]
    assert (first.orders, first.posted, first.filled) == (2, 10.0, 5.0)
    assert queue_bins([]) == []


def test_the_interval_is_the_one_that_sizing_uses(
    entry: Callable[..., LedgerEntry], canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    rows = [touched(entry), touched(entry, filled_e2=0, fee_e6=0)]
    found = fills_picture(rows, "CPI", AT, canvas)
    alpha = tuned_alpha(rows, "CPI", AT)
    assert f"support a ratio of {100 * alpha.alpha:.0f} %" in found.says
    assert found.says.startswith("1 of 2 orders had a fill.")
    all_drawn(found, ("mean share %",), 0.051)
    assert found.n == "2 orders, effectively 2"


def test_an_order_that_may_still_fill_tells_nothing(
    entry: Callable[..., LedgerEntry], canvas: Canvas
) -> None:
    resting = touched(entry, filled_e2=0, fee_e6=0, lead_hours=1.9)
    assert "There are 0 of them" in fills_picture([resting], "CPI", AT, canvas).waits
    closed = AT + timedelta(hours=2)
    assert fills_picture([resting], "CPI", closed, canvas).says.startswith("0 of 1 orders")
    # Nor does one that filled whole: with only those, everything would seem to fill.
    whole = touched(entry, lead_hours=1.9)
    assert [is_over(row, AT) for row in (resting, whole)] == [False, False]
    assert [is_over(row, closed) for row in (resting, whole)] == [True, True]


def test_without_a_seen_order_the_ratio_is_called_a_guess(canvas: Canvas) -> None:
    found = fills_picture([], "CPI", AT, canvas)
    assert "a guess: 0.50" in found.waits
    assert "between 0.25 and 0.75" in found.waits


def test_slippage_waits_for_ten_orders_and_says_how_many_there_are(
    entry: Callable[..., LedgerEntry], canvas: Canvas
) -> None:
    rows = [touched(entry) for _ in range(4)] + [entry()]
    found = slippage_picture(rows, "CPI", AT, canvas)
    assert "Needs 10 filled orders" in found.waits
    assert "There are 4 of them (1 more without a touch)" in found.waits


def test_the_curve_is_the_fitted_one(
    entry: Callable[..., LedgerEntry], canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    rng = np.random.default_rng(3)
    rows = [
        touched(
            entry,
            market_ticker=f"M{i}",
            price_e4=6800 + 100 * int(rng.integers(0, 3)),
            posted_e2=2000 * (1 + i),
            filled_e2=2000 * (1 + i),
        )
        for i in range(12)
    ]
    found = slippage_picture(rows, "CPI", AT, canvas)
    fit = fitted_curve(rows, "CPI", AT)
    assert found.n == f"{fit.n_orders} filled orders of {fit.n_sizes} sizes"
    assert f"{fit.curve.ticks(1.0):.2f} ticks" in found.says
    all_drawn(found, ("fitted ticks", "upper bound"), 6e-4)
