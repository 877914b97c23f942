"""What every request passes first: reads only, for this machine's own browser, and nothing more.

A page on loopback is reached by whatever page a browser has open, so the host that is asked for
must be ours by name: a name elsewhere that was made to point here is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from kalshi_alpha.core.errors import UsageError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "::1")
READS = ("GET", "HEAD")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def loopback_host(name: str) -> str:
    """Return the address to listen on.

    Raises
    ------
    UsageError
        If it is not this machine's own: the page has no login, so nobody else may reach it.
    """
    address = {"localhost": "127.0.0.1", "[::1]": "::1"}.get(name, name)
    if address not in LOOPBACK:
        raise UsageError(
            f"the page listens on this machine only, not on {name}: use 127.0.0.1 or ::1, and an "
            "SSH tunnel from elsewhere"
        )
    return address


def own_hosts(port: int) -> frozenset[str]:
    """Return the hosts that a browser on this machine asks for."""
    return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


class Guarded:
    """Let a request through if it only reads, and asks for this machine by its own name.

    Parameters
    ----------
    app
        What answers.
    hosts
        What the ``Host`` header may say.
    """

    def __init__(self, app: App, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let the application answer, with the headers of every answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = dict(scope["headers"])
        said = [value for name, value in scope["headers"] if name == b"host"]
        if len(said) != 1 or said[0].decode("latin-1").lower() not in self._hosts:
            await _refuse(send, 421, b"this page answers to localhost, 127.0.0.1 and [::1] only\n")
        elif scope["method"] not in READS:
            await _refuse(send, 405, b"this page can only be read\n", (b"allow", b"GET, HEAD"))
        elif headers.get(b"sec-fetch-site") in {b"cross-site", b"same-site"} and not _navigates(
            headers
        ):
            await _refuse(send, 403, b"another site asked for this\n")
        else:
            await self._app(scope, receive, _with_headers(send))


def _navigates(headers: MutableMapping[bytes, bytes] | dict[bytes, bytes]) -> bool:
    """Whether a person follows a link, which opens a page of our own."""
    return headers.get(b"sec-fetch-mode") == b"navigate"


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await send(message)

    return sent


async def _refuse(send: Send, status: int, said: bytes, *more: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    headers = [kind, (b"content-length", str(len(said)).encode()), *more, *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": said})
