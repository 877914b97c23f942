from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.reply_parser import HEAD_MAX, ReplyParser
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply

BODY = b'{"order_id":"a"}'
HEAD = b"HTTP/1.1 201 Created\r\nDate: Thu, 11 Jun 2026 06:29:20 GMT\r\nX-A: 1\r\nx-a: 2\r\n"
WHOLE = HEAD + b"Content-Length: 16\r\n\r\n" + BODY
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + BODY[:8] + b"\r\n8\r\n" + BODY[8:]
CHUNKED += b"\r\n0\r\n\r\n"


def fed(parser: ReplyParser, *parts: bytes) -> WireReply | None:
    reply = None
    for part in parts:
        reply = parser.feed(part)
    return reply


@given(data=st.sampled_from([WHOLE, CHUNKED]), cuts=st.lists(st.integers(1, len(WHOLE) - 1)))
def test_a_reply_is_the_same_however_it_is_cut(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(set(cuts)), len(data)]
    parts = [data[a:b] for a, b in itertools.pairwise(edges) if a < b]
    parser = ReplyParser("POST")
    reply = fed(parser, *parts)
    assert reply is not None
    assert (reply.status, reply.body) == (201, BODY)
    assert reply.headers["x-a"] == "1, 2"
    assert reply.headers["date"] == "Thu, 11 Jun 2026 06:29:20 GMT"
    assert parser.keeps_alive


def test_an_interim_reply_is_passed_over() -> None:
    reply = fed(ReplyParser("POST"), b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE)
    assert reply is not None
    assert reply.status == 201


def test_a_reply_without_a_body_is_whole_at_its_head() -> None:
    reply = fed(ReplyParser("DELETE"), b"HTTP/1.1 204 No Content\r\n\r\n")
    assert reply == WireReply(204, {}, b"")


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Connection: close\r\nContent-Length: 16\r\n\r\n" + BODY,
        b"HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\n" + BODY,
        WHOLE + b"HTTP/1.1 201 Created\r\n",
    ],
    ids=["the other side closes", "an old protocol", "more than one reply"],
)
def test_such_a_connection_is_not_used_again(data: bytes) -> None:
    parser = ReplyParser("POST")
    assert parser.feed(data) is not None
    assert not parser.keeps_alive


def test_a_body_that_ends_with_the_connection_is_whole() -> None:
    parser = ReplyParser("GET")
    assert fed(parser, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY) is None
    reply = parser.feed(b"")
    assert reply is not None
    assert reply.body == BODY


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 201 Cr", b""),
        (HEAD, b""),
        (WHOLE[:-4], b""),
        (CHUNKED[:-9], b""),
        (b"\x16\x03\x01\x02\x00\r\n\r\n",),
        (b"<html>502</html>\r\n\r\n",),
        (HEAD + b"Content-Length: 16\r\nContent-Length: 17\r\n\r\n",),
        (HEAD + b"Content-Length: -1\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * HEAD_MAX, b"a"),
    ],
    ids=[
        *("in the status line", "in the head", "in the body", "in a chunk", "no text", "no HTTP"),
        *("two lengths", "a length below zero", "a head without end"),
    ],
)
def test_what_is_no_whole_reply_is_torn(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(WireFailed) as caught:
        fed(ReplyParser("POST"), *parts)
    assert caught.value.fault is WireFault.TORN
    assert caught.value.may_have_arrived


def test_an_end_before_the_first_byte_is_a_reset() -> None:
    with pytest.raises(WireFailed) as caught:
        ReplyParser("POST").feed(b"")
    assert caught.value.fault is WireFault.RESET
    assert caught.value.may_have_arrived


def test_a_body_beyond_its_cap_is_torn() -> None:
    parser = ReplyParser("GET", body_max=15)
    with pytest.raises(WireFailed, match="beyond 15 bytes"):
        parser.feed(WHOLE)
