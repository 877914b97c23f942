from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.drivers.nws_daily_climate.errors import BadReport, Contradiction, WrongBody
from kalshi_alpha.drivers.nws_daily_climate.portal import (
    RelayedDay,
    disagreements,
    is_relay,
    read_relay,
    relayed_extremes,
)
from kalshi_alpha.drivers.nws_daily_climate.schema import ClimateExtreme

SAMPLE = (
    Path(__file__).parents[3] / "fixtures/nws_daily_climate/samples/climate_primary_2026-08-27.json"
)
RELAYED = RelayedDay("NYC", date(2026, 8, 27), 77, 70, "official")
REPORT = ClimateExtreme(
    station="NYC",
    climate_day=date(2026, 8, 27),
    element="max",
    version="0123456789abcdef",
    value_f=77,
    status="final",
    flags="",
    issued_at=datetime(2026, 8, 28, 6, 20, tzinfo=UTC),
    valid_as_of="",
    observed_time="",
)


def test_the_relay_says_the_days_extremes_and_whether_they_are_official() -> None:
    assert read_relay(SAMPLE.read_bytes()) == (RELAYED,)


def test_a_station_without_a_report_has_no_values() -> None:
    document = json.loads(SAMPLE.read_bytes())
    document["results"][0].update(data=None, status="no_report")
    (day,) = read_relay(json.dumps(document).encode())
    assert (day.max_f, day.min_f, day.status) == (None, None, "no_report")


def test_an_official_value_that_differs_from_our_report_is_named() -> None:
    assert disagreements([RELAYED], [REPORT]) == ()
    other = replace(REPORT, value_f=78)
    assert disagreements([RELAYED], [other]) == ("NYC 2026-08-27 max: relay 77 F, report 78 F",)


@pytest.mark.parametrize("status", ["pending", "preliminary", "no_report"])
def test_a_preliminary_value_is_not_compared(status: str) -> None:
    other = replace(REPORT, value_f=78)
    assert disagreements([replace(RELAYED, status=status)], [other]) == ()


def test_a_day_that_we_have_no_final_report_of_is_not_compared() -> None:
    assert disagreements([RELAYED], [replace(REPORT, status="interim", value_f=60)]) == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"date":"2026-08-27"}'])
def test_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(WrongBody):
        read_relay(body)


def relay(**changes: object) -> bytes:
    document = json.loads(SAMPLE.read_bytes())
    document["results"][0].update(changes)
    return json.dumps(document).encode()


def test_an_answer_is_told_by_its_shape() -> None:
    assert is_relay(SAMPLE.read_bytes())
    assert not is_relay(b'{"results": []}')
    assert not is_relay(b"\xff")


def test_an_official_day_gives_rows_that_are_no_reports() -> None:
    highest, lowest = relayed_extremes(relay(), Counter())
    assert (highest.element, highest.value_f, lowest.element, lowest.value_f) == (
        *("max", 77),
        *("min", 70),
    )
    assert (highest.status, highest.version) == ("relayed", "relay official")
    assert highest.issued_at == datetime(2026, 8, 28, 5, tzinfo=UTC)  # midnight of standard time


def test_a_revised_day_is_a_version_of_its_own() -> None:
    assert {row.version for row in relayed_extremes(relay(status="revised"), Counter())} == {
        "relay revised"
    }


def test_days_without_official_values_are_counted() -> None:
    skipped: Counter[str] = Counter()
    assert relayed_extremes(relay(status="preliminary"), skipped) == []
    assert relayed_extremes(relay(station={"cliId": "ABQ"}), skipped) == []
    (only,) = relayed_extremes(relay(data={"maxTemp": 77}), skipped)
    assert only.element == "max"
    assert dict(+skipped) == {
        "relayed day that is preliminary": 1,
        "place without a known standard time": 1,
        "relayed day without a value": 1,
    }


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"status": "guessed"}, BadReport),
        ({"data": {"maxTemp": 60, "minTemp": 70}}, Contradiction),
        ({"data": {"maxTemp": 770, "minTemp": 70}}, Contradiction),
        ({"data": {"maxTemp": "77"}}, WrongBody),
    ],
    ids=["status", "order", "range", "text"],
)
def test_an_impossible_day_is_refused(changes: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        relayed_extremes(relay(**changes), Counter())
