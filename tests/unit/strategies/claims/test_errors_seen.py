from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.strategies.claims.errors_seen import SCALE_FLOOR, ErrorsSeen, holiday_width

MEMORIAL = date(2025, 5, 31)
PLAIN = date(2025, 3, 15)


def test_the_scale_is_a_weighted_mean_of_absolute_errors() -> None:
    seen = ErrorsSeen(0.05).learned(-0.07, 1.0).learned(0.09, 1.5)
    assert seen.n == 2
    assert seen.level == pytest.approx(0.9 * (0.9 * 0.05 + 0.1 * 0.07) + 0.1 * 0.06)
    assert seen.scale(1.5) == pytest.approx(1.5 * seen.level)


def test_the_scale_has_a_floor_which_holidays_widen() -> None:
    assert ErrorsSeen(0.01).scale(1.0) == SCALE_FLOOR
    assert ErrorsSeen(0.01).scale(1.5) == pytest.approx(0.0525)


def test_a_holiday_keeps_n_over_n_plus_ten_of_its_mean_error() -> None:
    seen = ErrorsSeen(0.05)
    for error in (0.08, 0.06):
        seen = seen.taught(MEMORIAL, error)
    assert seen.holiday_effect(MEMORIAL) == pytest.approx(0.07 * 2 / 12)
    assert seen.holiday_effect(PLAIN) == 0.0
    assert seen.taught(PLAIN, 0.5) == seen


def test_one_strike_does_not_make_a_holiday() -> None:
    seen = ErrorsSeen(0.05).taught(MEMORIAL, 0.9).taught(MEMORIAL, -0.9)
    assert seen.holiday_effect(MEMORIAL) == 0.0


@pytest.mark.parametrize(
    ("week", "width"),
    [
        (date(2025, 1, 25), 1.5),
        (date(2025, 2, 1), 1.5),
        (date(2025, 7, 12), 1.5),
        (date(2025, 1, 11), 1.5),
        (MEMORIAL, 1.0),
        (PLAIN, 1.0),
    ],
    ids=["king", "after king", "after july 4", "after new year", "memorial", "plain"],
)
def test_weeks_of_the_wide_holidays_and_after_are_wider(week: date, width: float) -> None:
    assert holiday_width(week) == width
