from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.nws_daily_climate.errors import (
    ClimateRefused,
    Contradiction,
    NotServed,
    OnlyAList,
    WrongBody,
)
from kalshi_alpha.drivers.nws_daily_climate.parse import parse
from kalshi_alpha.drivers.nws_daily_climate.schema import ClimateExtreme
from kalshi_alpha.drivers.nws_daily_climate.settlement import settled

SAMPLES = Path(__file__).parents[3] / "fixtures" / "nws_daily_climate" / "samples"
REPORTS: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLES / "reports.jsonl").read_text().splitlines()
]
TEXTS: dict[str, str] = {case["name"]: case["text"] for case in REPORTS}
READABLE = sorted(case["name"] for case in REPORTS if "rows" in case)
FINAL = "CLINYC_2026-08-21_final"


def shown(row: ClimateExtreme) -> str:
    """Write a row as the expectations are written."""
    cells = (
        row.station,
        row.climate_day.isoformat(),
        row.element,
        "MM" if row.value_f is None else str(row.value_f),
        row.status,
        row.flags or "-",
        row.issued_at.strftime("%Y-%m-%dT%H:%MZ"),
        row.valid_as_of.replace(" ", "_") or "-",
        row.observed_time or "-",
    )
    return " ".join(cells)


@pytest.mark.parametrize("case", REPORTS, ids=lambda case: case["name"])
def test_a_real_report_is_read_as_a_careful_reader_reads_it(case: dict[str, Any]) -> None:
    body = case["text"].encode()
    if "refused" in case:
        with pytest.raises(ClimateRefused) as caught:
            parse(body)
        assert type(caught.value).__name__ == case["refused"]
    else:
        assert [shown(row) for row in parse(body).rows] == case["rows"]


@pytest.mark.parametrize("name", READABLE)
def test_a_report_reads_the_same_with_the_line_ends_of_the_wire(name: str) -> None:
    text = TEXTS[name]
    wire = "\x01" + "\r\r\n".join(text.split("\n")) + "\x03"
    blank = "\n\n".join(text.split("\n"))
    assert parse(wire.encode()).rows == parse(text.encode()).rows
    values = [(row.station, row.element, row.value_f) for row in parse(text.encode()).rows]
    assert [(r.station, r.element, r.value_f) for r in parse(blank.encode()).rows] == values


def test_the_interim_report_of_dawn_settles_nothing_and_the_later_issue_wins() -> None:
    dawn = parse(TEXTS["CLIDEN_2026-10-08_0600AM_interim"].encode()).rows
    assert settled(dawn) == ()
    texts = [TEXTS["CLICVG_newer"], TEXTS["CLICVG_older"], TEXTS["CLICVG"]]
    rows = parse("".join(texts).encode()).rows
    assert {r.element: r.value_f for r in settled(rows)} == {"max": 70, "min": 35}


@pytest.mark.parametrize(
    ("name", "status"),
    [("product_CLINYC_final.json", "final"), ("product_CLINYC_prelim.json", "interim")],
)
def test_an_envelope_of_the_service_reads_like_its_text(name: str, status: str) -> None:
    rows = parse((SAMPLES / name).read_bytes()).rows
    assert [(row.element, row.value_f, row.status) for row in rows] == [
        ("max", 79, status),
        ("min", 63, status),
    ]
    if status == "final":
        # Its text is complete, the stored one is cut below the temperatures.
        assert {row.issued_at for row in rows} == {
            row.issued_at for row in parse(TEXTS[FINAL].encode()).rows
        }


def test_the_archive_of_iowa_state_is_read_by_its_rows() -> None:
    rows = parse((SAMPLES / "json_cli_KNYC_2026.json").read_bytes()).rows
    assert [(row.station, row.element, row.value_f, row.status) for row in rows] == [
        ("NYC", "max", 79, "final"),
        ("NYC", "min", 63, "final"),
    ]


def test_bodies_of_any_kind_may_follow_each_other() -> None:
    bodies = [
        (SAMPLES / "product_CLINYC_final.json").read_bytes(),
        (SAMPLES / "product_CLINYC_prelim.json").read_bytes(),
        TEXTS["CLIMIA_2026-08-18_final_record"].encode(),
        (SAMPLES / "problem_404.json").read_bytes(),
        (SAMPLES / "product_CLINYC_final.json").read_bytes(),
    ]
    parsed = parse(b"".join(b"\x1d" + body + b"\n" for body in bodies))
    assert len(parsed.rows) == 6
    assert [line.partition(":")[0] for line in parsed.refused] == ["NotServed"]


