from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kalshi_alpha.drivers.nws_daily_climate.errors import BadReport, Contradiction, WrongBody
from kalshi_alpha.drivers.nws_daily_climate.iem_json import read_archive
from kalshi_alpha.drivers.nws_daily_climate.schema import ClimateExtreme

# The row of 21 August 2026 in New York.
DAY = {
    "station": "KNYC",
    "valid": "2026-08-21",
    "product": "202608220626-KOKX-CDUS41-CLINYC",
    "high": 79,
    "high_time": "301 PM",
    "low": 63,
    "low_time": "424 AM",
    "precip": "T",
}


def read(**changes: Any) -> list[ClimateExtreme]:
    return read_archive(json.dumps({"results": [{**DAY, **changes}]}).encode(), Counter())


def test_a_row_gives_the_extremes_and_the_time_of_its_product() -> None:
    high, low = read()
    assert (high.station, high.climate_day, high.value_f) == ("NYC", date(2026, 8, 21), 79)
    assert high.issued_at == datetime(2026, 8, 22, 6, 26, tzinfo=UTC)
    assert (high.status, high.observed_time) == ("final", "15:01")
    assert (low.element, low.value_f) == ("min", 63)


def test_a_row_made_from_a_report_of_the_running_day_is_interim() -> None:
    assert {r.status for r in read(product="202608212044-KOKX-CDUS41-CLINYC")} == {"interim"}
    # Four minutes before standard midnight, though past midnight by the clock.
    assert {r.status for r in read(product="202608220456-KOKX-CDUS41-CLINYC")} == {"interim"}


@pytest.mark.parametrize("missing", ["M", None])
def test_a_missing_value_stays_missing(missing: str | None) -> None:
    high, low = read(high=missing, high_time=None)
    assert (high.value_f, high.flags, high.observed_time) == (None, "missing", "")
    assert low.value_f == 63


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"high": "T"}, BadReport),
        ({"high": 79.5}, BadReport),
        ({"high": 1e300}, BadReport),
        ({"product": "202613220626-KOKX-CDUS41-CLINYC"}, BadReport),
        ({"product": ""}, BadReport),
        ({"valid": "9999-12-31"}, BadReport),
        ({"station": "KJFK"}, Contradiction),
        ({"low": 80}, Contradiction),
        ({"valid": "21 August"}, WrongBody),
    ],
)
def test_a_malformed_row_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read(**changes)


def test_a_place_whose_standard_time_is_unknown_is_left_out_and_counted() -> None:
    skipped: Counter[str] = Counter()
    day = {**DAY, "station": "KALB", "product": "202608220626-KALY-CDUS41-CLIALB"}
    assert read_archive(json.dumps({"results": [day]}).encode(), skipped) == []
    assert skipped == {"place without a known standard time": 1}
