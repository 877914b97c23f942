"""What every request passes first."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.web.dashboard.guarded import HEADERS, Guarded, loopback_host, own_hosts

HOSTS = own_hosts(8321)
EVERYWHERE = ".".join("0000")


def answered(method: str = "GET", kind: str = "http", **headers: str) -> tuple[int, dict[str, str]]:
    given = {"host": "127.0.0.1:8321"} | {n.replace("_", "-"): v for n, v in headers.items()}
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in"})

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in given.items() if value != "-"]
    scope = {"type": kind, "method": method, "headers": raw}
    asyncio.run(Guarded(app, HOSTS)(scope, receive, send))
    first = sent[0]
    if first["type"] != "http.response.start":
        return int(first["code"]), {}
    found = {name.decode(): value.decode() for name, value in first["headers"]}
    return int(first["status"]), found


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reads_go_through(method: str) -> None:
    assert answered(method)[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ARM"])
def test_every_other_method_is_refused(method: str) -> None:
    status, headers = answered(method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8321", "localhost:8321", "[::1]:8321", "LOCALHOST:8321"]
)
def test_this_machines_own_names_are_answered(host: str) -> None:
    assert answered(host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:80",
        "localhost.evil.example:8321",
        "",
        "-",
        EVERYWHERE,
    ],
)
def test_a_name_that_was_made_to_point_here_is_refused(host: str) -> None:
    assert answered(host=host)[0] == 421


def test_a_host_that_is_said_twice_is_refused() -> None:
    sent: list[Any] = []

    async def app(*_: Any) -> None:
        raise AssertionError

    async def receive() -> Any:
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    twice = [(b"host", b"127.0.0.1:8321"), (b"host", b"evil.example")]
    scope = {"type": "http", "method": "GET", "headers": twice}
    asyncio.run(Guarded(app, HOSTS)(scope, receive, send))
    assert sent[0]["status"] == 421


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("cross-site", "no-cors", 403),
        ("same-site", "cors", 403),
        ("cross-site", "navigate", 200),
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
    ],
)
def test_another_site_gets_nothing_but_may_link_here(site: str, mode: str, status: int) -> None:
    assert answered(sec_fetch_site=site, sec_fetch_mode=mode)[0] == status


def test_every_answer_carries_the_headers_and_no_inline_code_is_allowed() -> None:
    for method in ("GET", "POST"):
        headers = answered(method)[1]
        assert {name.decode() for name, _ in HEADERS} <= headers.keys()
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_a_web_socket_is_closed() -> None:
    assert answered(kind="websocket") == (1008, {})


@pytest.mark.parametrize(
    ("name", "address"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("::1", "::1"), ("[::1]", "::1")],
)
def test_only_this_machine_is_listened_on(name: str, address: str) -> None:
    assert loopback_host(name) == address


@pytest.mark.parametrize("name", [EVERYWHERE, "::", "192.168.1.4", "", "127.0.0.2", "desk.example"])
def test_any_other_address_is_refused_with_the_remedy(name: str) -> None:
    with pytest.raises(UsageError, match="SSH tunnel"):
        loopback_host(name)
