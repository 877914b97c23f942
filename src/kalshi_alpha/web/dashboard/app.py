"""The page as an ASGI application: read-only routes over the board."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.exec.desk.document import desk_document
from kalshi_alpha.web.dashboard.board import Board, books_message
from kalshi_alpha.web.dashboard.guarded import App, Guarded
from kalshi_alpha.web.dashboard.shown import iso
from kalshi_alpha.web.dashboard.vendored import served

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

TICK_S = 0.1
"""How often a reader's changes are put together: what came meanwhile is sent once."""
CLOCK_EVERY_S = 2.0
READERS_MAX = 16
_NO_STORE = {"cache-control": "no-store"}
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}
Background = Callable[[], Awaitable[None]]


def dashboard_app(
    board: Board, hosts: frozenset[str], background: Sequence[Background] = ()
) -> App:
    """Return the application.

    Parameters
    ----------
    board
        What is shown.
    hosts
        What the ``Host`` header may say.
    background
        What runs beside it, such as the looks and the stream of books.
    """
    return Guarded(_starlette(Pages(board), background), hosts)


class Pages:
    """The routes' handlers.

    Parameters
    ----------
    board
        What is shown.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self.readers = 0

    async def page(self, _request: Request) -> Response:
        """Answer with the whole page."""
        from starlette.responses import HTMLResponse

        return HTMLResponse(self._board.page(), headers=_NO_STORE)

    async def panel(self, request: Request) -> Response:
        """Answer with the inside of one panel."""
        from starlette.responses import HTMLResponse, PlainTextResponse

        try:
            return HTMLResponse(self._board.panel(request.path_params["name"]), headers=_NO_STORE)
        except KeyError:
            return PlainTextResponse("there is no such panel\n", status_code=404)

    async def desk(self, _request: Request) -> Response:
        """Answer with the desk as JSON."""
        from starlette.responses import Response

        body = msgspec.json.encode(desk_document(self._board.desk))
        return Response(body, media_type="application/json", headers=_NO_STORE)

    async def metrics(self, _request: Request) -> Response:
        """Answer with the desk's figures for Prometheus."""
        from starlette.responses import Response

        from kalshi_alpha.exec.metrics.exposition import CONTENT_TYPE, metrics_text

        text = metrics_text(self._board.desk)
        return Response(text, media_type=CONTENT_TYPE, headers=_NO_STORE)

    async def static(self, request: Request) -> Response:
        """Answer with a script or a style."""
        from starlette.responses import PlainTextResponse, Response

        found = served().get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("there is no such file\n", status_code=404)
        return Response(found.body, headers={"content-type": found.kind} | _FOR_GOOD)

    async def events(self, request: Request) -> Response:
        """Answer with a stream of changes: panels, prices, and the clock."""
        from starlette.responses import PlainTextResponse, Response, StreamingResponse

        kind = "text/event-stream"
        if request.method == "HEAD":
            return Response(media_type=kind, headers=_NO_STORE)
        if self.readers >= READERS_MAX:
            return PlainTextResponse("too many pages are open\n", status_code=503)
        since = request.query_params.get("since", "")
        return StreamingResponse(self._counted(since), media_type=kind, headers=_NO_STORE)

    async def _counted(self, since: str) -> AsyncIterator[bytes]:
        self.readers += 1
        try:
            async for message in changes(self._board, since):
                yield message
        finally:
            self.readers -= 1


async def changes(board: Board, since: str, tick_s: float = TICK_S) -> AsyncIterator[bytes]:
    """Yield what changes on a board, put together once a tick; all prices come first.

    A reader that is slow misses nothing but what is out of date by then: whatever changed several
    times between two ticks is sent as it is at the second.
    """
    version, seq, clock_in_s = board.version_of(since), 0, 0.0
    yield b"retry: 1000\n\n"
    while True:
        if clock_in_s <= 0.0:
            yield message("clock", f"{iso(board.now())} {iso(board.looked_at)}")
            clock_in_s = CLOCK_EVERY_S
        if board.version > version:
            found, version = board.changed(version), board.version
            for name, html in found.items():
                yield message(name, html)
        if board.live.seq > seq:
            tops, seq = board.live.since(seq), board.live.seq
            yield message("books", books_message(tops).decode())
        await asyncio.sleep(tick_s)
        clock_in_s -= tick_s


def message(event: str, data: str) -> bytes:
    """Return one message of an event stream."""
    lines = "\n".join(f"data: {line}" for line in data.splitlines() or [""])
    return f"event: {event}\n{lines}\n\n".encode()


def _starlette(pages: Pages, background: Sequence[Background]) -> Starlette:
    from starlette.applications import Starlette
    from starlette.routing import Route

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.ensure_future(each()) for each in background]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    routes = [
        Route("/", pages.page),
        Route("/panel/{name}", pages.panel),
        Route("/desk.json", pages.desk),
        Route("/metrics", pages.metrics),
        Route("/events", pages.events),
        Route("/static/{name}", pages.static),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
