from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime

from kalshi_alpha.drivers.cleveland_nowcast.schema import (
    TABLE,
    NowcastPoint,
    dated_on,
    earliest_at,
    newest,
)

MAY = date(2025, 5, 1)
POINT = NowcastPoint(MAY, "cpi", "nowcast", date(2025, 6, 6), "json", 0.1251)


def test_the_table_holds_what_a_row_holds() -> None:
    assert TABLE.names == tuple(field.name for field in fields(NowcastPoint))


def test_a_nowcast_is_usable_from_ten_and_an_actual_from_its_release() -> None:
    assert dated_on(POINT) == date(2025, 6, 6)
    assert earliest_at(POINT) == datetime(2025, 6, 6, 14, 0, tzinfo=UTC)
    actual = replace(POINT, kind="actual", label_on=date(2025, 1, 15))
    assert earliest_at(actual) == datetime(2025, 1, 15, 13, 30, tzinfo=UTC)


def test_only_a_headline_nowcast_makes_the_feed_fresh() -> None:
    later = replace(POINT, label_on=date(2025, 6, 11))
    rows = [POINT, replace(later, kind="actual"), replace(later, measure="pce")]
    found = newest(rows)
    assert (found.text, found.on) == ("cpi 2025-05 +0.1251%", date(2025, 6, 6))
    assert newest(rows[1:]).on is None
