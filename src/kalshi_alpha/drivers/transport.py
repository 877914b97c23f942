"""Fetching from publishers: one polite client, its limits, and names for what goes wrong.

Only GET is retried. What a publisher says twice is read once (RFC 9111 caching with validators),
a host is asked at most once a second, a body is never read beyond its cap or for longer than two
minutes, and a redirect is followed only where a feed expects it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import FetchFailed, NotBuilt
from kalshi_alpha.datastore.feeds import Endpoint

if TYPE_CHECKING:
    import httpx2

CONNECT_S, READ_S = 5.0, 30.0
ANSWER_S = 120.0
"""Longest time for one whole answer: a body that trickles in keeps no run waiting."""
PAUSE_S = 1.0
"""Shortest time between two requests to one host."""
ATTEMPTS = 4
WAIT_MAX_S = 30.0
_TALKATIVE = ("stamina", "hishel")
_RETRIED = {429, 500, 502, 503, 504}
# Keys travel in queries; what a person reads or a log keeps must not hold them.
_SECRET = re.compile(r"((?:api_?|registration)key=)[^&#]*", re.IGNORECASE)


class _Retry(Exception):
    """An answer that is worth asking for again, and how long to wait first."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class FeedClient:
    """A client for public feeds; it gives drivers what `FeedAccess` promises.

    Parameters
    ----------
    contact
        Address or page that publishers may turn to; part of the User-Agent.
    cache
        Folder of the HTTP cache, or None for none.
    settings
        Variables of the desk: keys of publishers, addresses of its own.
    stations
        Climate stations that are traded.
    transport
        What carries requests; by default the network.
    attempts
        How often a GET is tried.
    pause_s
        Shortest time between two requests to one host.
    limits_s
        Time limits for connecting, for each read, and for a whole answer.

    Raises
    ------
    NotBuilt
        If the extra ``[live]`` is not installed.
    """

    def __init__(
        self,
        contact: str,
        cache: Path | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        stations: tuple[str, ...] = (),
        transport: httpx2.BaseTransport | None = None,
        attempts: int = ATTEMPTS,
        pause_s: float = PAUSE_S,
        limits_s: tuple[float, float, float] = (CONNECT_S, READ_S, ANSWER_S),
    ) -> None:
        try:
            import httpx2
            from stamina import instrumentation
        except ImportError as error:
            raise NotBuilt("live feeds need the extra: pip install 'kalshi-alpha[live]'") from error
        # Where structlog is installed the library would print every try to standard output.
        instrumentation.set_on_retry_hooks([instrumentation.LoggingOnRetryHook])
        for name in _TALKATIVE:
            # What they report is in our errors already; a handler may be added by whoever wants.
            logging.getLogger(name).addHandler(logging.NullHandler())
        connect_s, read_s, self._answer_s = limits_s
        carrier = _paced(transport or httpx2.HTTPTransport(), pause_s)
        self._attempts = attempts
        self._settings = settings or {}
        self.stations = stations
        self._client = httpx2.Client(
            transport=_cached(carrier, cache),
            headers={
                "User-Agent": f"kalshi-alpha/0.1 ({contact})",
                # A kept copy is used only if the publisher says that it still holds: without
                # this a file of last week would pass for today's by its age alone.
                "Cache-Control": "no-cache",
            },
            timeout=httpx2.Timeout(read_s, connect=connect_s),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def now(self) -> datetime:
        """Return the instant at which an answer counts as received, UTC."""
        return datetime.now(UTC)

    def secret(self, name: str) -> str | None:
        """Return a setting of the desk, or None if it is unset or empty."""
        return self._settings.get(name) or None

    def get(
        self, endpoint: Endpoint, url: str, *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """Fetch a body by GET, asking again a few times where that may help.

        Raises
        ------
        FetchFailed
            If the host is not the feed's, the answer is no success, the body exceeds its cap,
            a redirect is not one that is expected, or nothing answers.
        """
        import stamina

        try:
            for attempt in stamina.retry_context(
                on=_wait_hook, attempts=self._attempts, timeout=None, wait_max=WAIT_MAX_S
            ):
                with attempt:
                    return self._once(endpoint, "GET", url, headers=headers)
        except _Retry as error:
            raise FetchFailed(f"{endpoint.source}: {error} ({self._attempts} tries)") from error
        raise FetchFailed(f"{endpoint.source}: {_shown(url)} was not asked")

    def post(
        self,
        endpoint: Endpoint,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
    ) -> bytes:
        """Ask a question that a publisher takes by POST, once.

        Raises
        ------
        FetchFailed
            As for `get`.
        """
        try:
            return self._once(endpoint, "POST", url, json=json, form=form)
        except _Retry as error:
            raise FetchFailed(f"{endpoint.source}: {error}") from error

    def _once(
        self,
        endpoint: Endpoint,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        hops: int = 0,
    ) -> bytes:
        import httpx2

        _require_host(endpoint, url)
        try:
            with self._client.stream(
                method, url, headers=dict(headers or {}), json=json, data=dict(form or {}) or None
            ) as response:
                if response.has_redirect_location:
                    target = _target(endpoint, response, hops)
                    return self._once(endpoint, "GET", target, headers=headers, hops=hops + 1)
                _require_success(endpoint, response)
                return _body(endpoint, response, self._answer_s)
        except httpx2.TransportError as error:
            raise _Retry(f"{_shown(url)}: {type(error).__name__}: {error}") from error
        except (httpx2.DecodingError, httpx2.InvalidURL) as error:
            raise FetchFailed(f"{endpoint.source}: {_shown(url)}: {error}") from error


def _paced(carrier: httpx2.BaseTransport, pause_s: float) -> httpx2.BaseTransport:
    """Let requests to one host follow each other no faster than ``pause_s`` apart."""
    import httpx2

    class Paced(httpx2.BaseTransport):
        def __init__(self) -> None:
            self._asked: dict[str, float] = {}

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            host = request.url.host
            _wait_until(self._asked.get(host, -pause_s) + pause_s)
            self._asked[host] = time.monotonic()
            return carrier.handle_request(request)

        def close(self) -> None:
            carrier.close()

    return Paced()


def _wait_until(
    moment: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    wait = moment - clock()
    if wait > 0:
        sleep(wait)


def _cached(carrier: httpx2.BaseTransport, cache: Path | None) -> httpx2.BaseTransport:
    """Keep answers in ``cache``, but none whose address holds a key."""
    if cache is None:
        return carrier
    import httpx2
    from hishel import SqliteStorage
    from hishel.httpx2 import CacheTransport

    cache.mkdir(parents=True, exist_ok=True)
    storage = SqliteStorage(database_path=str(cache / "http.sqlite"))
    caching = CacheTransport(carrier, storage, rfc=True)

    class Cached(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            secret = _SECRET.search(str(request.url)) is not None
            return (carrier if secret else caching).handle_request(request)

        def close(self) -> None:
            caching.close()

    return Cached()


def _wait_hook(error: Exception) -> bool | float | timedelta:
    if not isinstance(error, _Retry):
        return False
    return True if error.wait_s is None else min(error.wait_s, WAIT_MAX_S)


def _require_host(endpoint: Endpoint, url: str) -> None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise FetchFailed(f"{endpoint.source}: {_shown(url)} is no address") from error
    if parts.scheme != "https" or parts.hostname not in endpoint.hosts:
        raise FetchFailed(f"{endpoint.source}: {parts.scheme}://{parts.hostname} is not its host")


def _target(endpoint: Endpoint, response: httpx2.Response, hops: int) -> str:
    target = str(response.url.join(response.headers["location"]))
    expected = endpoint.redirect is not None and endpoint.redirect.fullmatch(target)
    if not expected or hops > 0:
        raise FetchFailed(f"{endpoint.source}: redirected to {_shown(target)}, not followed")
    return target.replace("http://", "https://", 1)


def _require_success(endpoint: Endpoint, response: httpx2.Response) -> None:
    if response.is_success:
        return
    said = f"{_shown(response.url)}: HTTP {response.status_code}"
    if response.status_code in _RETRIED:
        raise _Retry(said, _retry_after_s(response))
    raise FetchFailed(f"{endpoint.source}: {said}")


def _retry_after_s(response: httpx2.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _body(endpoint: Endpoint, response: httpx2.Response, answer_s: float) -> bytes:
    parts: list[bytes] = []
    size, until = 0, time.monotonic() + answer_s
    for part in response.iter_bytes():
        size += len(part)
        if size > endpoint.body_cap:
            raise FetchFailed(
                f"{endpoint.source}: {_shown(response.url)} is over {endpoint.body_cap} bytes"
            )
        if time.monotonic() > until:
            raise FetchFailed(f"{endpoint.source}: {_shown(response.url)} took over {answer_s} s")
        parts.append(part)
    return b"".join(parts)


def _shown(url: object) -> str:
    """Return an address as it may be shown: without the keys in its query."""
    return _SECRET.sub(r"\1***", str(url))
