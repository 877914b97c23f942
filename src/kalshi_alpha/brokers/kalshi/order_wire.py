"""Orders over HTTP/1.1: a few connections kept alive, a small writer, h11 to read replies.

A request is one write, made of bytes that this module spells itself; a reply is parsed by h11,
which refuses what is not HTTP. Nothing is ever sent twice: a failure says whether the request may
have arrived, and a connection that the other side closed under a request counts as "may have".
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from kalshi_alpha.brokers.kalshi.hosts import is_loopback
from kalshi_alpha.brokers.kalshi.reply_parser import BODY_MAX, ReplyParser
from kalshi_alpha.core.errors import BadParameter, ConfigError
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest

CONNECTIONS_MAX = 8
IDLE_MAX_S = 20.0
"""A connection idle for longer is not used again: servers close theirs without a word."""
_TARGET = re.compile(r"/[\x21-\x7e]*")
_OWN_HEADERS = frozenset({"host", "content-length", "connection", "transfer-encoding"})


class OrderWire:
    """A `Wire` to one host.

    Parameters
    ----------
    origin
        Scheme, host and port. TLS with certificate checks; plain HTTP on loopback only.
    connections_max
        How many requests may be under way at once; others wait for a connection.
    body_max
        Longest body that is read, bytes.
    tls
        Context of the connections, by default the system's trust store.

    Raises
    ------
    ConfigError
        If the origin is neither HTTPS nor plain HTTP on loopback.
    """

    def __init__(
        self,
        origin: str,
        *,
        connections_max: int = CONNECTIONS_MAX,
        body_max: int = BODY_MAX,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(origin)
        self._host = parts.hostname or ""
        secure = parts.scheme == "https"
        plain = parts.scheme == "http" and is_loopback(self._host)
        if not self._host or parts.path or not (secure or plain):
            raise ConfigError(
                f"orders go over https, or http on loopback, to a host alone; not to {origin!r}"
            )
        self._port = parts.port or (443 if secure else 80)
        self._authority = parts.netloc
        self._tls = (tls or ssl.create_default_context()) if secure else None
        if self._tls is not None and (
            self._tls.verify_mode is not ssl.CERT_REQUIRED or not self._tls.check_hostname
        ):
            raise ConfigError("certificates are always checked; use a context that does")
        self._body_max = body_max
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._turns = asyncio.Semaphore(connections_max)
        self._closed = False

    async def connect(self, timeout_s: float) -> None:
        """Have an idle connection open, so that the next send begins at once.

        Raises
        ------
        WireFailed
            If the host cannot be reached; nothing was sent.
        """
        if self._is_ready():
            return
        try:
            async with asyncio.timeout(timeout_s):
                # A turn is waited for as well, and again where another was let in first: the
                # send that follows would wait for one otherwise.
                while not self._is_ready():
                    async with self._turns:
                        if self._fresh_idle() is None:
                            self._idle.append(await self._connected())
        except TimeoutError as error:
            raise _unsent(WireFault.TIMEOUT, f"no connection to {self._host}") from error

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        """Send a request once and return its whole reply.

        Raises
        ------
        WireFailed
            If no whole reply came in time.
        BadParameter
            If a header or the target cannot be sent on a line of its own.
        """
        data = self._spelled(request, headers)
        deadline = asyncio.get_running_loop().time() + timeout_s
        connection = await self._granted(timeout_s)
        try:
            return await connection.exchange(request.method, data, self._body_max, deadline)
        finally:
            self._put_back(connection)
            self._turns.release()

    async def _granted(self, timeout_s: float) -> _Connection:
        """Take a turn and a connection; where both are free nothing is waited for."""
        if not self._turns.locked() and (connection := self._taken()) is not None:
            await self._turns.acquire()
            return connection
        try:
            async with asyncio.timeout(timeout_s):
                await self._turns.acquire()
                connection = None
                try:
                    connection = self._taken() or await self._connected()
                finally:
                    if connection is None:
                        self._turns.release()
                return connection
        except TimeoutError as error:
            raise _unsent(WireFault.TIMEOUT, f"no connection to {self._host}") from error

    async def close(self) -> None:
        """Close every connection; requests under way fail."""
        self._closed = True
        for connection in list(self._open):
            connection.drop()
        self._idle.clear()
        # One turn of the loop lets the transports finish.
        await asyncio.sleep(0)

    def _spelled(self, request: WireRequest, headers: Mapping[str, str]) -> bytes:
        target = request.target
        if _TARGET.fullmatch(target) is None:
            raise BadParameter(f"{target!r} is no target of a request")
        fields = [f"{name}: {value}" for name, value in headers.items()]
        # What is ASCII and printable is 0x20 to 0x7e: nothing that could end a line.
        told = "".join(fields)
        if not (told.isascii() and told.isprintable()) or _has_own(tuple(headers)):
            raise BadParameter(f"header {_first_bad(headers)!r} cannot be sent")
        lines = [f"{request.method} {target} HTTP/1.1", f"Host: {self._authority}", *fields]
        if request.body or request.method in {"POST", "PUT"}:
            lines.append(f"Content-Length: {len(request.body)}")
        return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + request.body

    def _is_ready(self) -> bool:
        """Say whether a request would begin without waiting."""
        return self._fresh_idle() is not None and not self._turns.locked()

    def _fresh_idle(self) -> _Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle[-1]
            if connection.usable and now - connection.idle_since <= IDLE_MAX_S:
                return connection
            self._idle.pop().drop()
        return None

    def _taken(self) -> _Connection | None:
        connection = self._fresh_idle()
        if connection is not None:
            self._idle.pop()
        return connection

    async def _connected(self) -> _Connection:
        if self._closed:
            raise _unsent(WireFault.CLOSED, f"the wire to {self._host} was closed")
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: _Connection(loop, self._open), self._host, self._port, ssl=self._tls
            )
        except (OSError, ssl.CertificateError) as error:
            raise _unsent(WireFault.NOT_CONNECTED, f"{self._host}: {_reason(error)}") from error
        return connection

    def _put_back(self, connection: _Connection) -> None:
        if connection.reusable and not self._closed:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            connection.drop()


class _Connection(asyncio.Protocol):
    """One connection, which carries one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, among: set[_Connection]) -> None:
        self._loop, self._among = loop, among
        self._transport: asyncio.Transport | None = None
        self._parser: ReplyParser | None = None
        self._reply: asyncio.Future[WireReply] | None = None
        self.idle_since = loop.time()
        self.reusable = False

    @property
    def usable(self) -> bool:
        """Whether a request may be written: open, and nothing came unasked."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(self, method: str, data: bytes, body_max: int, deadline: float) -> WireReply:
        """Write a request and wait for its reply, until a time of the loop."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise _unsent(WireFault.RESET, "the connection was closed before the request")
        self.reusable = False
        self._reply = self._loop.create_future()
        transport.write(data)
        # Making the parser is work, so it begins when the request is on its way.
        self._parser = ReplyParser(method, body_max)
        timer = self._loop.call_at(deadline, self._expire)
        try:
            return await self._reply
        finally:
            timer.cancel()

    def drop(self) -> None:
        """Close without waiting for anything."""
        if self._transport is not None:
            self._transport.abort()
        self._fail(WireFault.RESET, "the connection was dropped")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows what asyncio gives
        self._transport = transport
        self._among.add(self)

    def data_received(self, data: bytes) -> None:
        if self._parser is None or self._reply is None or self._reply.done():
            # A reply that nobody waits for must never be taken for the next one's.
            self.drop()
            return
        self._advance(data)

    def eof_received(self) -> bool:
        if self._parser is not None and self._reply is not None and not self._reply.done():
            self._advance(b"")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._among.discard(self)
        self._transport = None
        self.reusable = False
        self._fail(WireFault.RESET, "the connection was reset" if exc else "it was closed")

    def _advance(self, data: bytes) -> None:
        parser, waiting = self._parser, self._reply
        if parser is None or waiting is None:
            return
        try:
            reply = parser.feed(data)
        except WireFailed as error:
            waiting.set_exception(error)
            self._close_now()
            return
        if reply is not None:
            self.reusable = parser.keeps_alive and self.usable
            self._parser = None
            waiting.set_result(reply)

    def _fail(self, fault: WireFault, detail: str) -> None:
        if self._reply is None or self._reply.done():
            return
        begun = self._parser is not None and self._parser.begun
        self._reply.set_exception(
            WireFailed(WireFault.TORN, f"{detail} inside the reply")
            if begun
            else WireFailed(fault, f"{detail} before a reply")
        )
        # If its waiter is gone already, nobody else is to be told.
        self._reply.exception()

    def _expire(self) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(
                WireFailed(WireFault.TIMEOUT, "no whole reply before the deadline")
            )

    def _close_now(self) -> None:
        if self._transport is not None:
            self._transport.abort()


@lru_cache(maxsize=64)
def _has_own(names: tuple[str, ...]) -> bool:
    """Say whether a header is among names that the wire itself gives."""
    return not _OWN_HEADERS.isdisjoint(name.lower() for name in names)


def _first_bad(headers: Mapping[str, str]) -> str:
    """Return the name of the first header that cannot be sent; its value may be a signature."""
    for name, value in headers.items():
        told = name + value
        if name.lower() in _OWN_HEADERS or not (told.isascii() and told.isprintable()):
            return name
    raise AssertionError("every header can be sent")


def _unsent(fault: WireFault, detail: str) -> WireFailed:
    return WireFailed(fault, detail, may_have_arrived=False)


def _reason(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return strerror if isinstance(strerror, str) else type(error).__name__