def test_a_refused_report_leaves_the_others_of_an_archive() -> None:
    texts = TEXTS["CLIDCA"] + TEXTS[FINAL] + TEXTS["CLIPPG"]
    parsed = parse(texts.encode())
    assert {row.station for row in parsed.rows} == {"NYC"}
    assert [line.partition(":")[0] for line in parsed.refused] == ["Contradiction"] * 2


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", ClimateRefused),
        (b"\x1d", WrongBody),
        (b"<html><body>Access Denied</body></html>", WrongBody),
        (b"\xff\xfe", WrongBody),
        (b"{}", WrongBody),
        (b"[" * 100_000, ClimateRefused),
        ((SAMPLES / "products_types_CLI_locations_NYC.json").read_bytes(), OnlyAList),
        (b'{"date": "2026-08-27", "results": []}', WrongBody),
        ((SAMPLES / "problem_404.json").read_bytes(), NotServed),
        (b'{"results": []}', WrongBody),
    ],
    ids=[
        "empty",
        "separator",
        "web page",
        "not text",
        "no fields",
        "deep",
        "list",
        "empty relay",
        "problem",
        "empty archive",
    ],
)
def test_a_body_that_is_no_report_is_refused(body: bytes, refusal: type[ClimateRefused]) -> None:
    with pytest.raises(refusal):
        parse(body)


def test_the_relay_is_read_and_settles_nothing() -> None:
    parsed = parse((SAMPLES / "climate_primary_2026-08-27.json").read_bytes())
    assert [shown(row) for row in parsed.rows] == [
        "NYC 2026-08-27 max 77 relayed - 2026-08-28T05:00Z - -",
        "NYC 2026-08-27 min 70 relayed - 2026-08-28T05:00Z - -",
    ]
    assert settled(parsed.rows) == ()


def test_a_relay_of_running_days_only_says_why_it_gives_nothing() -> None:
    body = (SAMPLES / "climate_primary_2026-08-27.json").read_bytes()
    with pytest.raises(WrongBody, match="no report in the payload: 1 relayed day that is pending"):
        parse(body.replace(b'"official"', b'"pending"'))


def test_an_envelope_around_two_reports_or_another_offices_is_refused() -> None:
    document = json.loads((SAMPLES / "product_CLINYC_final.json").read_bytes())
    twice = {**document, "productText": document["productText"] * 2}
    with pytest.raises(WrongBody, match="more than one"):
        parse(json.dumps(twice).encode())
    with pytest.raises(Contradiction, match="an envelope of"):
        parse(json.dumps({**document, "issuingOffice": "KPHI"}).encode())


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="nws_daily_climate"):
        parse(body)


def temperature_span(text: str) -> tuple[int, int]:
    start = re.search(r"^ ?TEMPERATURE", text, re.MULTILINE)
    end = re.search(r"^ ?PRECIPITATION", text, re.MULTILINE)
    assert start is not None
    assert end is not None
    return start.start(), end.start()


@given(st.data())
def test_digits_outside_the_temperature_section_never_change_the_value(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([n for n in READABLE if n not in ("CLIHOU", "CLIANC")]))
    text = TEXTS[name]
    start, end = temperature_span(text)
    digits = [i for i, c in enumerate(text) if c.isdigit() and not start <= i < end]
    places = data.draw(st.lists(st.sampled_from(digits), min_size=1, max_size=4))
    changed = list(text)
    for place in places:
        changed[place] = data.draw(st.sampled_from("0123456789"))
    try:
        rows = parse("".join(changed).encode()).rows
    except ParseRefused:
        return
    expected = {row.element: row.value_f for row in parse(text.encode()).rows}
    assert {row.element: row.value_f for row in rows} == expected


WHOLE = TEXTS[FINAL].encode()


@given(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=6))
def test_a_damaged_report_is_refused_or_holds_believable_values(
    at: int, cut: int, put: bytes
) -> None:
    try:
        parsed = parse(WHOLE[:at] + put + WHOLE[at + cut :])
    except ParseRefused:
        return
    assert all(row.value_f is None or -100 <= row.value_f <= 140 for row in parsed.rows)
