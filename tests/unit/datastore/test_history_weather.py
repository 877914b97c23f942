from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_format import HistoryFile
from kalshi_alpha.datastore.history_weather import (
    ACIS_FILE,
    GHCN_FILE,
    GUIDANCE_FILE,
    WEATHER_HISTORY,
)
from kalshi_alpha.datastore.tables import Observation
from kalshi_alpha.drivers import nws_daily_climate, weather_guidance
from kalshi_alpha.drivers.nws_daily_climate.schema import FINAL
from kalshi_alpha.strategies.weather.stations import BY_CODE

DAY = date(2025, 1, 10)
NOON = datetime(2025, 1, 9, 12, tzinfo=UTC)


def file_of(name: str) -> HistoryFile:
    [file] = [each for each in WEATHER_HISTORY if each.name == name]
    return file


def read(name: str, *rows: dict[str, Any]) -> tuple[Observation, ...]:
    file = file_of(name)
    [layer] = file.layers(file.whole_rows(rows), {})
    return layer


def maximum(name: str, station: str, tmax_f: float = 34.0) -> Mapping[str, object]:
    [found] = read(name, {"station": station, "date": DAY, "tmax_f": tmax_f})
    return found.values


def guidance(gfs: float | None, nam: float | None) -> tuple[Observation, ...]:
    return read(
        GUIDANCE_FILE,
        {
            "station": "KNYC",
            "target_date": DAY,
            "issued_no_later_than_utc": NOON,
            "gfs_mos_tmax_f": gfs,
            "nam_mos_tmax_f": nam,
        },
    )


def test_a_maximum_is_a_final_report_of_the_location() -> None:
    found = maximum(GHCN_FILE, "KNYC")
    assert found.keys() == set(nws_daily_climate.DRIVER.table.names)
    assert (found["station"], found["climate_day"]) == ("NYC", DAY)
    assert (found["element"], found["value_f"], found["status"]) == ("max", 34, FINAL)
    assert maximum(ACIS_FILE, "DEN")["station"] == "DEN"


def test_two_archives_of_one_day_do_not_overwrite_each_other() -> None:
    versions = maximum(GHCN_FILE, "KNYC")["version"], maximum(ACIS_FILE, "NYC")["version"]
    assert versions == ("ghcnd", "acis")


@pytest.mark.parametrize("code", BY_CODE)
def test_no_maximum_is_known_before_its_report_could_be_out(code: str) -> None:
    [found] = read(ACIS_FILE, {"station": code, "date": DAY, "tmax_f": 34.0})
    assert found.available_at == datetime(2025, 1, 12, 5, tzinfo=UTC)
    # Final reports are out within ten hours of the end of the climate day.
    assert (found.available_at - BY_CODE[code].ends_at(DAY)).total_seconds() > 10 * 3600
    assert found.values["issued_at"] == found.available_at


def test_a_mark_for_a_missing_maximum_is_no_maximum(tmp_path: Path) -> None:
    (tmp_path / ACIS_FILE).write_text(f"station,date,tmax_f\nNYC,{DAY},999\n")
    file = file_of(ACIS_FILE)
    rows = History([tmp_path]).frame(file.name, file.columns, file.key, file.key).to_dicts()
    assert file.whole_rows(rows) == []


def test_each_bulletin_is_a_row_of_its_own() -> None:
    mav, met = guidance(36.0, 38.0)
    assert mav.values.keys() == set(weather_guidance.DRIVER.table.names)
    assert [(each.values["model"], each.values["tmax_f"]) for each in (mav, met)] == [
        ("MAV", 36),
        ("MET", 38),
    ]
    assert mav.values["issued_at"] == NOON
    assert mav.available_at == datetime(2025, 1, 9, 18, tzinfo=UTC)


def test_a_bulletin_that_is_not_there_leaves_the_other() -> None:
    assert [each.values["model"] for each in guidance(None, 38.0)] == ["MET"]
    assert [each.values["model"] for each in guidance(36.0, None)] == ["MAV"]
    assert guidance(None, None) == ()
