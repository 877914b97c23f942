from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from kalshi_alpha.strategies.strategy import Outcome, Row
from kalshi_alpha.strategies.weather.outcomes import outcomes

MORNING = datetime(2025, 1, 15, 7, 17, tzinfo=UTC)
CLOCK = datetime(2025, 1, 15, 12, 20, tzinfo=UTC)
FINAL: Row = {
    "station": "NYC",
    "climate_day": date(2025, 1, 14),
    "element": "max",
    "version": "0123456789abcdef",
    "value_f": 35,
    "status": "final",
    "flags": "",
    "issued_at": MORNING,
    "available_at": MORNING + timedelta(minutes=5),
}


def reader(rows: Sequence[Row]) -> dict[tuple[str, date], Outcome]:
    return outcomes(lambda _: rows, CLOCK)


def test_a_final_maximum_settles_its_station_and_day() -> None:
    known_at = MORNING + timedelta(minutes=5)
    assert reader([FINAL]) == {("temp_max_nyc", date(2025, 1, 14)): Outcome(35, known_at)}


def test_interim_reports_later_reports_and_strangers_settle_nothing() -> None:
    rows = [
        {**FINAL, "status": "interim"},
        {**FINAL, "available_at": CLOCK + timedelta(seconds=1)},
        {**FINAL, "station": "JFK"},
        {**FINAL, "value_f": None},
    ]
    assert reader(rows) == {}


def test_without_reports_nothing_is_settled() -> None:
    assert reader([]) == {}
