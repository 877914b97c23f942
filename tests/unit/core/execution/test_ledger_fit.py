from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import AT, ledger_row
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.expected_fill import cold_start_curve
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.execution.ledger_fit import (
    CURVE_ORDERS_MIN,
    fitted_curve,
    order_rows,
    tuned_alpha,
)
from kalshi_alpha.core.execution.slippage import CurveForm
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry, LedgerMode

# Twelve orders of a worked example: posted, filled, age in days.
WORKED = [
    (10, 10, 0), (10, 0, 1), (20, 6, 1), (5, 5, 2), (10, 2, 3), (50, 5, 4),
    (10, 0, 5), (10, 10, 6), (25, 10, 8), (10, 3, 9), (10, 0, 11), (10, 4, 13),
]  # fmt: skip
# Relative size, ticks above the touch and orders of a worked example of depth slippage.
SIZES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0]
TICKS = [0.1, 0.05, 0.3, 0.2, 0.6, 0.5, 1.1, 1.0, 1.8, 2.1]
COUNTS = [40, 35, 30, 25, 20, 15, 12, 8, 6, 3]
DEPTH_E2, TICK_E4, TOUCH_E4 = 10_000, 100, 6000


def row(number: int, days: float = 0.0, **changes: Any) -> LedgerEntry:
    """Build one order of its own run, placed some days before the clock."""
    placed = AT - timedelta(days=days)
    own = {"as_of": placed, "placed_at": placed, "run_scope": f"run {number}"}
    return ledger_row(**{"fee_e6": 0, **own, **changes})


def worked_rows() -> list[LedgerEntry]:
    return [
        row(i, days, posted_e2=100 * posted, filled_e2=100 * filled)
        for i, (posted, filled, days) in enumerate(WORKED)
    ]


def paid(number: int, size: float, ticks: float, **changes: Any) -> LedgerEntry:
    """Build one wholly filled order of a size relative to the depth, some ticks above the bid."""
    count = round(size * DEPTH_E2)
    own = {
        "price_e4": TOUCH_E4 + round(ticks * TICK_E4),
        "posted_e2": count,
        "filled_e2": count,
        "touch_e4": TOUCH_E4,
        "touch_depth_e2": DEPTH_E2,
        "tick_e4": TICK_E4,
    }
    return row(number, **(own | changes))


def paid_rows() -> list[LedgerEntry]:
    each = [pair for *pair, n in zip(SIZES, TICKS, COUNTS, strict=True) for _ in range(int(n))]
    return [paid(i, size, ticks) for i, (size, ticks) in enumerate(each)]


def test_the_worked_example_of_twelve_orders_comes_out_of_a_ledger() -> None:
    found = tuned_alpha(worked_rows(), "CPI", AT)

    assert found.n_eff == pytest.approx(7.685, abs=5e-4)
    assert (found.a, found.b) == pytest.approx((6.275, 7.410), abs=5e-4)
    assert found.alpha == pytest.approx(0.4585, abs=5e-5)
    assert (found.lo10, found.hi90) == pytest.approx((0.290, 0.630), abs=5e-4)
    assert found.n_orders == 12


def test_forecasts_practice_other_families_and_what_lies_outside_the_look_back_do_not_count() -> (
    None
):
    strangers = [
        row(90, kind=EntryKind.EXPECTED, filled_e2=0),
        row(91, family="TNEY"),
        row(92, -1e-4),
        row(93, 14.001),
        row(94, mode=LedgerMode.SIM),
    ]
    assert order_rows(strangers, "CPI", AT) == []
    assert tuned_alpha([*worked_rows(), *strangers], "CPI", AT) == tuned_alpha(
        worked_rows(), "CPI", AT
    )
    assert len(order_rows(strangers, "CPI", AT, 15)) == 1


def test_without_orders_the_ratio_is_the_cold_start() -> None:
    found = tuned_alpha([], "CPI", AT)
    assert (found.alpha, found.n_orders) == (COLD_START_ALPHA.alpha, 0)


def others(filled_e2: Iterable[int], orders: int) -> list[LedgerEntry]:
    return [
        row(i, family=family, posted_e2=1000, filled_e2=filled)
        for family, filled in zip(("TNEY", "CLAIMS"), filled_e2, strict=True)
        for i in range(orders)
    ]


def test_two_families_with_enough_orders_make_the_prior() -> None:
    """Means .2 and .4 with no noise: variance .02, so a + b = .21 / .02 - 1 = 9.5 about .3."""
    found = tuned_alpha(others((200, 400), 15), "CPI", AT)
    assert (found.a, found.b) == pytest.approx((2.85, 6.65))


