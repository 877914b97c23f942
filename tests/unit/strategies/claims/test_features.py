from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.claims.features import (
    Factor,
    factors_from,
    first_prints,
    initial_rows,
    inputs_of,
    is_first_print,
    later_figures,
    next_release,
    readjusted,
)
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.rows import ClaimsRow, ReleaseRow

AT = datetime(2025, 6, 5, 12, 30, tzinfo=UTC)
WEEK = date(2025, 5, 31)


def row(
    kind: str = "advance",
    sa: int | None = 247_000,
    *,
    week: date = WEEK,
    measure: str = "initial",
    nsa: int | None = None,
    sf_tenths: int | None = None,
    at: datetime = AT,
) -> ClaimsRow:
    return ClaimsRow(
        available_at=at,
        week_ending=week,
        measure=measure,
        kind=kind,
        sa=sa,
        nsa=nsa,
        sf_tenths=sf_tenths,
        published_at=at if kind in {"advance", "revised"} else None,
    )


def release(on: date, *, hour: bool = True, event: str = "claims") -> ReleaseRow:
    at = datetime(on.year, on.month, on.day, 12, 30, tzinfo=UTC) if hour else None
    return ReleaseRow(available_at=AT, event=event, release_on=on, release_at=at)


def test_the_next_release_is_the_first_of_claims_after_the_clock() -> None:
    rows = [
        release(date(2025, 6, 18)),
        release(date(2025, 6, 12)),
        release(date(2025, 6, 11), event="cpi"),
        release(date(2025, 6, 5)),
    ]
    assert next_release(rows, AT) == datetime(2025, 6, 12, 12, 30, tzinfo=UTC)
    with pytest.raises(MissingData, match="no release"):
        next_release(rows[2:], AT)
    with pytest.raises(MissingData, match="no hour"):
        next_release([release(date(2025, 6, 12), hour=False)], AT)


def test_a_first_print_carries_the_week_before_as_its_release_showed_it() -> None:
    rows = initial_rows(
        [
            row(),
            row("revised", 239_000, week=date(2025, 5, 24)),
            row(sa=1_904_000, measure="continued"),
            row(sa=250_000, at=AT + timedelta(days=1)),
        ]
    )
    assert first_prints(rows) == {WEEK: FirstPrint(WEEK, date(2025, 6, 5), 247_000, 239_000)}


def test_a_later_table_stands_in_for_a_missed_release() -> None:
    rows = [row("history", 248_000), row("history", None, nsa=208_642)]
    assert later_figures(rows) == {WEEK: FirstPrint(WEEK, date(2025, 6, 5), 248_000)}


def test_a_table_seen_before_the_next_release_shows_the_first_print() -> None:
    last_moment = datetime(2025, 6, 10, 12, 30, tzinfo=UTC) - timedelta(seconds=1)
    rows = [
        row("history", 247_000, at=last_moment),
        row("history", 239_000, week=date(2025, 5, 24), at=last_moment),
    ]
    assert first_prints(rows) == {WEEK: FirstPrint(WEEK, date(2025, 6, 5), 247_000, 239_000)}
    assert not is_first_print(row("history", at=last_moment + timedelta(seconds=1)))
    assert not is_first_print(row("history", None, nsa=208_642))
    assert not is_first_print(row("revised"))


def test_a_release_goes_before_a_table() -> None:
    rows = [row("history", 900_000), row()]
    assert first_prints(rows)[WEEK].persons == 247_000


def test_newer_factors_put_the_past_on_their_footing() -> None:
    later = AT + timedelta(days=3)
    prints = [
        FirstPrint(WEEK, date(2025, 6, 5), 247_000, 239_000),
        FirstPrint(WEEK + timedelta(days=7), date(2025, 6, 12), 248_000, 247_000),
    ]
    rows = [row(nsa=208_642)]
    factors = factors_from([row("seasonal_factor", None, sf_tenths=800, at=later)])
    first, second = readjusted(prints, rows, factors)
    assert (first.persons, first.previous_shown) == (261_000, 239_000)
    assert (second.persons, second.previous_shown) == (248_000, 261_000)


@pytest.mark.parametrize(
    ("tenths", "known"),
    [(845, AT + timedelta(days=3)), (800, AT - timedelta(days=3))],
    ids=["the same factor", "an older factor"],
)
def test_a_factor_that_says_nothing_new_changes_nothing(tenths: int, known: datetime) -> None:
    prints = (FirstPrint(WEEK, date(2025, 6, 5), 247_000, 239_000),)
    assert readjusted(prints, [row(nsa=208_642)], {WEEK: Factor(tenths, known)}) == prints


def test_inputs_name_the_figures_and_the_factor() -> None:
    used = inputs_of([row(), row(week=date(2025, 4, 5))], date(2025, 6, 7), Factor(963, AT))
    assert [(each.name, each.value) for each in used] == [
        ("initial claims 2025-05-31 (advance)", 247_000),
        ("seasonal factor 2025-06-07", 96.3),
    ]
