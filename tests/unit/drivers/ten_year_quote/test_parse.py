from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.ten_year_quote.errors import BadQuote, QuoteRefused, WrongBody
from kalshi_alpha.drivers.ten_year_quote.parse import parse
from kalshi_alpha.drivers.ten_year_quote.schema import TenYearQuote

FIXTURE = Path(__file__).parents[3] / "fixtures" / "ten_year_quote" / "2024-12-12.json"
RECORD = {"at": "2025-06-12T14:44:40-04:00", "yield": 4.364, "source": "desk"}


def record(**changed: Any) -> bytes:
    return json.dumps({**RECORD, **changed}).encode()


@pytest.mark.parametrize("written", [4.364, "4.364", "4.3640"])
def test_a_yield_may_be_a_number_or_text(written: object) -> None:
    at = datetime(2025, 6, 12, 18, 44, 40, tzinfo=UTC)
    assert parse(record(**{"yield": written})).rows == (TenYearQuote(at, 43640, "desk"),)


def test_the_fixture_is_such_a_record() -> None:
    [row] = parse(FIXTURE.read_bytes()).rows
    assert row.yield_e4 == 43260


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", WrongBody),
        (b"<html>blocked</html>", WrongBody),
        (b"[]", WrongBody),
        (record(at="2025-06-12T14:44:40"), WrongBody),
        (record(at=1749753880), WrongBody),
        (record(extra=1), WrongBody),
        (record(**{"yield": None}), WrongBody),
        (record(**{"yield": True}), WrongBody),
        (record(**{"yield": "4,364"}), WrongBody),
        (record(**{"yield": 0}), BadQuote),
        (record(**{"yield": -4.3}), BadQuote),
        (record(**{"yield": 43.64}), BadQuote),
        (record(**{"yield": "NaN"}), BadQuote),
        (record(**{"yield": "sNaN"}), BadQuote),
        (record(**{"yield": "Infinity"}), BadQuote),
        (record(**{"yield": "1e-999999"}), BadQuote),
        (record(**{"yield": 4.36412}), BadQuote),
        (record(source=""), BadQuote),
        (record(source="a\nb"), BadQuote),
        (record(source="x" * 65), BadQuote),
        (record(at="9999-12-31T23:59:59-05:00"), BadQuote),
    ],
)
def test_a_record_with_a_doubtful_field_is_refused(
    body: bytes, refusal: type[QuoteRefused]
) -> None:
    with pytest.raises(refusal):
        parse(body)


@given(
    st.binary(max_size=200)
    | st.text(max_size=40).map(lambda text: record(source=text))
    | st.text(max_size=40).map(lambda text: record(**{"yield": text}))
    | st.floats().map(lambda number: record(**{"yield": number}))
    | st.text(max_size=40).map(lambda text: record(at=text))
)
def test_any_bytes_give_a_quote_in_range_or_a_refusal(body: bytes) -> None:
    with suppress(QuoteRefused):
        [row] = parse(body).rows
        assert 0 < row.yield_e4 <= 200_000
