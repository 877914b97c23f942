from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.nws_observations.errors import (
    Contradiction,
    NotServed,
    NoYear,
    ObservationsRefused,
    WrongBody,
)
from kalshi_alpha.drivers.nws_observations.parse import parse, parse_received

SAMPLES = Path(__file__).parents[3] / "fixtures" / "nws_observations" / "samples"
MIDWAY = (SAMPLES / "observations_KMDW_2026-09-04.json").read_bytes()
DSM = (SAMPLES / "DSMNYC_2026-10-08.txt").read_text()
RECEIVED_AT = datetime(2026, 10, 8, 20, 44, tzinfo=UTC)


def envelope(**changes: Any) -> bytes:
    document = {
        "id": "a1b0a3c4-52c1-4f0e-8d8a-77c1f6c92202",
        "issuanceTime": "2026-10-08T20:44:00+00:00",
        "productCode": "DSM",
        "productText": DSM,
    }
    return json.dumps({**document, **changes}).encode()


def test_a_collection_gives_its_observations() -> None:
    parsed = parse(MIDWAY)
    assert [row.temp_c_tenths for row in parsed.rows] == [300, 290, 294]
    assert parsed.skipped == ()


def test_a_daily_summary_in_its_envelope_gives_the_day_so_far() -> None:
    (row,) = parse(envelope()).rows
    assert (row.station, row.kind, row.day_max_f) == ("KNYC", "dsm", 73)


def test_an_empty_collection_is_no_error() -> None:
    parsed = parse((SAMPLES / "observations_empty.json").read_bytes())
    assert (parsed.rows, parsed.skipped) == ((), ())


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", WrongBody),
        (b"\x1d", WrongBody),
        (b"<html>503</html>", WrongBody),
        (b"\xff\xfe", WrongBody),
        (b"{}", WrongBody),
        ((SAMPLES / "problem_404.json").read_bytes(), NotServed),
        (DSM.encode(), NoYear),
        ((SAMPLES / "DSM_collective_pyiem.txt").read_bytes(), NoYear),
        (envelope(productCode="CLI"), WrongBody),
        (envelope(issuanceTime="2026-10-08T20:44:00"), WrongBody),
        (envelope(issuanceTime="0001-01-01T00:00:00+00:00"), WrongBody),
        (envelope(issuanceTime="2026-12-08T20:44:00+00:00"), Contradiction),
    ],
    ids=[
        "empty",
        "separator",
        "web page",
        "not text",
        "no fields",
        "problem",
        "bare summary",
        "bare collective",
        "another product",
        "no zone",
        "year one",
        "months later",
    ],
)
def test_a_body_that_says_nothing_certain_is_refused(
    body: bytes, refusal: type[ObservationsRefused]
) -> None:
    with pytest.raises(refusal):
        parse(body)


def test_a_bare_daily_summary_is_refused_for_its_year() -> None:
    with pytest.raises(NoYear, match=r"names no year: say when it was received, or put its text"):
        parse(DSM.encode())


def test_a_bare_daily_summary_is_read_once_it_is_known_when_it_was_received() -> None:
    (row,) = parse_received(DSM.encode(), RECEIVED_AT).rows
    assert (row,) == parse(envelope()).rows


def test_the_receipt_changes_nothing_of_a_payload_that_names_its_dates() -> None:
    assert parse_received(MIDWAY, RECEIVED_AT) == parse(MIDWAY)
    assert parse_received(envelope(), datetime(2030, 1, 1, tzinfo=UTC)) == parse(envelope())


def test_a_bare_daily_summary_from_the_future_is_refused() -> None:
    with pytest.raises(NoYear, match="08/10 names no year"):
        parse_received(DSM.encode(), datetime(2026, 10, 7, 23, tzinfo=UTC))


def test_bodies_of_any_kind_may_follow_each_other() -> None:
    problem = (SAMPLES / "problem_404.json").read_bytes()
    bodies = [MIDWAY, envelope(), problem, MIDWAY]
    parsed = parse(b"".join(b"\x1d" + body + b"\n" for body in bodies))
    assert [row.kind for row in parsed.rows] == ["five_minute", "five_minute", "metar", "dsm"]
    assert parsed.skipped == (("refused: NotServed", 1),)


def test_one_instant_with_two_values_is_refused() -> None:
    other = envelope(productText=DSM.replace("731403", "741403"))
    with pytest.raises(Contradiction, match="has two values"):
        parse(b"\x1d" + envelope() + b"\x1d" + other)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="nws_observations"):
        parse(body)
    with pytest.raises(ParseRefused, match="nws_observations"):
        parse_received(body, RECEIVED_AT)


@given(st.integers(0, len(MIDWAY)), st.integers(0, 60), st.binary(max_size=6))
def test_a_damaged_collection_is_refused_or_holds_believable_values(
    at: int, cut: int, put: bytes
) -> None:
    try:
        parsed = parse(MIDWAY[:at] + put + MIDWAY[at + cut :])
    except ParseRefused:
        return
    values = [row.temp_c_tenths for row in parsed.rows if row.temp_c_tenths is not None]
    assert all(-800 <= value <= 600 for value in values)
