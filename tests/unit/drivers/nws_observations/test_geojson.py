from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.drivers.nws_observations.errors import NotServed, ObservationsRefused
from kalshi_alpha.drivers.nws_observations.geojson import read_collection
from kalshi_alpha.drivers.nws_observations.schema import Observation

SAMPLES = Path(__file__).parents[3] / "fixtures" / "nws_observations" / "samples"
MIDWAY = "KMDW 040153Z 15005KT 10SM CLR 29/23 A2993 RMK AO2 SLP121 T02940228 $"


def feature(raw: str | None = MIDWAY, value: Any = 29.4, **changes: Any) -> dict[str, Any]:
    properties = {
        "station": "https://api.weather.gov/stations/KMDW",
        "stationId": "KMDW",
        "timestamp": "2026-09-04T01:53:00+00:00",
        "rawMessage": raw,
        "temperature": {"unitCode": "wmoUnit:degC", "value": value, "qualityControl": "V"},
    }
    return {"properties": {**properties, **changes}}


def read(*features: dict[str, Any]) -> tuple[list[Observation], Counter[str]]:
    skipped: Counter[str] = Counter()
    rows = read_collection(json.dumps({"features": features}).encode(), skipped)
    return rows, +skipped


def one(*features: dict[str, Any]) -> Observation:
    (row,), skipped = read(*features)
    assert not skipped
    return row


def test_the_midway_rows_are_read_with_their_precision() -> None:
    body = (SAMPLES / "observations_KMDW_2026-09-04.json").read_bytes()
    rows = read_collection(body, Counter())
    assert [
        (f"{row.observed_at:%H:%M}", row.kind, row.temp_c_tenths, row.whole_degree) for row in rows
    ] == [
        ("02:20", "five_minute", 300, True),
        ("02:05", "five_minute", 290, True),
        ("01:53", "metar", 294, False),
    ]


def test_a_report_without_tenths_is_rounded_to_whole_degrees() -> None:
    row = one(feature(MIDWAY.replace(" T02940228 $", ""), 29))
    assert (row.temp_c_tenths, row.whole_degree) == (290, True)


def test_extremes_of_six_hours_count_at_the_hours_they_are_made() -> None:
    raw = "KMDW 040553Z CLR RMK AO2 T02940228 10316 20233"
    at = "2026-09-04T05:53:00+00:00"
    row = one(feature(raw, timestamp=at))
    assert (row.max_6h_c_tenths, row.min_6h_c_tenths) == (316, 233)
    other = one(feature(raw.replace("0553", "0253"), timestamp=at.replace("05", "02", 1)))
    assert (other.max_6h_c_tenths, other.min_6h_c_tenths) == (None, None)


def test_extremes_of_the_day_count_at_a_full_hour() -> None:
    raw = "KNYC 040451Z CLR RMK AO2 T02940228 403220233"
    at = {"timestamp": "2026-09-04T04:51:00+00:00", "stationId": "KNYC"}
    row = one(feature(raw, **at))
    assert (row.max_24h_c_tenths, row.min_24h_c_tenths) == (322, 233)
    late = {**at, "timestamp": "2026-09-04T04:31:00+00:00"}
    assert one(feature(raw.replace("0451", "0431"), **late)).max_24h_c_tenths is None


def test_extremes_are_kept_when_the_temperature_is_null() -> None:
    raw = "KMDW 040553Z CLR RMK AO2 10316"
    row = one(feature(raw, None, timestamp="2026-09-04T05:53:00+00:00"))
    assert (row.temp_c_tenths, row.max_6h_c_tenths) == (None, 316)


@pytest.mark.parametrize("value", [29.4, "29.4", "29.40"])
def test_a_number_may_come_as_text(value: Any) -> None:
    assert one(feature("", value)).temp_c_tenths == 294


def test_a_station_is_read_from_its_address_if_it_has_no_name() -> None:
    assert one(feature("", 29, stationId="")).station == "KMDW"


def test_a_null_temperature_is_counted_and_never_zero() -> None:
    rows, skipped = read(feature("", None), feature("", 29, temperature=None))
    assert (rows, skipped) == ([], {"no temperature": 2})


@pytest.mark.parametrize("code", ["X", "Q", "B"])
def test_a_value_that_failed_its_quality_control_is_counted(code: str) -> None:
    bad = {"unitCode": "wmoUnit:degC", "value": 29, "qualityControl": code}
    assert read(feature("", temperature=bad)) == ([], {"no temperature": 1})


@pytest.mark.parametrize("code", ["V", "C", "S", "Z", ""])
def test_a_value_that_passed_or_was_not_checked_is_read(code: str) -> None:
    good = {"unitCode": "wmoUnit:degC", "value": 29, "qualityControl": code}
    assert one(feature("", temperature=good)).temp_c_tenths == 290


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (feature("", 29, temperature={"unitCode": "wmoUnit:degF", "value": 84}), "another unit"),
        (feature("", "warm"), "no number"),
        (feature("", 99), "beyond belief"),
        (feature("", "nan"), "beyond belief"),
        (feature(MIDWAY.replace("KMDW", "KORD")), "report of another time or place"),
        (feature(MIDWAY.replace("0153Z", "0253Z")), "report of another time or place"),
        (feature(MIDWAY, 35), "report and field disagree"),
        (feature(MIDWAY.replace("T0294", "T0999"), None), "beyond belief"),
        (
            feature("KMDW 040553Z RMK 10233 20316", timestamp="2026-09-04T05:53:00+00:00"),
            "extremes out of order",
        ),
        (feature("NIL"), "no report"),
        (feature("", 29, timestamp="2026-09-04T01:53:00"), "bad time"),
        (feature("", 29, station="", stationId=""), "no station"),
    ],
)
def test_an_observation_in_doubt_is_left_out_by_reason(other: dict[str, Any], reason: str) -> None:
    good = feature("", 28, timestamp="2026-09-04T01:50:00+00:00")
    rows, skipped = read(good, other)
    assert [row.temp_c_tenths for row in rows] == [280]
    assert skipped == {reason: 1}


def test_rows_come_in_any_order_and_a_repeated_one_counts_once() -> None:
    early = feature("", 28, timestamp="2026-09-04T01:50:00+00:00")
    rows, skipped = read(early, feature(), early)
    assert {row.observed_at for row in rows} == {
        datetime(2026, 9, 4, 1, 50, tzinfo=UTC),
        datetime(2026, 9, 4, 1, 53, tzinfo=UTC),
    }
    assert not skipped


def test_a_correction_replaces_its_report_and_two_others_cancel() -> None:
    corrected = feature(MIDWAY.replace("T0294", "T0290").replace("Z ", "Z COR "), 29.0)
    assert one(feature(), corrected) == one(corrected, feature())
    assert one(corrected, feature()).temp_c_tenths == 290
    rows, skipped = read(feature(), feature(MIDWAY.replace("T0294", "T0290"), 29.0))
    assert (rows, skipped) == ([], {"two reports of one time": 1})


def test_a_collection_without_features_is_empty() -> None:
    assert read_collection((SAMPLES / "observations_empty.json").read_bytes(), Counter()) == []


def test_a_problem_is_refused_in_the_services_words() -> None:
    with pytest.raises(NotServed, match="404 Not Found"):
        read_collection((SAMPLES / "problem_404.json").read_bytes(), Counter())


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"features": [{}]}'])
def test_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(ObservationsRefused):
        read_collection(body, Counter())
