from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from kalshi_alpha.brokers.kalshi import frame_stream
from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener, PicowsStream
from kalshi_alpha.core.wire import WireFailed, WireFault

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def frame(payload: bytes, kind: int = TEXT, *, is_last: bool = True) -> bytes:
    """Return an unmasked frame, as a server sends it."""
    first = bytes([kind | (0x80 if is_last else 0)])
    size = len(payload)
    if size < 126:
        return first + bytes([size]) + payload
    if size < 65_536:
        return first + b"\x7e" + size.to_bytes(2, "big") + payload
    return first + b"\x7f" + size.to_bytes(8, "big") + payload


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return a masked frame's kind and payload, as a client sends it."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2), "big")
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(size)
    return first & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


async def shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Answer the upgrade and return the request's head."""
    head = await reader.readuntil(b"\r\n\r\n")
    key = next(
        line.split(b":", 1)[1].strip()
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key:")
    )
    accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())  # noqa: S324 - RFC 6455 asks
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    return head


def against(
    server: Server, client: Callable[[PicowsOpener], Awaitable[None]], *, raw: bool = False
) -> None:
    """Run a client against a server on loopback; the server shakes hands first, unless raw."""

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if not raw:
                await shake_hands(reader, writer)
            await server(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def main() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            async with asyncio.timeout(5.0):
                await client(PicowsOpener(f"ws://127.0.0.1:{port}"))
                await asyncio.gather(*serving)

    asyncio.run(main())


async def opened(opener: PicowsOpener, timeout_s: float = 2.0) -> PicowsStream:
    return await opener.open("/trade-api/ws/v2", {"KALSHI-ACCESS-KEY": "k"}, timeout_s)


def failing(server: Server, *, after: int = 0) -> WireFailed:
    """Return what a receiver is told after so many good frames."""
    caught: list[WireFailed] = []

    async def client(opener: PicowsOpener) -> None:
        stream = await opened(opener)
        for _ in range(after):
            await stream.receive()
        with pytest.raises(WireFailed) as info:
            await stream.receive()
        caught.append(info.value)
        with pytest.raises(WireFailed):
            await stream.send(b"{}")
        await stream.close()
        await stream.close()

    against(server, client)
    return caught[0]


def test_frames_arrive_in_order_and_the_handshake_carries_the_headers() -> None:
    heads: list[bytes] = []

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await shake_hands(reader, writer))
        kind, payload = await read_frame(reader)
        assert kind == TEXT
        writer.write(frame(payload) + frame(b"two") + frame(b"x" * 70_000) + frame(b"four"))
        await read_frame(reader)

    async def client(opener: PicowsOpener) -> None:
        stream = await opened(opener)
        await stream.send(b'{"id":1}')
        assert await stream.receive() == b'{"id":1}'
        rest = [await stream.receive(), *stream.take_received()]
        while len(rest) < 3:
            rest.append(await stream.receive())
        assert rest == [b"two", b"x" * 70_000, b"four"]
        assert stream.take_received() == ()
        await stream.close()

    against(server, client, raw=True)
    assert heads[0].startswith(b"GET /trade-api/ws/v2 HTTP/1.1\r\n")
    assert b"\r\nKALSHI-ACCESS-KEY: k\r\n" in heads[0]


def test_pings_are_answered_and_not_handed_over() -> None:
    ponged: list[tuple[int, bytes]] = []

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(b"heartbeat", PING))
        ponged.append(await read_frame(reader))
        writer.write(frame(b"data"))
        await read_frame(reader)

    async def client(opener: PicowsOpener) -> None:
        stream = await opened(opener)
        assert await stream.receive() == b"data"
        await stream.close()

    against(server, client)
    assert ponged == [(PONG, b"heartbeat")]


