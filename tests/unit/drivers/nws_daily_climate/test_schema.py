from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime

from kalshi_alpha.drivers.nws_daily_climate.schema import (
    TABLE,
    ClimateExtreme,
    dated_on,
    earliest_at,
    newest,
)

FINAL = ClimateExtreme(
    station="NYC",
    climate_day=date(2026, 8, 21),
    element="max",
    version="0123456789abcdef",
    value_f=79,
    status="final",
    flags="",
    issued_at=datetime(2026, 8, 22, 6, 26, tzinfo=UTC),
    valid_as_of="",
    observed_time="15:01",
)


def test_the_table_holds_what_a_row_holds() -> None:
    assert TABLE.names == tuple(field.name for field in fields(ClimateExtreme))


def test_a_final_report_cannot_exist_before_its_day_is_over_and_an_interim_one_can() -> None:
    assert dated_on(FINAL) == date(2026, 8, 22)
    assert dated_on(replace(FINAL, status="correction")) == date(2026, 8, 22)
    assert dated_on(replace(FINAL, status="interim")) == date(2026, 8, 21)
    assert earliest_at(FINAL) == FINAL.issued_at


def test_only_a_final_maximum_with_a_value_refreshes_the_feed() -> None:
    today = date(2026, 8, 22)
    interim = replace(FINAL, climate_day=today, status="interim")
    missing = replace(FINAL, climate_day=today, value_f=None, flags="missing")
    minimum = replace(FINAL, climate_day=today, element="min")
    found = newest([interim, FINAL, missing, minimum])
    assert (found.text, found.on) == ("NYC 2026-08-21 max 79 F", date(2026, 8, 21))
    assert newest([interim, missing]).on is None
