from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.claims.rows import ClaimsRow, known_rows
from kalshi_alpha.strategies.strategy import Row


def first_row(tables: dict[str, list[Row]]) -> tuple[Row, datetime]:
    row = tables["dol_claims"][0]
    at = row["available_at"]
    assert isinstance(at, datetime)
    return row, at


def test_rows_of_a_later_second_are_passed_over(tables: dict[str, list[Row]]) -> None:
    row, at = first_row(tables)
    [found] = known_rows(lambda _: [row], "dol_claims", ClaimsRow, at)
    assert found.week_ending == row["week_ending"]
    early = at - timedelta(seconds=1)
    assert known_rows(lambda _: [row], "dol_claims", ClaimsRow, early) == ()


@pytest.mark.parametrize(
    "wrong", [{"sa": 247}, {"sa": float("nan")}, {"sf_tenths": 0}, {"available_at": None}]
)
def test_an_impossible_row_is_refused(
    tables: dict[str, list[Row]], wrong: dict[str, object]
) -> None:
    row, at = first_row(tables)
    with pytest.raises(ParseRefused, match="dol_claims table"):
        known_rows(lambda _: [{**row, **wrong}], "dol_claims", ClaimsRow, at)
