from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.treasury_yields.errors import WrongBody, YieldsRefused
from kalshi_alpha.drivers.treasury_yields.parse import parse

FIXTURES = Path(__file__).parents[3] / "fixtures" / "treasury_yields"


def closes(body: bytes) -> dict[date, int]:
    return {row.curve_on: row.yield_bp for row in parse(body).rows if row.tenor == "10Y"}


def test_the_fixtures_hold_the_published_yields_of_december_2024() -> None:
    found = closes((FIXTURES / "2024-12-12.xml").read_bytes())
    assert found[date(2024, 12, 11)] == 426
    assert found[date(2024, 12, 12)] == 432
    assert date(2024, 12, 12) not in closes((FIXTURES / "2024-12-11.xml").read_bytes())
    assert len(closes((FIXTURES / "2024-11.xml").read_bytes())) == 19


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_each_form_is_told_by_its_beginning(mark: bytes) -> None:
    csv = b'Date,"10 Yr"\n10/02/2026,5.28\n'
    assert closes(mark + csv) == {date(2026, 10, 2): 528}
    assert closes(mark + (FIXTURES / "2024-11.xml").read_bytes())
    assert closes(b'{"observations": [{"date": "2026-10-02", "value": "5.28"}]}')


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"Date\x00", b"<", b"<a/>", b"[]"])
def test_a_body_that_is_none_of_them_is_refused(body: bytes) -> None:
    with pytest.raises(WrongBody):
        parse(body)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.text(max_size=100).map(lambda text: b"<feed>" + text.encode())
    | st.text(max_size=100).map(lambda text: b'Date,"10 Yr"\n' + text.encode())
    | st.text(max_size=100).map(lambda text: b'"Series Description"\n' + text.encode())
)
def test_any_bytes_give_rows_within_range_or_a_refusal(body: bytes) -> None:
    with suppress(YieldsRefused):
        assert all(0 <= row.yield_bp <= 2000 for row in parse(body).rows)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_a_damaged_feed_never_yields_a_far_number(place: int, damage: bytes) -> None:
    body = (FIXTURES / "2024-12-11.xml").read_bytes()
    at = place % len(body)
    with suppress(YieldsRefused):
        rows = parse(body[:at] + damage + body[at + len(damage) :]).rows
        assert all(240 <= row.yield_bp <= 640 for row in rows)
