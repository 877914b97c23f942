from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kalshi_alpha.drivers.dol_claims.errors import BadFigure
from kalshi_alpha.drivers.dol_claims.schema import (
    TABLE,
    ClaimsFigure,
    dated_on,
    earliest_at,
    newest,
)

SATURDAY = date(2025, 6, 7)
RELEASED = datetime(2025, 6, 12, 12, 30, tzinfo=UTC)


def figure(kind: str = "advance", measure: str = "initial", **more: Any) -> ClaimsFigure:
    defaults: dict[str, Any] = {"week_ending": SATURDAY, "sa": 248_000}
    return ClaimsFigure(measure=measure, kind=kind, **{**defaults, **more})


def test_a_row_has_the_tables_columns() -> None:
    row = figure()
    assert all(hasattr(row, name) for name in TABLE.names)
    assert TABLE.key == ("week_ending", "measure", "kind")


@pytest.mark.parametrize(
    "wrong",
    [
        {"week_ending": date(2025, 6, 6)},
        {"sa": 248_500},
        {"sa": 24_000},
        {"sa": 24_800_000},
        {"nsa": 1},
        {"sf_tenths": 9},
        {"sf_tenths": 9690},
    ],
    ids=["friday", "no thousands", "digit lost", "digit won", "actual", "low", "high"],
)
def test_an_impossible_figure_cannot_be_built(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadFigure):
        figure(**wrong)


@pytest.mark.parametrize(
    ("kind", "measure", "day"),
    [
        ("advance", "initial", date(2025, 6, 10)),
        ("history", "initial", date(2025, 6, 10)),
        ("revised", "initial", date(2025, 6, 17)),
        ("advance", "continued", date(2025, 6, 17)),
        ("revised", "continued", date(2025, 6, 24)),
    ],
)
def test_no_figure_exists_before_its_first_possible_release_day(
    kind: str, measure: str, day: date
) -> None:
    row = figure(kind, measure, sa=1_956_000 if measure == "continued" else 248_000)
    assert dated_on(row) == day
    assert earliest_at(row) == datetime(day.year, day.month, day.day, 12, 30, tzinfo=UTC)


def test_a_stated_release_time_is_the_earliest_moment() -> None:
    assert earliest_at(figure(published_at=RELEASED)) == RELEASED


def test_a_seasonal_factor_is_published_ahead_of_its_week() -> None:
    row = figure("seasonal_factor", sa=None, sf_tenths=963)
    assert (dated_on(row), earliest_at(row)) == (None, None)


def test_the_newest_value_is_the_first_print_of_the_newest_week() -> None:
    rows = [
        figure("seasonal_factor", week_ending=date(2025, 6, 14), sa=None, sf_tenths=963),
        figure("history", sa=250_000),
        figure("advance"),
        figure("revised", week_ending=date(2025, 5, 31)),
    ]
    assert newest(rows).text == "advance 2025-06-07 248,000"
    assert newest(rows).on == SATURDAY
    assert newest(rows[:1]).on is None
