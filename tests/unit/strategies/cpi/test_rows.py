from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.cpi.rows import (
    GasRow,
    LevelRow,
    NowcastRow,
    ReleaseRow,
    WeekRow,
    known_rows,
)
from kalshi_alpha.strategies.strategy import Row

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
LEVEL: Row = {
    "series_id": "CUSR0000SA0",
    "month": date(2025, 4, 1),
    "index_e3": 320_321,
    "footnotes": "",
    "available_at": AT,
}


def test_a_row_is_known_from_its_very_instant_and_not_a_second_earlier() -> None:
    later = {**LEVEL, "month": date(2025, 5, 1), "available_at": AT + timedelta(seconds=1)}
    found = known_rows(lambda _: [LEVEL, later], "bls_cpi", LevelRow, AT)
    assert [row.month for row in found] == [date(2025, 4, 1)]


def test_the_tables_of_the_reference_scenario_are_read_whole(
    tables: dict[str, list[Row]],
) -> None:
    counts = {
        "macro_calendar": len(known_rows(tables.__getitem__, "macro_calendar", ReleaseRow, AT)),
        "bls_cpi": len(known_rows(tables.__getitem__, "bls_cpi", LevelRow, AT)),
        "cleveland_nowcast": len(
            known_rows(tables.__getitem__, "cleveland_nowcast", NowcastRow, AT)
        ),
        "aaa_gas": len(known_rows(tables.__getitem__, "aaa_gas", GasRow, AT)),
        "eia_gas": len(known_rows(tables.__getitem__, "eia_gas", WeekRow, AT)),
    }
    assert counts == {feed: len(rows) for feed, rows in tables.items()}


@pytest.mark.parametrize(
    "damage",
    [
        {"index_e3": 0},
        {"index_e3": None},
        {"index_e3": 320.3},
        {"month": "April"},
        {"available_at": datetime(2025, 6, 11, 10, 30)},  # noqa: DTZ001 - the damage
        {"available_at": None},
    ],
    ids=str,
)
def test_an_impossible_row_is_refused_with_its_feed(damage: dict[str, object]) -> None:
    with pytest.raises(ParseRefused, match="bls_cpi table"):
        known_rows(lambda _: [{**LEVEL, **damage}], "bls_cpi", LevelRow, AT)
