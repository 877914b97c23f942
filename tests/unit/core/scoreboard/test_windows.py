from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.scoreboard.windows import Window, as_known, end_of_windows
from score_cases import END, FIRST, order

WEEK = Window(END, 7)
HOUR = timedelta(hours=1)


def test_the_end_of_a_window_belongs_to_it_and_its_beginning_does_not() -> None:
    assert WEEK.holds(END)
    assert not WEEK.holds(END - timedelta(days=7))
    assert not WEEK.holds(END + timedelta(microseconds=1))
    assert not WEEK.holds(None)


@given(st.integers(1, 400), st.integers(-900, 900))
def test_an_instant_lies_in_a_window_or_in_the_one_before_and_never_in_both(
    days: int, hours: int
) -> None:
    window = Window(END, days)
    at = END - timedelta(days=days) + timedelta(hours=hours)
    inside = END - timedelta(days=2 * days) < at <= END
    assert window.holds(at) + window.previous.holds(at) == int(inside)


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_a_window_without_a_day_or_of_a_century_is_refused(days: int) -> None:
    with pytest.raises(BadParameter, match="36500 days"):
        Window(END, days)


def test_a_window_whose_end_has_no_zone_is_refused() -> None:
    with pytest.raises(BadParameter, match="zone"):
        Window(datetime(2025, 6, 18), 7)  # noqa: DTZ001


def test_what_was_placed_after_the_clock_is_not_known_at_it() -> None:
    assert list(as_known([order(placed_at=END + HOUR)], END)) == []


def test_a_settlement_after_the_clock_leaves_the_order_open() -> None:
    row = order(settled_at=END + HOUR, outcome=1, payout_e6=5_000_000)
    (known,) = as_known([row], END)
    assert (known.settled_at, known.payout_e6, known.filled_e2) == (None, None, 500)


def test_a_fill_after_the_clock_has_not_happened() -> None:
    (known,) = as_known([order(filled_at=END + HOUR)], END)
    assert (known.filled_e2, known.fee_e6, known.filled_at) == (0, 0, None)


def test_what_happened_before_the_clock_stays_as_it_is() -> None:
    row = order(filled_at=FIRST, settled_at=END, outcome=0, payout_e6=0)
    assert list(as_known([row], END)) == [row]


def test_windows_end_at_the_clock_of_the_run_where_the_systems_clock_wrote_rows() -> None:
    rows = [order(clock_source=ClockSource.SET), order()]
    assert end_of_windows(rows, END, FIRST, is_set=False) == END


def test_a_ledger_of_set_clocks_is_read_at_its_own() -> None:
    rows = [order(clock_source=ClockSource.SET)]
    assert end_of_windows(rows, END, FIRST, is_set=False) == FIRST
    assert end_of_windows(rows, END, FIRST, is_set=True) == END
    assert end_of_windows(rows, FIRST, END, is_set=False) == FIRST.astimezone(UTC)
