from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.datastore.history_format import HistoryFile, Layer, Rows, end_of, morning_of


def no_layers(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    del rows, releases
    return iter(())


FILE = HistoryFile(
    "some.csv",
    "some_feed",
    (("on", "date"), ("first", "float"), ("second", "float")),
    ("on",),
    no_layers,
    optional=frozenset({"second"}),
)
DAY = date(2025, 6, 11)


def test_a_day_is_over_at_midnight_in_new_york() -> None:
    assert end_of(DAY) == datetime(2025, 6, 12, 4, tzinfo=UTC)
    assert end_of(date(2025, 1, 11)) == datetime(2025, 1, 12, 5, tzinfo=UTC)


def test_statistics_come_out_at_half_past_eight_in_new_york() -> None:
    assert morning_of(DAY) == datetime(2025, 6, 11, 12, 30, tzinfo=UTC)
    assert morning_of(date(2025, 1, 15)) == datetime(2025, 1, 15, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize("first", [None, float("nan"), float("inf")])
def test_a_row_without_a_needed_value_is_left_out(first: float | None) -> None:
    assert not FILE.whole_rows([{"on": DAY, "first": first, "second": 1.0}])
    assert not FILE.whole_rows([{"on": None, "first": 80.0, "second": 1.0}])


def test_an_optional_value_may_be_absent() -> None:
    row = {"on": DAY, "first": 135.0, "second": float("nan")}
    assert FILE.whole_rows([row]) == [{"on": DAY, "first": 135.0, "second": None}]
