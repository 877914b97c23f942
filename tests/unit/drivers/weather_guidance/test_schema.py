from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

from kalshi_alpha.drivers.weather_guidance import DRIVER
from kalshi_alpha.drivers.weather_guidance.schema import TABLE, Guidance, earliest_at, newest

ROW = Guidance(
    station="KDSM",
    model="NBS",
    issued_at=datetime(2026, 4, 7, 15, tzinfo=UTC),
    climate_day=date(2026, 4, 8),
    tmax_f=59,
    spread_f=3,
)


def test_the_table_holds_what_a_row_holds() -> None:
    assert TABLE.names == tuple(field.name for field in fields(Guidance))


def test_guidance_is_about_days_to_come_and_is_out_no_sooner_than_its_cycle() -> None:
    assert DRIVER.dated_on(ROW) is None
    assert earliest_at(ROW) == ROW.issued_at


def test_the_newest_cycle_is_shown_with_its_nearest_day() -> None:
    older = replace(ROW, issued_at=ROW.issued_at - timedelta(hours=6), tmax_f=70)
    later = replace(ROW, climate_day=date(2026, 4, 9), tmax_f=62)
    found = newest([older, later, ROW])
    assert found.text == "KDSM NBS 2026-04-07 15Z max 59 F on 2026-04-08"
    assert found.on == date(2026, 4, 7)


def test_a_grid_cell_is_the_newest_only_where_there_is_no_station() -> None:
    cell = replace(
        ROW, station="OKX/33,37", model="GRID", issued_at=datetime(2027, 1, 1, tzinfo=UTC)
    )
    assert newest([cell, ROW]).on == date(2026, 4, 7)
    assert newest([cell]).on == date(2027, 1, 1)