def test_a_message_in_parts_is_put_together_though_a_ping_comes_between() -> None:
    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(b"ab", is_last=False) + frame(b"", PING))
        writer.write(frame(b"cd", 0, is_last=False) + frame(b"ef", 0) + frame(b"whole"))
        await read_frame(reader)

    async def client(opener: PicowsOpener) -> None:
        stream = await opened(opener)
        assert [await stream.receive(), await stream.receive()] == [b"abcdef", b"whole"]
        await stream.close()

    against(server, client)


def test_a_wait_that_is_cancelled_loses_no_frame() -> None:
    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_frame(reader)
        writer.write(frame(b"late"))
        await read_frame(reader)

    async def client(opener: PicowsOpener) -> None:
        stream = await opened(opener)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await stream.receive()
        await stream.send(b"go")
        assert await stream.receive() == b"late"
        await stream.close()

    against(server, client)


def test_a_frame_that_is_cut_by_the_end_of_the_connection_is_not_handed_over() -> None:
    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(b"whole") + frame(b"x" * 100)[:50])
        await writer.drain()

    error = failing(server, after=1)
    assert error.fault is WireFault.RESET


def test_a_farewell_of_the_venue_is_named() -> None:
    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame((1001).to_bytes(2, "big") + b"maintenance", CLOSE))
        await read_frame(reader)

    error = failing(server)
    assert error.fault is WireFault.CLOSED
    assert "maintenance" in str(error)


@pytest.mark.parametrize(
    "sent",
    [frame(b"binary", BINARY), frame(b"nothing began", 0), b"\xff\xff\xff\xff\xff\xff"],
    ids=["binary", "continuation", "no frame"],
)
def test_what_is_no_text_frame_ends_the_stream(sent: bytes) -> None:
    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await reader.read()

    assert failing(server).fault in {WireFault.TORN, WireFault.RESET}


@pytest.mark.parametrize(
    "sent",
    [b"\x81\x7f" + (2**40).to_bytes(8, "big"), frame(b"x" * 600, is_last=False) * 1],
    ids=["announced", "in parts"],
)
def test_a_message_that_is_too_large_ends_the_stream(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_stream, "MESSAGE_BYTES_MAX", 1000)

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent + frame(b"x" * 600, 0))
        await reader.read()

    assert failing(server).fault in {WireFault.TORN, WireFault.RESET}


def test_a_peer_that_answers_no_ping_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_stream, "PING_AFTER_S", 0.05)
    monkeypatch.setattr(frame_stream, "PONG_WITHIN_S", 0.05)

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert failing(server).fault is WireFault.RESET


def test_a_slow_reader_stops_the_socket_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_stream, "FRAMES_HELD_MAX", 10)

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(2_000):
            writer.write(frame(b"%d" % number + b" " * 200))
            await writer.drain()
        await read_frame(reader)

    async def client(opener: PicowsOpener) -> None:
        stream = await opened(opener)
        await asyncio.sleep(0.05)
        numbers: list[int] = []
        while len(numbers) < 2_000:
            numbers.append(int(await stream.receive()))
        assert numbers == list(range(2_000))
        await stream.close()

    against(server, client)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_a_refused_handshake_is_not_a_stream(answer: bytes) -> None:
    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async def client(opener: PicowsOpener) -> None:
        with pytest.raises(WireFailed) as info:
            await opened(opener)
        assert info.value.fault is WireFault.NOT_CONNECTED

    against(server, client, raw=True)


def test_a_handshake_that_is_not_answered_in_time_fails() -> None:
    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def client(opener: PicowsOpener) -> None:
        with pytest.raises(WireFailed) as info:
            await opened(opener, timeout_s=0.05)
        assert info.value.fault is WireFault.TIMEOUT

    against(server, client, raw=True)


def test_nobody_listening_is_certain_not_to_have_heard() -> None:
    async def main() -> None:
        async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
        with pytest.raises(WireFailed) as info:
            await opened(PicowsOpener(f"ws://127.0.0.1:{port}"))
        assert not info.value.may_have_arrived

    asyncio.run(main())
