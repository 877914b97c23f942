"""The routes, asked as a browser would, without a socket."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.web.dashboard import app as app_module
from kalshi_alpha.web.dashboard.app import changes, dashboard_app, message
from kalshi_alpha.web.dashboard.board import Board
from kalshi_alpha.web.dashboard.live_books import LiveBooks
from shown_cases import AT, TICKER, shown_desk, with_mark

HOST = "127.0.0.1:8321"


@pytest.fixture
def board() -> Board:
    return Board(shown_desk, lambda: AT, LiveBooks())


@pytest.fixture
def client(board: Board) -> Iterator[TestClient]:
    app = dashboard_app(board, frozenset({HOST}))
    with TestClient(app, base_url=f"http://{HOST}") as opened:
        yield opened


def test_the_page_is_whole_and_its_links_are_served(client: TestClient) -> None:
    reply = client.get("/")
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    assert "set-cookie" not in reply.headers
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', reply.text)
    assert len(links) == 7
    for link in links:
        found = client.get(link)
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/static/manifest.json", "/static/../app.py", "/static/", "/panel/arm", "/arm", "/docs"],
)
def test_nothing_else_is_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_desk_as_json_and_a_panel(client: TestClient) -> None:
    document = client.get("/desk.json").json()
    assert (document["schema"], document["mode"]) == (1, "SIM")
    assert "Nothing rests" not in client.get("/panel/orders").text
    assert TICKER in client.get("/panel/ladders").text


def test_metrics_are_served_in_the_text_format(client: TestClient) -> None:
    reply = client.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'kalshi_alpha_desk_go{part="all"} 0.0' in reply.text


def test_a_head_of_the_stream_ends(client: TestClient) -> None:
    reply = client.head("/events")
    assert (reply.status_code, reply.text) == (200, "")
    assert reply.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_but_reading_is_answered_anywhere(client: TestClient, method: str) -> None:
    for path in ("/", "/events", "/metrics", "/desk.json", "/static/desk.js"):
        assert getattr(client, method)(path).status_code == 405


def test_another_host_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421


def test_what_runs_beside_the_page_ends_with_it(board: Board) -> None:
    ended = []

    async def beside() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    with TestClient(dashboard_app(board, frozenset({HOST}), (beside,)), base_url=f"http://{HOST}"):
        assert not ended
    assert ended == [True]


def test_changes_begin_with_the_clock_and_all_prices_and_go_on_with_what_changed(
    board: Board,
) -> None:
    desk = shown_desk()
    board._look = lambda: desk

    async def read() -> list[str]:
        nonlocal desk
        book = LadderBook(TICKER)
        book.apply_snapshot([(4100, 500)], [(5700, 700)])
        board.live.take({TICKER: book})
        stream = changes(board, f"{board.boot}-{board.version}", tick_s=0.0)
        found = [(await anext(stream)).decode() for _ in range(3)]
        desk = with_mark(desk, "down $2,100")
        board.refresh()
        found.append((await anext(stream)).decode())
        return found

    retry, clock, books, verdict = asyncio.run(read())
    assert retry.startswith("retry: ")
    assert clock == "event: clock\ndata: 2024-12-11T11:30:00Z 2024-12-11T11:30:00Z\n\n"
    assert books.startswith("event: books\n")
    assert json.loads(books.split("data: ")[1]) == {TICKER: [4100, 4300, 500, 700, ""]}
    assert verdict.startswith("event: verdict\n")
    assert "down $2,100" in verdict


def test_text_of_many_lines_is_one_message() -> None:
    assert message("orders", "a\nb") == b"event: orders\ndata: a\ndata: b\n\n"
    assert message("orders", "") == b"event: orders\ndata: \n\n"


def test_no_more_pages_are_served_than_a_desk_opens(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "READERS_MAX", 0)
    assert client.get("/events").status_code == 503
