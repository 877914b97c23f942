from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.bls_cpi.errors import (
    BadObservation,
    BlsRefused,
    Contradiction,
    NotSucceeded,
    WrongBody,
)
from kalshi_alpha.drivers.bls_cpi.fred_vintages import is_fred, read_vintages
from kalshi_alpha.drivers.bls_cpi.parse import parse

SAMPLES = Path(__file__).parents[3] / "fixtures" / "bls_cpi" / "samples"
BODY = (SAMPLES / "series_observations_CPIAUCSL_vintages.json").read_bytes()


def changed(at: int, **changes: Any) -> bytes:
    document = json.loads(BODY)
    document["observations"][at].update(changes)
    return json.dumps(document).encode()


def test_each_vintage_of_a_month_is_a_row() -> None:
    """First prints of 24 October and 18 December 2025, new factors on 13 February 2026."""
    assert [(row.series_id, row.month, row.index_e3) for row in parse(BODY).rows] == [
        ("CPIAUCSL_20251024", date(2025, 9, 1), 324368),
        ("CPIAUCSL_20260213", date(2025, 9, 1), 324245),
        ("CPIAUCSL_20251218", date(2025, 11, 1), 325031),
        ("CPIAUCSL_20260213", date(2025, 11, 1), 325063),
    ]


@pytest.mark.parametrize("value", [".", "", None])
def test_a_month_without_a_value_is_counted(value: str | None) -> None:
    parsed = read_vintages(changed(1, value=value))
    assert (len(parsed.rows), parsed.skipped) == (3, (("unpublished", 1),))


def test_trailing_zeros_may_be_left_out() -> None:
    assert read_vintages(changed(0, value="324.4")).rows[0].index_e3 == 324400


def test_an_error_is_refused_in_the_publishers_words() -> None:
    with pytest.raises(NotSucceeded, match=r"400: Bad Request.*api_key is not registered"):
        parse((SAMPLES / "fred_error_400.json").read_bytes())


@pytest.mark.parametrize(
    ("at", "changes", "refusal"),
    [
        (0, {"date": "2025-09-02"}, BadObservation),
        (0, {"value": "324"}, BadObservation),
        (0, {"value": "0.000"}, BadObservation),
        (0, {"value": "-324.368"}, BadObservation),
        (0, {"value": "432.368"}, Contradiction),
        (1, {"value": "334.245"}, Contradiction),
        (0, {"realtime_start": "2025-09-30"}, Contradiction),
        (0, {"realtime_end": "2025-10-01"}, Contradiction),
        (0, {"realtime_end": "2026-02-13"}, Contradiction),
        (0, {"realtime_start": "2025"}, WrongBody),
    ],
    ids=[
        *("no month", "a whole number", "zero", "negative", "a month beyond belief"),
        *("a revision beyond belief", "before its month was over", "ends before it begins"),
        *("two values on a day", "no day"),
    ],
)
def test_what_cannot_be_is_refused(
    at: int, changes: dict[str, Any], refusal: type[BlsRefused]
) -> None:
    with pytest.raises(refusal):
        parse(changed(at, **changes))


@pytest.mark.parametrize("change", [{"units": "pch"}, {"series_id": "CPILFESL"}])
def test_changes_or_another_series_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(WrongBody):
        parse(json.dumps({**json.loads(BODY), **change}).encode())


def test_an_answer_of_the_bureau_is_none_of_freds() -> None:
    assert is_fred(BODY)
    assert not is_fred((SAMPLES / "v2_CUUR0000SA0_2026.json").read_bytes())
    assert not is_fred(b"{}")


@given(st.integers(0, len(BODY)), st.integers(0, 40), st.binary(max_size=6))
def test_a_damaged_answer_is_refused_or_still_holds_levels(at: int, cut: int, put: bytes) -> None:
    try:
        rows = parse(BODY[:at] + put + BODY[at + cut :]).rows
    except ParseRefused:
        return
    assert all(row.index_e3 > 0 and row.month.day == 1 for row in rows)
