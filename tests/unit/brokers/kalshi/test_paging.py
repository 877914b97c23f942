from __future__ import annotations

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.paging import PagedReads
from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.core.wire import WireReply
from venue_wire import FakeWire, client, run, said


class Numbered(msgspec.Struct):
    id: str
    seen: int


class Page(msgspec.Struct):
    rows: tuple[Numbered, ...] | None
    cursor: str | None = None


def page(cursor: str, *rows: tuple[str, int]) -> WireReply:
    body = {"rows": [{"id": name, "seen": seen} for name, seen in rows], "cursor": cursor}
    return said(200, msgspec.json.encode(body))


def paged(*script: WireReply, **change: int) -> tuple[list[Numbered], FakeWire]:
    wire = FakeWire(*script)

    async def session() -> list[Numbered]:
        venue = client(wire, PagedReads)
        return await venue.ask_pages("/rows", Page, "rows", lambda r: r.id, {"limit": 2}, **change)

    return run(session()), wire


def test_pages_are_followed_to_the_last() -> None:
    rows, wire = paged(page("c/1", ("a", 1), ("b", 1)), page("c2", ("c", 1)), page("", ("d", 1)))
    assert [row.id for row in rows] == ["a", "b", "c", "d"]
    assert [request.query for request, _, _ in wire.sent] == [
        "limit=2",
        "limit=2&cursor=c%2F1",
        "limit=2&cursor=c2",
    ]


def test_a_row_that_slips_to_the_next_page_is_kept_once_as_seen_last() -> None:
    rows, _ = paged(page("c", ("a", 1), ("b", 1)), page("", ("b", 2), ("c", 2)))
    assert [(row.id, row.seen) for row in rows] == [("a", 1), ("b", 2), ("c", 2)]


@pytest.mark.parametrize("body", [b'{"rows":null,"cursor":""}', b'{"rows":[]}'])
def test_no_rows_are_no_rows(body: bytes) -> None:
    assert paged(said(200, body))[0] == []


def test_pages_without_end_are_refused() -> None:
    with pytest.raises(ParseRefused, match="the same cursor came twice"):
        paged(page("c", ("a", 1)))
    script = [page(f"c{n}", (f"a{n}", 1)) for n in range(9)]
    with pytest.raises(ParseRefused, match="more than 3 pages"):
        paged(*script, pages_max=3)
