from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.drivers.weather_guidance.errors import GuidanceRefused
from kalshi_alpha.drivers.weather_guidance.gridpoints import GridMaximum, read_gridpoints

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
