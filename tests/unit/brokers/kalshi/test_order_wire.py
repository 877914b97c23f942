from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kalshi_alpha.brokers.kalshi import order_wire
from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
from kalshi_alpha.core.errors import BadParameter, ConfigError
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest

T = TypeVar("T")
POST = WireRequest("POST", "/trade-api/v2/portfolio/events/orders", body=b'{"a":1}')
GET = WireRequest("GET", "/trade-api/v2/markets", query="limit=1")
OK = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
Answer = Callable[[int, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Loopback:
    """A server on loopback that counts connections and keeps every request it read."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.connections = 0
        self.requests: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = 0
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                self.requests.append(head + await reader.readexactly(length))
                await self.answer(len(self.requests), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def loopback(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Loopback]:
    served = Loopback(answer)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    served.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
        await server.wait_closed()


def says(*parts: bytes, then: str = "stay") -> Answer:
    """Answer with bytes, and then stay, close, reset or hang."""

    async def answer(_: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if then == "hang":
            await reader.read(1)
        if then == "reset":
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()
        if then == "close":
            writer.close()

    return answer


def with_wire(answer: Answer, use: Callable[[OrderWire, Loopback], Coroutine[Any, Any, T]]) -> T:
    async def session() -> T:
        async with loopback(answer) as served:
            wire = OrderWire(served.url)
            try:
                return await use(wire, served)
            finally:
                await wire.close()

    async def bounded() -> T:
        async with asyncio.timeout(10.0):
            return await session()

    return asyncio.run(bounded())


def failure(answer: Answer, *, timeout_s: float = 2.0) -> tuple[WireFailed, Loopback]:
    async def use(wire: OrderWire, served: Loopback) -> tuple[WireFailed, Loopback]:
        with pytest.raises(WireFailed) as caught:
            await wire.send(POST, {}, timeout_s)
        return caught.value, served

    return with_wire(answer, use)


def test_a_request_is_one_write_with_its_headers_and_its_body() -> None:
    async def use(wire: OrderWire, served: Loopback) -> tuple[WireReply, Loopback]:
        return await wire.send(POST, {"KALSHI-ACCESS-KEY": "abc"}, 2.0), served

    reply, served = with_wire(says(OK), use)
    assert (reply.status, reply.body) == (201, b"{}")
    host = served.url.removeprefix("http://").encode()
    assert served.requests == [
        b"POST /trade-api/v2/portfolio/events/orders HTTP/1.1\r\nHost: " + host + b"\r\n"
        b'KALSHI-ACCESS-KEY: abc\r\nContent-Length: 7\r\n\r\n{"a":1}'
    ]


def test_a_query_goes_with_the_target() -> None:
    async def use(wire: OrderWire, served: Loopback) -> bytes:
        await wire.send(GET, {}, 2.0)
        return served.requests[0]

    assert with_wire(says(OK), use).startswith(b"GET /trade-api/v2/markets?limit=1 HTTP/1.1\r\n")


def test_requests_follow_each_other_on_one_connection() -> None:
    async def use(wire: OrderWire, served: Loopback) -> int:
        for _ in range(5):
            await wire.send(POST, {}, 2.0)
        return served.connections

    assert with_wire(says(OK), use) == 1


def test_requests_at_once_have_connections_of_their_own() -> None:
    async def use(wire: OrderWire, served: Loopback) -> tuple[int, int]:
        await asyncio.gather(*(wire.send(POST, {}, 2.0) for _ in range(20)))
        return served.connections, len(served.requests)

    connections, requests = with_wire(says(OK), use)
    assert 2 <= connections <= order_wire.CONNECTIONS_MAX
    assert requests == 20


def test_a_connection_made_ahead_is_the_one_that_is_used() -> None:
    async def use(wire: OrderWire, served: Loopback) -> int:
        await wire.connect(2.0)
        await wire.connect(2.0)
        await wire.send(POST, {}, 2.0)
        return served.connections

    assert with_wire(says(OK), use) == 1


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (says(then="close"), WireFault.RESET),
        (says(then="reset"), WireFault.RESET),
        (says(OK[:12], then="close"), WireFault.TORN),
        (says(OK[:-1], then="close"), WireFault.TORN),
        (says(OK[:-1], then="reset"), WireFault.TORN),
        (says(b"<html>bad gateway</html>\r\n\r\n"), WireFault.TORN),
        (says(OK[:-1], then="hang"), WireFault.TIMEOUT),
        (says(then="hang"), WireFault.TIMEOUT),
    ],
    ids=[
        *("closed unanswered", "reset unanswered", "closed in the head", "closed in the body"),
        *("reset in the body", "no HTTP", "silent in the body", "silent"),
    ],
)
def test_a_request_without_a_whole_reply_may_have_arrived_and_is_not_sent_again(
    answer: Answer, fault: WireFault
) -> None:
    error, served = failure(answer, timeout_s=0.2)
    assert (error.fault, error.may_have_arrived) == (fault, True)
    assert len(served.requests) == 1


def test_the_deadline_is_for_the_whole_reply_however_it_trickles() -> None:
    async def drip(_: int, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _byte in range(1000):
            writer.write(b"x")
            await asyncio.sleep(0.05)

    error, _ = failure(drip, timeout_s=0.3)
    assert error.fault is WireFault.TIMEOUT


def test_a_kept_connection_that_the_server_closes_under_a_request_may_have_carried_it() -> None:
    async def second_unanswered(
        count: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await says(OK)(count, reader, writer) if count == 1 else writer.close()

    async def use(wire: OrderWire, served: Loopback) -> tuple[WireFailed, int]:
        await wire.send(POST, {}, 2.0)
        with pytest.raises(WireFailed) as caught:
            await wire.send(POST, {}, 2.0)
        return caught.value, len(served.requests)

    error, requests = with_wire(second_unanswered, use)
    assert (error.fault, error.may_have_arrived) == (WireFault.RESET, True)
    assert requests == 2


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced_before_anything_is_sent() -> None:
    async def use(wire: OrderWire, served: Loopback) -> int:
        await wire.send(POST, {}, 2.0)
        await asyncio.sleep(0.05)
        await wire.send(POST, {}, 2.0)
        return served.connections

    assert with_wire(says(OK, then="close"), use) == 2


def test_a_connection_that_idled_too_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_wire, "IDLE_MAX_S", 0.01)

    async def use(wire: OrderWire, served: Loopback) -> int:
        await wire.send(POST, {}, 2.0)
        await asyncio.sleep(0.05)
        await wire.send(POST, {}, 2.0)
        return served.connections

    assert with_wire(says(OK), use) == 2


def test_an_answer_that_comes_twice_is_never_taken_for_the_next_requests() -> None:
    async def twice(count: int, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = b'{"count":%d}' % count
        reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        writer.write(reply + reply)

    async def use(wire: OrderWire, served: Loopback) -> tuple[list[bytes], int]:
        bodies = [(await wire.send(POST, {}, 2.0)).body for _ in range(3)]
        return bodies, served.connections

    bodies, connections = with_wire(twice, use)
    assert bodies == [b'{"count":1}', b'{"count":2}', b'{"count":3}']
    assert connections == 3


def test_bytes_that_nobody_asked_for_end_an_idle_connection() -> None:
    async def later(_: int, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await asyncio.sleep(0.02)
        writer.write(OK)

    async def use(wire: OrderWire, served: Loopback) -> int:
        await wire.send(POST, {}, 2.0)
        await asyncio.sleep(0.1)
        await wire.send(POST, {}, 2.0)
        return served.connections

    assert with_wire(later, use) == 2


def test_a_refused_connection_sent_nothing() -> None:
    async def session() -> WireFailed:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(WireFailed) as caught:
            await OrderWire(f"http://127.0.0.1:{port}").send(POST, {}, 2.0)
        return caught.value

    error = asyncio.run(session())
    assert (error.fault, error.may_have_arrived) == (WireFault.NOT_CONNECTED, False)


def test_a_name_that_does_not_resolve_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def session() -> WireFailed:
        async def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        with pytest.raises(WireFailed) as caught:
            await OrderWire("https://api.elections.kalshi.com").send(POST, {}, 2.0)
        return caught.value

    error = asyncio.run(session())
    assert (error.fault, error.may_have_arrived) == (WireFault.NOT_CONNECTED, False)


def test_a_host_that_never_connects_is_a_timeout_that_sent_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def session(call: str) -> WireFailed:
        async def never(*_: object, **__: object) -> None:
            await asyncio.sleep(60)

        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
        wire = OrderWire("http://127.0.0.1:9")
        with pytest.raises(WireFailed) as caught:
            await (wire.send(POST, {}, 0.05) if call == "send" else wire.connect(0.05))
        return caught.value

    for call in ("send", "connect"):
        error = asyncio.run(session(call))
        assert (error.fault, error.may_have_arrived) == (WireFault.TIMEOUT, False)


def self_signed(folder: Path) -> ssl.SSLContext:
    """Make a server's context with a certificate for 127.0.0.1 that only itself vouches for."""
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, None)
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    async def session() -> tuple[WireFailed, bytes]:
        async with loopback(says(OK), tls=self_signed(tmp_path)) as served:
            with pytest.raises(WireFailed) as caught:
                await OrderWire(served.url).send(POST, {"KALSHI-ACCESS-KEY": "abc"}, 2.0)
            assert served.requests == []
            trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
            wire = OrderWire(served.url, tls=trusting)
            reply = await wire.send(POST, {}, 2.0)
            await wire.close()
            return caught.value, reply.body

    error, body = asyncio.run(session())
    assert (error.fault, error.may_have_arrived) == (WireFault.NOT_CONNECTED, False)
    assert body == b"{}"


def test_a_body_beyond_its_cap_is_not_read() -> None:
    async def use(wire: OrderWire, served: Loopback) -> WireFailed:
        capped = OrderWire(served.url, body_max=1000)
        with pytest.raises(WireFailed, match="beyond 1000 bytes") as caught:
            await capped.send(GET, {}, 2.0)
        return caught.value

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    assert with_wire(says(head + b"x" * 5000), use).fault is WireFault.TORN


def test_a_redirect_is_returned_and_not_followed() -> None:
    async def use(wire: OrderWire, served: Loopback) -> tuple[int, int]:
        return (await wire.send(POST, {}, 2.0)).status, len(served.requests)

    moved = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert with_wire(says(moved), use) == (307, 1)


def test_a_request_that_is_given_up_ends_its_connection() -> None:
    async def use(wire: OrderWire, served: Loopback) -> int:
        first = asyncio.create_task(wire.send(POST, {}, 5.0))
        await asyncio.sleep(0.05)
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first
        served.answer = says(OK)
        await wire.send(POST, {}, 2.0)
        return served.connections

    assert with_wire(says(then="hang"), use) == 2


def test_closing_the_wire_fails_what_is_under_way_and_sends_nothing_more() -> None:
    async def use(wire: OrderWire, _: Loopback) -> list[WireFailed]:
        under_way = asyncio.create_task(wire.send(POST, {}, 5.0))
        await asyncio.sleep(0.05)
        await wire.close()
        failures = []
        for sending in (under_way, wire.send(POST, {}, 1.0)):
            with pytest.raises(WireFailed) as caught:
                await sending
            failures.append(caught.value)
        return failures

    first, second = with_wire(says(then="hang"), use)
    assert (first.fault, first.may_have_arrived) == (WireFault.RESET, True)
    assert (second.fault, second.may_have_arrived) == (WireFault.CLOSED, False)


@pytest.mark.parametrize(
    "headers", [{"X": "a\r\nY: b"}, {"X": "é"}, {"Content-Length": "3"}, {"Host": "other"}]
)
def test_a_header_that_would_change_the_request_is_refused_unseen(headers: dict[str, str]) -> None:
    async def use(wire: OrderWire, served: Loopback) -> int:
        with pytest.raises(BadParameter) as caught:
            await wire.send(POST, headers, 2.0)
        assert next(iter(headers.values())) not in str(caught.value)
        return len(served.requests)

    assert with_wire(says(OK), use) == 0


@pytest.mark.parametrize(
    "target",
    [WireRequest("GET", "/a b"), WireRequest("GET", "/a", query="x=1 HTTP/1.1\r\nHost: b")],
)
def test_a_target_that_would_change_the_request_is_refused(target: WireRequest) -> None:
    async def use(wire: OrderWire, served: Loopback) -> int:
        with pytest.raises(BadParameter):
            await wire.send(target, {}, 2.0)
        return len(served.requests)

    assert with_wire(says(OK), use) == 0


@pytest.mark.parametrize(
    "origin",
    [
        *("http://api.elections.kalshi.com", "http://10.0.0.1:80", "ftp://127.0.0.1", ""),
        "https://api.elections.kalshi.com/trade-api",
    ],
)
def test_plain_http_is_for_loopback_and_a_wire_goes_to_a_host_alone(origin: str) -> None:
    with pytest.raises(ConfigError):
        OrderWire(origin)


def test_a_context_that_checks_no_certificates_is_refused() -> None:
    lax = ssl.create_default_context()
    lax.check_hostname = False
    with pytest.raises(ConfigError, match="always checked"):
        OrderWire("https://api.elections.kalshi.com", tls=lax)
