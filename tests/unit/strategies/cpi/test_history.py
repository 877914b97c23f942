from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.cpi.history import errors_of, gas_changes_of, read_history
from kalshi_alpha.strategies.strategy import Row

APRIL: Row = {
    "month": "2025-04",
    "release_on": "2025-05-13",
    "nowcast_pct": 0.2177,
    "nowcast_on": "2025-05-08",
    "first_print_pct": 0.2,
    "core_first_print_pct": 0.2,
    "gas_mean_usd": 3.1712,
    "gas_prev_mean_usd": 3.0964,
}
MARCH: Row = {**APRIL, "month": "2025-03", "release_on": "2025-04-10", "nowcast_on": "2025-04-07"}


def test_a_month_knows_its_error_and_its_gasoline() -> None:
    months = read_history([APRIL])
    np.testing.assert_allclose(errors_of(months), [-0.0177])
    np.testing.assert_allclose(gas_changes_of(months), [100 * (3.1712 / 3.0964 - 1)])


def test_a_print_is_known_from_half_past_eight_in_new_york() -> None:
    released = datetime(2025, 5, 13, 12, 30, tzinfo=UTC)
    assert [each.month for each in read_history([APRIL, MARCH], released)] == ["2025-03", "2025-04"]
    before = read_history([APRIL, MARCH], released - timedelta(seconds=1))
    assert [each.month for each in before] == ["2025-03"]


@pytest.mark.parametrize("prints", [None, 0.3])
def test_months_without_a_monthly_change_are_left_out_whatever_they_hold(
    prints: float | None,
) -> None:
    """October 2025 was never published, and November's change would span two months."""
    october = {**APRIL, "month": "2025-10", "release_on": "2025-11-13", "first_print_pct": prints}
    november = {**APRIL, "month": "2025-11", "release_on": "2025-12-18", "first_print_pct": prints}
    december = {**APRIL, "month": "2025-12", "release_on": "2026-01-13"}
    months = read_history([december, november, october, APRIL])
    assert [each.month for each in months] == ["2025-04", "2025-12"]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ({"first_print_pct": None}, "first_print_pct"),
        ({"first_print_pct": math.nan}, "first_print_pct"),
        ({"nowcast_pct": 21.77}, "nowcast_pct"),
        ({"gas_prev_mean_usd": 0.0}, "gas_prev_mean_usd"),
        ({"month": "2025-13"}, "month"),
        ({"month": None}, "month"),
        ({"release_on": "13 May"}, "release_on"),
        ({"nowcast_on": "2025-05-13"}, "not older than its release"),
        ({"release_on": "2025-04-09", "nowcast_on": "2025-04-01"}, "was released before 2025-03"),
        ({"month": "2025-03"}, "2025-03 occurs twice"),
    ],
)
def test_an_impossible_month_is_refused_and_named(damage: dict[str, object], why: str) -> None:
    with pytest.raises(ParseRefused, match=why):
        read_history([MARCH, {**APRIL, **damage}])


def test_a_missing_column_is_refused_and_named() -> None:
    lacking = {name: value for name, value in APRIL.items() if name != "core_first_print_pct"}
    with pytest.raises(ParseRefused, match="core_first_print_pct"):
        read_history([lacking])


@given(st.data())
def test_the_order_of_the_rows_does_not_matter(history: list[Row], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(history))
    assert read_history(shuffled) == read_history(history)


@given(st.integers(0, 6 * 365 * 24))
def test_what_is_known_later_only_adds_to_what_was_known(history: list[Row], hours: int) -> None:
    as_of = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    known = read_history(history, as_of)
    assert all(each.released_at <= as_of for each in known)
    assert read_history(history)[: len(known)] == known
