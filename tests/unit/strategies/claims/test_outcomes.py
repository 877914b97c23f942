from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from kalshi_alpha.strategies.claims.outcomes import outcomes
from kalshi_alpha.strategies.strategy import Outcome, Row

RELEASED = datetime(2024, 12, 12, 13, 30, tzinfo=UTC)
KEY = ("initial_claims", date(2024, 12, 7))


def test_the_advance_figure_is_the_outcome_from_its_release(tables: dict[str, list[Row]]) -> None:
    assert KEY not in outcomes(tables.__getitem__, RELEASED - timedelta(seconds=1))
    found = outcomes(tables.__getitem__, RELEASED)
    assert found[KEY] == Outcome(242, RELEASED)
    assert found["initial_claims", date(2024, 11, 23)].index == 213


def test_revisions_and_other_measures_are_no_outcomes(tables: dict[str, list[Row]]) -> None:
    rows = [
        row
        for row in tables["dol_claims"]
        if (row["measure"], row["kind"]) != ("initial", "advance")
    ]
    assert rows
    assert outcomes(lambda _: rows, RELEASED) == {}


def test_a_table_seen_before_the_revision_gives_the_outcome(tables: dict[str, list[Row]]) -> None:
    week = date(2024, 12, 7)
    [advance] = [
        row
        for row in tables["dol_claims"]
        if (row["measure"], row["kind"], row["week_ending"]) == ("initial", "advance", week)
    ]
    table = {**advance, "kind": "history", "published_at": None}
    assert outcomes(lambda _: [table], RELEASED) == {KEY: Outcome(242, RELEASED)}
    later = {**table, "available_at": RELEASED + timedelta(days=9), "sa": 250_000}
    assert outcomes(lambda _: [later], RELEASED + timedelta(days=10)) == {}
