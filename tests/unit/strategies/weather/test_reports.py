from __future__ import annotations

from datetime import UTC, date, datetime

from kalshi_alpha.strategies.weather.reports import first_finals
from kalshi_alpha.strategies.weather.rows import ClimateRow

DAY = date(2025, 1, 14)
MORNING = datetime(2025, 1, 15, 7, 17, tzinfo=UTC)


def row(
    value: int | None,
    status: str = "final",
    *,
    at: datetime = MORNING,
    station: str = "NYC",
    element: str = "max",
) -> ClimateRow:
    return ClimateRow(
        station=station,
        climate_day=DAY,
        element=element,
        status=status,
        issued_at=at,
        value_f=value,
        available_at=at,
    )


def test_interim_reports_and_minima_are_no_finals() -> None:
    evening = datetime(2025, 1, 14, 21, 30, tzinfo=UTC)
    assert first_finals([row(35, "interim", at=evening), row(20, element="min")]) == {}


def test_the_first_final_stands_whatever_a_correction_says() -> None:
    later = MORNING.replace(hour=15)
    rows = [row(36, "correction", at=later), row(35), row(None, "correction", at=later)]
    assert first_finals(rows)[("NYC", DAY)].value_f == 35


def test_a_correction_counts_where_the_final_had_no_value() -> None:
    rows = [row(None), row(36, "correction", at=MORNING.replace(hour=15))]
    assert first_finals(rows)[("NYC", DAY)].value_f == 36


def test_a_final_issued_before_its_day_ended_is_none() -> None:
    assert first_finals([row(35, at=datetime(2025, 1, 15, 4, 59, tzinfo=UTC))]) == {}
    assert first_finals([row(35, at=datetime(2025, 1, 15, 5, 0, tzinfo=UTC))])


def test_stations_are_kept_apart() -> None:
    found = first_finals([row(35), row(74, station="MIA")])
    assert {code: each.value_f for (code, _), each in found.items()} == {"NYC": 35, "MIA": 74}
