from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.ingest import ingest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.drivers.dol_claims import DRIVER
from kalshi_alpha.drivers.dol_claims.errors import ClaimsRefused, WrongBody
from kalshi_alpha.drivers.dol_claims.parse import parse
from kalshi_alpha.drivers.dol_claims.schema import ClaimsFigure

FIXTURES = Path(__file__).parents[3] / "fixtures" / "dol_claims"
# As published: release day, week, first print, week before as shown.
PRINTS = [
    ("2024-11-07", date(2024, 11, 2), 221_000, 218_000),
    ("2024-11-14", date(2024, 11, 9), 217_000, 221_000),
    ("2024-11-21", date(2024, 11, 16), 213_000, 219_000),
    ("2024-11-27", date(2024, 11, 23), 213_000, 215_000),
    ("2024-12-05", date(2024, 11, 30), 224_000, 215_000),
    ("2024-12-12", date(2024, 12, 7), 242_000, 225_000),
]
REPORT = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<r539cyNational rundate="7/12/2026"><week><weekEnded>06/13/2026</weekEnded>
<InitialClaims><NSA>220,642</NSA><SF>97.0</SF><SA>227,000</SA></InitialClaims>
<ContinuedClaims><NSA>&#160;</NSA><SF>95.0</SF><SA>&#160;</SA></ContinuedClaims>
</week></r539cyNational>"""


def release(name: str) -> bytes:
    return (FIXTURES / f"{name}.txt").read_bytes()


@pytest.mark.parametrize(("name", "week", "first", "before"), PRINTS)
def test_each_release_gives_its_published_figures(
    name: str, week: date, first: int, before: int
) -> None:
    rows = {(r.measure, r.kind): r for r in parse(release(name)).rows}
    assert (rows["initial", "advance"].week_ending, rows["initial", "advance"].sa) == (week, first)
    assert rows["initial", "revised"].sa == before
    at = datetime.fromisoformat(f"{name}T13:30:00+00:00")
    assert {row.published_at for row in rows.values()} == {at}


def test_actual_counts_and_insured_unemployment_are_read_where_a_release_states_them() -> None:
    rows = {(r.measure, r.kind): r for r in parse(release("samples/2025-06-05")).rows}
    assert rows["initial", "advance"].nsa == 208_642
    assert rows["continued", "advance"].sa == 1_904_000
    assert rows["continued", "revised"].sa == 1_907_000


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        (REPORT, {"history", "seasonal_factor"}),
        (b'{"observations": [{"date": "2026-07-18", "value": "188000"}]}', {"history"}),
        (b"\xef\xbb\xbfobservation_date,ICSA\n2026-07-18,188000\n", {"history"}),
        (release("2024-12-12"), {"advance", "revised"}),
    ],
    ids=["report", "json", "csv", "release"],
)
def test_the_body_tells_its_own_form(body: bytes, kinds: set[str]) -> None:
    assert {row.kind for row in DRIVER.parse(body).rows} == kinds


@pytest.mark.parametrize(
    "body",
    [b"", b"%PDF-1.7\n", b"\xff\xfe\x00", b"<html></html>", b"[" * 100_000, b"DATE,"],
    ids=["empty", "pdf", "bytes", "page", "deep", "head"],
)
def test_anything_else_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(WrongBody):
        parse(body)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf\r\n"], ids=["at once", "after a mark"])
def test_a_release_as_a_pdf_is_refused_with_the_remedy(before: bytes) -> None:
    pdf = before + b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n"
    with pytest.raises(WrongBody, match=r"as a PDF: take its text out.*'pdftotext -layout'"):
        parse(pdf)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_give_rows_or_a_refusal(body: bytes) -> None:
    check_total(body)


@given(
    st.sampled_from([release("samples/2025-06-05"), release("2024-12-12"), REPORT]),
    st.integers(0, 900),
    st.integers(0, 40),
    st.binary(max_size=6),
)
def test_a_damaged_payload_gives_rows_or_a_refusal(
    body: bytes, start: int, length: int, patch: bytes
) -> None:
    check_total(body[:start] + patch + body[start + length :])


@given(st.data())
def test_a_changed_digit_of_a_level_never_passes_as_another_first_print(
    data: st.DataObject,
) -> None:
    text = release("2024-12-05").decode()
    [span] = [m.span(1) for m in re.finditer(r"claims was ([0-9]{3}),000", text)]
    place = data.draw(st.integers(span[0], span[1] - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != text[place]]))
    with pytest.raises(ClaimsRefused):
        parse((text[:place] + digit + text[place + 1 :]).encode())


@given(st.lists(st.integers(0, 2000), max_size=30))
def test_white_space_anywhere_changes_nothing(places: list[int]) -> None:
    text = release("2024-12-12").decode()
    for place in places:
        text = text[:place] + " " + text[place:]
    assert parse(text.encode()).rows == parse(release("2024-12-12")).rows


def test_an_embargoed_release_enters_the_table_at_its_release(tmp_path: Path) -> None:
    """Received a day early, as journalists get it: nothing of it is known until 08:30."""
    released = datetime(2024, 12, 12, 13, 30, tzinfo=UTC)
    store = FeedStore(Paths(tmp_path))
    received = (
        ("2024-12-05", datetime(2024, 12, 5, 14, tzinfo=UTC)),
        ("2024-12-12", datetime(2024, 12, 11, 14, tzinfo=UTC)),
    )
    payloads = [Payload("dol_claims", release(name), at) for name, at in received]
    [summary] = ingest([DRIVER], payloads, store, released)
    assert summary.ok
    assert summary.newest == "advance 2024-12-07 242,000"
    before = store.rows("dol_claims", released - timedelta(seconds=1))
    assert {str(row["week_ending"]) for row in before} == {"2024-11-23", "2024-11-30"}
    after = {(r["week_ending"], r["kind"]) for r in store.rows("dol_claims", released)}
    assert (date(2024, 12, 7), "advance") in after


def check_total(body: bytes) -> None:
    try:
        parsed = parse(body)
    except ParseRefused:
        return
    assert all(isinstance(row, ClaimsFigure) for row in parsed.rows)
    for row in parsed.rows:
        at = DRIVER.earliest_at(row)
        assert at is None or at.astimezone(UTC).date() >= row.week_ending
