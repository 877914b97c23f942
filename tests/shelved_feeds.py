"""The publishers' pages as the fixtures have them, for the desk's own client, without a socket."""

from __future__ import annotations

from datetime import datetime

import httpx2

from desk import REPOSITORY
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.wire import WireRequest
from kalshi_alpha.drivers.transport import FeedClient
from kalshi_alpha.sim.feeds import FeedShelf


class Shelved(FeedClient):
    """Reads the fixtures' feeds at a clock, without a socket."""

    def __init__(self, clock: Clock, stations: tuple[str, ...], *, quoted: bool = False) -> None:
        shelf = FeedShelf(REPOSITORY / "tests/fixtures", clock)

        def answer(request: httpx2.Request) -> httpx2.Response:
            url = request.url
            path = f"/feeds/{url.host}{url.path}"
            reply = shelf(WireRequest(request.method, path, url.query.decode(), request.read()))
            assert reply is not None
            return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

        transport = httpx2.MockTransport(answer)
        settings = {"KALSHI_ALPHA_TEN_YEAR_QUOTE": "https://ten-year-quote/record"}
        super().__init__(
            "x",
            settings=settings if quoted else {},
            stations=stations,
            transport=transport,
            attempts=1,
            pause_s=0.0,
        )
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()
