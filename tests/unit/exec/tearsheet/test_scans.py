from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.tearsheet.scans import (
    KEPT,
    Scan,
    dicts,
    number,
    scans_of,
    series_scanned,
    shown_value,
    strike_order,
)

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def keep(paths: Paths, at: datetime, **said: Any) -> None:
    document = {"schema": 1, "generated_at": at, "mode": "OFFLINE", "verdict": {"go": True}}
    write_json(paths.proposals / "CPI" / f"{at:%Y-%m-%dT%H%M%SZ}.json", {**document, **said})


def test_scans_are_read_oldest_first_up_to_the_clock(paths: Paths) -> None:
    keep(paths, AT - HOUR)
    keep(paths, AT + HOUR)
    found, faults = scans_of(paths, "CPI", "CPI", AT)
    assert [scan.at for scan in found] == [AT - HOUR, AT]
    assert not faults
    assert series_scanned(paths) == ["CPI"]


def test_only_the_newest_are_read_and_a_torn_one_is_named(paths: Paths) -> None:
    for i in range(KEPT + 5):
        keep(paths, AT - (i + 1) * HOUR)
    newest = paths.proposals / "CPI" / f"{AT - HOUR:%Y-%m-%dT%H%M%SZ}.json"
    newest.write_text("{")
    (paths.proposals / "CPI" / "notes.json").write_text("{}")
    found, faults = scans_of(paths, "CPI", "CPI", AT)
    assert len(found) == KEPT - 1
    assert len(faults) == 1
    assert newest.name in faults[0].why
    assert faults[0].at == AT - HOUR


def test_a_clock_of_an_unknown_kind_is_a_torn_file(paths: Paths) -> None:
    keep(paths, AT - HOUR, clock_source="guessed")
    _, faults = scans_of(paths, "CPI", "CPI", AT)
    assert len(faults) == 1


def test_what_a_scan_calls_online_rests_on_paper(scan: Scan) -> None:
    assert (scan.mode, scan.clock_source, scan.go) == ("OFFLINE", ClockSource.SET, True)
    assert Scan("CPI", "CPI", AT, {"mode": "ONLINE"}).mode == "PAPER"
    assert scan.events() == ["KXCPI-24NOV", "KXCPIYOY-24NOV", "KXCPICORE-24NOV"]
    assert Scan("CPI", "CPI", AT, {"markets": "no list"}).events() == []


def test_nothing_is_scanned_in_a_root_without_proposals(tmp_path: Any) -> None:
    assert series_scanned(Paths(tmp_path)) == []


@pytest.mark.parametrize(
    "strikes",
    [
        ["< 35", "35 to 36", "37 to 38", "> 42"],
        ["> -0.1", "> 0", "> 0.1", "> 0.2"],
        [">= 205000", ">= 210000"],
    ],
)
def test_strikes_stand_from_low_to_high(strikes: list[str]) -> None:
    mixed = [*strikes[1::2], *strikes[::2]]
    assert sorted(mixed, key=strike_order) == strikes


def test_numbers_are_read_from_decimal_text_and_nothing_else() -> None:
    assert number("0.0300") == 0.03
    assert number(3) == 3.0
    wrong: tuple[object, ...] = (None, True, "x", [])
    assert [number(each) for each in wrong] == [None] * 4


def test_what_is_no_list_or_object_is_empty() -> None:
    odd = Scan("CPI", "CPI", AT, {"proposals": {"a": 1}, "verdict": [1], "markets": [1, {"a": 2}]})
    assert odd.rows("proposals") == []
    assert odd.rows("markets") == [{"a": 2}]
    assert odd.part("verdict") == {}
    assert not odd.go
    assert dicts(None) == []


def test_values_are_whole_where_they_count_thousands() -> None:
    assert [shown_value(each) for each in (222_705.4, 2.70337, 41.0, -0.1)] == [
        "222,705",
        "2.703",
        "41",
        "-0.1",
    ]
