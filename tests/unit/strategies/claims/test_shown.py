from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.long_run import LongRun
from kalshi_alpha.strategies.claims.shown import centre_of
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK

MODEL = LongRun((-0.3, -0.35, -0.2, -0.1), (("labor", 0.04),), 0.03, 1000)
START = date(2025, 3, 1)  # six weeks without holidays


def prints(*levels: int | None, shown: dict[int, int] | None = None) -> list[FirstPrint]:
    return [
        FirstPrint(
            START + k * ONE_WEEK,
            START + k * ONE_WEEK + timedelta(days=5),
            level,
            (shown or {}).get(k),
        )
        for k, level in enumerate(levels)
        if level is not None
    ]


def centre(found: list[FirstPrint], after: int) -> float:
    return math.exp(centre_of(found, START + after * ONE_WEEK, MODEL).log)


def test_a_level_that_never_moved_stays() -> None:
    found = prints(*[220_000] * 6)
    assert centre(found, 6) == pytest.approx(220_000)
    assert centre_of(found, START + 6 * ONE_WEEK, MODEL).ahead == 1


def test_the_week_before_counts_as_the_last_release_showed_it() -> None:
    plain = centre(prints(220_000, 220_000, 220_000, 220_000, 230_000, 220_000), 6)
    revised = centre(
        prints(220_000, 220_000, 220_000, 220_000, 230_000, 220_000, shown={5: 220_000}), 6
    )
    assert plain != pytest.approx(220_000)
    assert revised == pytest.approx(220_000)


def test_a_change_of_factors_moves_the_footing_and_is_no_news() -> None:
    """As on 6 April 2023, when 198,000 became 246,000 with the yearly factors."""
    found = prints(200_000, 200_000, 200_000, 200_000, 200_000, 246_000, shown={5: 246_000})
    assert centre(found, 6) == pytest.approx(246_000)


def test_weeks_without_a_print_are_filled_with_their_own_forecast() -> None:
    found = prints(220_000, 220_000, 220_000, 220_000, 220_000, None, None, 220_000)
    assert centre(found, 8) == pytest.approx(220_000)
    ahead = centre_of(prints(*[220_000] * 6), START + 9 * ONE_WEEK, MODEL)
    assert math.exp(ahead.log) == pytest.approx(220_000)
    assert ahead.ahead == 4


def test_a_holiday_effect_is_put_on_the_week_and_taken_off_afterwards() -> None:
    labor = date(2025, 9, 6)
    found = [
        FirstPrint(labor - k * ONE_WEEK, labor - k * ONE_WEEK + timedelta(days=5), 220_000)
        for k in range(6, 0, -1)
    ]
    expected = 220_000 * math.exp(0.04)
    assert math.exp(centre_of(found, labor, MODEL).log) == pytest.approx(expected)
    kept = [*found, FirstPrint(labor, labor + timedelta(days=5), round(expected))]
    assert math.exp(centre_of(kept, labor + ONE_WEEK, MODEL).log) == pytest.approx(
        220_000, rel=1e-5
    )


def test_prints_of_later_weeks_and_of_the_pandemic_are_passed_over() -> None:
    found = prints(*[220_000] * 6)
    late = FirstPrint(START + 6 * ONE_WEEK, START + 7 * ONE_WEEK, 900_000)
    assert centre([*found, late], 6) == centre(found, 6)
    weeks = [date(2020, 4, 4) + k * ONE_WEEK for k in range(6)]
    wild = [FirstPrint(week, week + timedelta(days=5), 3_000_000) for week in weeks]
    with pytest.raises(MissingData):
        centre_of(wild, weeks[-1] + ONE_WEEK, MODEL)


@pytest.mark.parametrize(
    ("levels", "after"),
    [([220_000] * 4, 4), ([220_000] * 6, 33), ([220_000, None, *[220_000] * 3, None], 6)],
    ids=["four weeks", "long ago", "never five in a row"],
)
def test_too_little_is_refused(levels: list[int | None], after: int) -> None:
    with pytest.raises(MissingData):
        centre(prints(*levels), after)