@pytest.mark.parametrize("entries", [others((200, 400), 14), others((200, 400), 20)[:20]])
def test_few_orders_or_one_family_make_no_prior(entries: list[LedgerEntry]) -> None:
    assert tuned_alpha(entries, "CPI", AT).alpha == COLD_START_ALPHA.alpha


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf")])
def test_an_impossible_look_back_is_refused(days: float) -> None:
    with pytest.raises(BadParameter, match="look-back"):
        tuned_alpha([], "CPI", AT, days)
    with pytest.raises(BadParameter, match="look-back"):
        fitted_curve([], "CPI", AT, days)


def test_the_worked_example_of_slippage_comes_out_of_a_ledger() -> None:
    found = fitted_curve(paid_rows(), "CPI", AT)

    assert (found.n_orders, found.n_sizes, found.n_untold) == (194, 10, 0)
    assert not found.is_cold_start
    assert found.curve.form is CurveForm.POWER
    power = found.curve.power
    assert power is not None
    assert (power.scale, power.exponent) == pytest.approx((0.865, 0.857), abs=1e-3)
    assert (power.scale_se, power.exponent_se) == pytest.approx((0.071, 0.106), abs=1e-3)
    assert found.curve.ticks(1.0) > power.scale


def test_the_same_ledger_gives_the_same_curve_in_any_order() -> None:
    first, again = fitted_curve(paid_rows(), "CPI", AT), fitted_curve(paid_rows()[::-1], "CPI", AT)
    np.testing.assert_allclose(first.curve.upper_ticks, again.curve.upper_ticks, rtol=1e-9)


def test_nine_orders_leave_the_cold_start_and_the_tenth_makes_a_curve() -> None:
    nine = paid_rows()[: CURVE_ORDERS_MIN - 1]
    few = fitted_curve(nine, "CPI", AT)
    assert (few.is_cold_start, few.n_orders) == (True, 9)
    assert few.curve.ticks(2.0) == cold_start_curve().ticks(2.0) == 2.0

    enough = fitted_curve([*nine, paid(999, 1.0, 1.0)], "CPI", AT)
    assert (enough.is_cold_start, enough.curve.form) == (False, CurveForm.ISOTONIC)


def test_an_order_without_a_fill_paid_nothing_and_one_without_a_touch_is_counted_apart() -> None:
    unfilled = paid(990, 1.0, 5.0, filled_e2=0)
    untold = paid(991, 1.0, 5.0, touch_e4=None, touch_depth_e2=None, tick_e4=None)
    forecast = paid(992, 1.0, 5.0, filled_e2=0, kind=EntryKind.EXPECTED)

    found = fitted_curve([*paid_rows(), unfilled, untold, forecast], "CPI", AT)

    assert (found.n_orders, found.n_untold) == (194, 1)
    np.testing.assert_array_equal(
        found.curve.upper_ticks, fitted_curve(paid_rows(), "CPI", AT).curve.upper_ticks
    )


orders = st.tuples(st.integers(1, 300), st.integers(-3, 20))


@given(st.lists(orders, max_size=15))
def test_whatever_was_paid_the_curve_never_falls_and_never_promises_a_gain(
    drawn: list[tuple[int, int]],
) -> None:
    rows = [paid(i, size / 100, ticks) for i, (size, ticks) in enumerate(drawn)]
    found = fitted_curve(rows, "CPI", AT)

    served = [found.curve.ticks(size) for size in np.linspace(0.0, 4.0, 9).tolist()]
    assert found.is_cold_start == (len(rows) < CURVE_ORDERS_MIN)
    assert found.n_orders == len(rows)
    assert all(low <= high + 1e-12 for low, high in pairwise(served))
    assert served[0] == 0.0


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 100), st.integers(0, 20)), max_size=8))
def test_the_ratio_lies_inside_its_interval_and_counts_what_it_rests_on(
    drawn: list[tuple[int, int, int]],
) -> None:
    rows = [
        row(i, days, posted_e2=100 * posted, filled_e2=posted * share)
        for i, (posted, share, days) in enumerate(drawn)
    ]
    found = tuned_alpha(rows, "CPI", AT)
    assert 0.0 < found.lo10 < found.alpha < found.hi90 < 1.0
    assert found.n_orders == sum(days <= 14 for _, _, days in drawn)
    assert found.n_eff <= found.n_orders
