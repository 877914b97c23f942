from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.eia_gas.errors import (
    BadPrice,
    Contradiction,
    EiaRefused,
    NotServed,
    WrongBody,
)
from kalshi_alpha.drivers.eia_gas.parse import SERIES, parse
from kalshi_alpha.drivers.eia_gas.schema import WeeklyPrice


def answer(*weeks: tuple[str, object], **more: object) -> bytes:
    data = [{"period": w, "series": SERIES, "value": v, "units": "$/GAL", **more} for w, v in weeks]
    return json.dumps({"response": {"total": str(len(data)), "data": data}}).encode()


@pytest.mark.parametrize("value", ["3.148", 3.148, " 3.148 ", "3.1480"])
def test_a_value_is_read_as_text_and_as_a_number(value: object) -> None:
    assert parse(answer(("2026-03-02", value))).rows == (WeeklyPrice(date(2026, 3, 2), 31480),)


def test_a_whole_number_of_dollars_is_a_price() -> None:
    assert parse(answer(("2026-03-02", 3))).rows[0].price_e4 == 30000


@pytest.mark.parametrize("value", [None, "", "."])
def test_a_missing_value_stays_missing(value: object) -> None:
    parsed = parse(answer(("2026-03-02", value), ("2026-02-23", "3.072")))
    assert parsed.rows == (WeeklyPrice(date(2026, 2, 23), 30720),)
    assert parsed.skipped == (("missing", 1),)


def test_weeks_come_out_oldest_first() -> None:
    """The four weeks that the sample of the public answer shows."""
    body = answer(
        ("2026-03-02", "3.148"),
        ("2026-02-23", "3.072"),
        ("2026-02-16", "3.057"),
        ("2026-02-09", "3.033"),
    )
    assert [row.price_e4 for row in parse(body).rows] == [30330, 30570, 30720, 31480]


@pytest.mark.parametrize("head", ["observation_date", "DATE"])
def test_freds_copy_of_the_series_is_read_with_its_gaps(head: str) -> None:
    body = f"{head},GASREGW\n2026-02-16,3.057\n2026-02-23,.\n2026-03-02,\n2026-03-09,3.2\n"
    parsed = parse(body.encode())
    assert [row.price_e4 for row in parsed.rows] == [30570, 32000]
    assert parsed.skipped == (("missing", 2),)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", WrongBody),
        (b"<html>403</html>", WrongBody),
        (b"[]", WrongBody),
        (b"{", WrongBody),
        (b"observation_date,GASDESW\n", WrongBody),
        (b'{"error": {"code": "API_KEY_MISSING"}}', NotServed),
        (b'{"error": "Invalid API key", "code": 403}', NotServed),
        (b"{}", NotServed),
        (b'{"error_code": 400, "error_message": "Bad Request."}', NotServed),
        (answer(("2026-03-02", "3.148"), ("2026-03-02", "3.148")), Contradiction),
        (answer(("2026-03-02", "3.1"), series="EMM_EPMP_PTE_NUS_DPG"), Contradiction),
        (answer(("2026-03-02", "3.1"), units="cents"), Contradiction),
        (answer(("2026-03-02", "3.1"), ("2026-03-09", "4.2")), Contradiction),
        (answer(("2026-03-03", "3.148")), BadPrice),
        (answer(("2026-02", "3.148")), BadPrice),
        (answer(("2026-03-02", "314.8")), BadPrice),
        (answer(("2026-03-02", "0.03")), BadPrice),
        (answer(("2026-03-02", "NaN")), BadPrice),
        (answer(("2026-03-02", "three")), BadPrice),
        (answer(("2026-03-02", "3.14815")), BadPrice),
        (b"observation_date,GASREGW\n2026-03-02\n", BadPrice),
    ],
)
def test_what_cannot_be_trusted_is_refused(body: bytes, refusal: type[EiaRefused]) -> None:
    with pytest.raises(refusal):
        parse(body)


VALID = answer(("2026-03-02", "3.148"), ("2026-02-23", None))


@given(st.integers(0, len(VALID)), st.integers(0, 20), st.binary(max_size=4))
def test_a_damaged_answer_is_refused_or_holds_prices(at: int, cut: int, put: bytes) -> None:
    try:
        parsed = parse(VALID[:at] + put + VALID[at + cut :])
    except ParseRefused:
        return
    assert all(8000 <= row.price_e4 <= 100_000 for row in parsed.rows)
