from __future__ import annotations

import math
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.schedule import wall
from kalshi_alpha.strategies.teny.intraday import (
    DECISION,
    QUIET,
    remaining_variance,
    share_left,
)
from kalshi_alpha.strategies.teny.spread import START

DAY = date(2025, 6, 12)


@pytest.mark.parametrize(
    ("at", "share"),
    [
        (time(7, 0), 1.0),
        (time(8, 30), 0.75),
        (time(12, 0), 0.375),
        (time(14, 30), 0.75 / 7),
        (time(15, 30), 0.0),
        (time(16, 0), 0.0),
    ],
)
def test_a_quiet_day_runs_out_evenly_until_half_past_three(at: time, share: float) -> None:
    assert share_left(QUIET, at) == pytest.approx(share)


def test_half_of_a_day_with_a_decision_comes_after_the_statement() -> None:
    assert share_left(DECISION, time(14, 0)) == 0.5
    assert share_left(DECISION, time(14, 30)) == pytest.approx(1 / 3)


@given(st.times(), st.times())
def test_what_is_left_only_shrinks(one: time, other: time) -> None:
    early, late = sorted((one, other))
    for knots in (QUIET, DECISION):
        assert 1.0 >= share_left(knots, early) >= share_left(knots, late) >= 0.0


def test_an_hour_before_the_close_a_spread_of_four_to_six_leaves_one_to_two() -> None:
    """Flat variance over the session leaves 1.3 to 2.0 basis points in the last hour."""
    variance = remaining_variance(START, frozenset(), wall(DAY, time(14, 30)))
    assert math.sqrt(variance) == pytest.approx(6.0 * math.sqrt(0.75 / 7))
    assert 1.3 <= math.sqrt(variance) <= 2.0


def test_news_of_the_morning_is_over_once_it_is_out() -> None:
    jobs = frozenset({"jobs"})
    after, before = wall(DAY, time(8, 30)), wall(DAY, time(8, 29, 59))
    assert remaining_variance(START, jobs, after) == remaining_variance(START, frozenset(), after)
    assert remaining_variance(START, jobs, before) == pytest.approx(36.0 * 1.4**2)


def test_an_afternoon_with_a_decision_is_wider() -> None:
    at = wall(DAY, time(14, 45))
    decision = remaining_variance(START, frozenset({"fomc"}), at)
    assert decision > 2 * remaining_variance(START, frozenset(), at)
