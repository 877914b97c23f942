from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.drivers.weather_guidance.errors import (
    BadBulletin,
    Contradiction,
    GuidanceRefused,
    NotServed,
)
from kalshi_alpha.drivers.weather_guidance.gridpoints import (
    GridMaximum,
    daily_maxima,
    is_json,
    read_gridpoints,
)
from kalshi_alpha.drivers.weather_guidance.schema import Guidance

SAMPLES = Path(__file__).parents[3] / "fixtures" / "weather_guidance" / "samples"


def changed(**changes: Any) -> bytes:
    document = json.loads((SAMPLES / "gridpoints_OKX_maxmin.json").read_bytes())
    document["properties"].update(changes)
    return json.dumps(document).encode()


def layer(valid: str, value: float | None = 25, unit: str = "wmoUnit:degC") -> dict[str, Any]:
    return {"uom": unit, "values": [{"validTime": valid, "value": value}]}


def test_each_interval_gives_its_maximum() -> None:
    first, second = read_gridpoints(changed())
    assert first == GridMaximum(
        cell="OKX/33,37",
        issued_at=datetime(2026, 9, 10, 10, tzinfo=UTC),
        begins_at=datetime(2026, 9, 10, 11, tzinfo=UTC),
        ends_at=datetime(2026, 9, 11, 0, tzinfo=UTC),
        max_c=25.0,
    )
    assert second.max_c == pytest.approx(27.7778, abs=1e-4)


def test_an_interval_without_a_value_says_nothing() -> None:
    (only,) = read_gridpoints((SAMPLES / "gridpoints_null_value.json").read_bytes())
    assert (only.cell, only.max_c) == ("LOT/65,76", 16.67)


def test_a_long_interval_in_another_zone_is_placed_in_utc() -> None:
    body = changed(maxTemperature=layer("2026-09-10T07:00:00-04:00/P1DT1H30M"))
    (only,) = read_gridpoints(body)
    assert (only.begins_at.hour, only.ends_at) == (11, datetime(2026, 9, 11, 12, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "changes",
    [
        {"maxTemperature": layer("2026-09-10T11:00:00+00:00/PT13H", unit="wmoUnit:degF")},
        {"maxTemperature": layer("2026-09-10T11:00:00/PT13H")},
        {"maxTemperature": layer("2026-09-10T11:00:00+00:00/13H")},
        {"maxTemperature": layer("2026-09-10T11:00:00+00:00/PT0H")},
        {"maxTemperature": layer("tomorrow/PT13H")},
        {"maxTemperature": layer("2026-09-10T11:00:00+00:00/PT13H", value=99)},
        {"maxTemperature": None},
        {"updateTime": "2026-09-10T10:00:00"},
    ],
)
def test_a_malformed_answer_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(GuidanceRefused):
        read_gridpoints(changed(**changes))


def test_a_grid_is_told_from_a_bulletin() -> None:
    assert is_json(b"\xef\xbb\xbf\n {}")
    assert not is_json(b"KDSM    NBM V5.0 NBS GUIDANCE")


def test_a_day_has_its_maximum_in_whole_fahrenheit_under_the_name_of_its_cell() -> None:
    skipped: Counter[str] = Counter()
    issued_at = datetime(2026, 9, 10, 10, tzinfo=UTC)
    assert daily_maxima(changed(), skipped) == [
        Guidance("OKX/33,37", "GRID", issued_at, date(2026, 9, 10), 77),
        Guidance("OKX/33,37", "GRID", issued_at, date(2026, 9, 11), 82),
    ]
    assert dict(+skipped) == {"minimum": 1}


@pytest.mark.parametrize(
    ("celsius", "fahrenheit"), [(16.67, 62), (-17.78, 0), (-40, -40), (25, 77), (37.7778, 100)]
)
def test_celsius_becomes_the_whole_fahrenheit_it_was_made_of(
    celsius: float, fahrenheit: int
) -> None:
    body = changed(maxTemperature=layer("2026-09-10T11:00:00+00:00/PT13H", value=celsius))
    assert [row.tmax_f for row in daily_maxima(body, Counter())] == [fahrenheit]


def test_the_highest_of_a_days_intervals_counts_even_after_midnight_utc() -> None:
    """At 00Z it is still the evening of the tenth from New York to Los Angeles."""
    values = [
        {"validTime": "2026-09-10T11:00:00+00:00/PT13H", "value": 25},
        {"validTime": "2026-09-11T00:00:00+00:00/PT1H", "value": 26},
    ]
    (row,) = daily_maxima(
        changed(maxTemperature={"uom": "wmoUnit:degC", "values": values}), Counter()
    )
    assert (row.climate_day, row.tmax_f) == (date(2026, 9, 10), 79)


@pytest.mark.parametrize(
    ("valid", "refusal"),
    [
        ("2026-09-10T06:00:00+00:00/PT13H", Contradiction),
        ("2026-09-10T11:00:00+00:00/P1DT1H", BadBulletin),
    ],
    ids=["the small hours", "longer than a day"],
)
def test_an_interval_of_no_certain_day_is_refused(valid: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        daily_maxima(changed(maxTemperature=layer(valid)), Counter())


def test_a_problem_is_refused_in_the_services_words() -> None:
    with pytest.raises(NotServed, match="404 Not Found: no detail"):
        daily_maxima(b'{"title": "Not Found", "status": 404}', Counter())
