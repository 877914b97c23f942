"""The exchange behind a loopback port: REST, streams and admin calls on one address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.app import SimApp
from kalshi_alpha.sim.server_http import HttpConnection
from kalshi_alpha.sim.server_stream import PING_EVERY_S

LOOPBACK = "127.0.0.1"
TICK_S = 0.05
BACKLOG = 128
Own = Callable[[WireRequest], WireReply | None]
"""Answers requests that are not the venue's: admin calls, feeds; None for what is not its."""


class SimServer:
    """One exchange that listens.

    Use it as an asynchronous context manager: inside it the exchange is open and its time goes
    on, and at its end every connection is over.

    Parameters
    ----------
    app
        The exchange.
    port
        Where to listen on loopback; 0 for any that is free.
    own
        Answers what is not the venue's protocol, in the order given.
    ping_every_s
        How often streams are pinged.

    Raises
    ------
    UsageError
        When it opens, if the port is taken.
    """

    def __init__(
        self,
        app: SimApp,
        *,
        port: int = 0,
        own: tuple[Own, ...] = (),
        ping_every_s: float = PING_EVERY_S,
    ) -> None:
        self.app = app
        self.ping_every_s = ping_every_s
        self._own = own
        self._port = port
        self._listening: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._broken: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """Where it is found, without a path."""
        return f"http://{LOOPBACK}:{self._port}"

    async def __aenter__(self) -> SimServer:
        await self._listen()
        self._start(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._deafen()
        await _ended(self._background)
        await _ended(self._connections)

    def own_reply(self, request: WireRequest) -> WireReply | None:
        """Return the reply to a request that is not the venue's, or None."""
        for answers in self._own:
            reply = answers(request)
            if reply is not None:
                return reply
        return None

    def end(self) -> None:
        """Let :meth:`until_over` return; the context still has to be left."""
        self._over.set()

    async def until_over(self, seconds: float | None = None) -> None:
        """Wait until somebody ends it, or so many seconds have passed; None for no limit.

        Raises
        ------
        Exception
            Whatever broke the exchange's own time, which nothing could be trusted after.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
        if self._broken is not None:
            self._broken.result()

    def vanish(self) -> None:
        """Be gone for as long as the fault lasts: no connection lives and none can be made."""
        if self._listening is not None:
            self._start(self._vanished())

    async def _listen(self) -> None:
        try:
            self._listening = await asyncio.start_server(
                self._accept, LOOPBACK, self._port, backlog=BACKLOG
            )
        except OSError as error:
            raise UsageError(
                f"port {self._port} cannot be listened on: {error.strerror}; "
                "choose another with --port, or 0 for any"
            ) from error
        self._port = self._listening.sockets[0].getsockname()[1]

    async def _deafen(self) -> None:
        if self._listening is not None:
            self._listening.close()
            await self._listening.wait_closed()
            self._listening = None

    async def _vanished(self) -> None:
        await self._deafen()
        await _ended(self._connections)
        while not self.app.reaches(self.app.now()):
            await asyncio.sleep(TICK_S)
        await self._listen()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await HttpConnection(self, reader, writer).run()
        finally:
            if task is not None:
                self._connections.discard(task)
            writer.transport.abort()

    async def _tick(self) -> None:
        while True:
            self.app.advance(self.app.now())
            await asyncio.sleep(TICK_S)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._broken = task
            self._over.set()


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are over, this one left out."""
    others = [task for task in tasks if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
