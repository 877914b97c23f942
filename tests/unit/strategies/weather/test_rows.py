from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.nws_daily_climate.schema import TABLE as CLIMATE_TABLE
from kalshi_alpha.drivers.nws_observations.schema import TABLE as OBSERVATIONS_TABLE
from kalshi_alpha.drivers.weather_guidance.schema import TABLE as GUIDANCE_TABLE
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.weather.rows import (
    CLIMATE,
    GUIDANCE,
    OBSERVATIONS,
    ClimateRow,
    FeedRow,
    GuidanceRow,
    ObservationRow,
    known_rows,
)

CLOCK = datetime(2025, 1, 15, 12, 20, tzinfo=UTC)
ROW: Row = {
    "station": "KNYC",
    "model": "MAV",
    "issued_at": CLOCK - timedelta(hours=6),
    "climate_day": CLOCK.date(),
    "tmax_f": 40,
    "spread_f": None,
    "available_at": CLOCK,
}


def test_rows_available_later_are_passed_over() -> None:
    late = {**ROW, "available_at": CLOCK + timedelta(seconds=1)}
    assert len(known_rows(lambda _: [ROW, late], GUIDANCE, GuidanceRow, CLOCK)) == 1


@pytest.mark.parametrize(
    "row",
    [{**ROW, "tmax_f": None}, {**ROW, "available_at": CLOCK.replace(tzinfo=None)}, {}],
    ids=["no value", "no zone", "empty"],
)
def test_an_impossible_row_is_refused(row: Row) -> None:
    with pytest.raises(ParseRefused):
        known_rows(lambda _: [row], GUIDANCE, GuidanceRow, CLOCK)


@pytest.mark.parametrize(
    ("feed", "kind", "source", "columns"),
    [
        (GUIDANCE, GuidanceRow, GUIDANCE_TABLE.source, GUIDANCE_TABLE.names),
        (CLIMATE, ClimateRow, CLIMATE_TABLE.source, CLIMATE_TABLE.names),
        (OBSERVATIONS, ObservationRow, OBSERVATIONS_TABLE.source, OBSERVATIONS_TABLE.names),
    ],
)
def test_every_column_read_is_one_that_the_feed_has(
    feed: str, kind: type[FeedRow], source: str, columns: tuple[str, ...]
) -> None:
    assert feed == source
    assert set(kind.__struct_fields__) - {"available_at"} <= set(columns)
