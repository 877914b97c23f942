"""Fetching from publishers: one polite client, its limits, and names for what goes wrong.

Only GET is retried. What a publisher says twice is read once (RFC 9111 caching with validators),
a body is never read beyond its cap, and a redirect is followed only where a feed expects it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import FetchFailed, NotBuilt

if TYPE_CHECKING:
    import httpx2

CONNECT_S, READ_S = 5.0, 30.0
BODY_CAP = 8 << 20
ATTEMPTS = 4
WAIT_MAX_S = 30.0
_RETRIED = {429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a feed may be fetched from.

    Attributes
    ----------
    source
        Name of the feed.
    hosts
        Hosts that may be asked, and no others.
    redirect
        Absolute addresses that an answer may point to, or None if every redirect is refused.
    body_cap
        Most bytes that are read of an answer.
    """

    source: str
    hosts: frozenset[str]
    redirect: re.Pattern[str] | None = None
    body_cap: int = BODY_CAP


class _Retry(Exception):
    """An answer that is worth asking for again, and how long to wait first."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class FeedClient:
    """A client for public feeds.

    Parameters
    ----------
    contact
        Address or page that publishers may turn to; part of the User-Agent.
    cache
        Folder of the HTTP cache, or None for none.
    transport
        What carries requests; by default the network.
    attempts
        How often a GET is tried.

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
        transport: httpx2.BaseTransport | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        try:
            import httpx2
        except ImportError as error:
            raise NotBuilt("live feeds need the extra: pip install kalshi-alpha[live]") from error
        carrier = transport or httpx2.HTTPTransport()
        self._attempts = attempts
        self._client = httpx2.Client(
            transport=_cached(carrier, cache),
            headers={"User-Agent": f"kalshi-alpha/0.1 ({contact})"},
            timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def now(self) -> datetime:
        """Return the instant at which an answer counts as received, UTC."""
        return datetime.now(UTC)

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
        raise FetchFailed(f"{endpoint.source}: {url} was not asked")

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
                return _body(endpoint, response)
        except httpx2.TransportError as error:
            raise _Retry(f"{url}: {type(error).__name__}: {error}") from error


def _cached(carrier: httpx2.BaseTransport, cache: Path | None) -> httpx2.BaseTransport:
    if cache is None:
        return carrier
    from hishel import SqliteStorage
    from hishel.httpx2 import CacheTransport

    cache.mkdir(parents=True, exist_ok=True)
    storage = SqliteStorage(database_path=str(cache / "http.sqlite"))
    return CacheTransport(carrier, storage, rfc=True)


def _wait_hook(error: Exception) -> bool | float | timedelta:
    if not isinstance(error, _Retry):
        return False
    return True if error.wait_s is None else min(error.wait_s, WAIT_MAX_S)


def _require_host(endpoint: Endpoint, url: str) -> None:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in endpoint.hosts:
        raise FetchFailed(f"{endpoint.source}: {parts.scheme}://{parts.hostname} is not its host")


def _target(endpoint: Endpoint, response: httpx2.Response, hops: int) -> str:
    target = str(response.url.join(response.headers["location"]))
    expected = endpoint.redirect is not None and endpoint.redirect.fullmatch(target)
    if not expected or hops > 0:
        raise FetchFailed(f"{endpoint.source}: redirected to {target}, which is not followed")
    return target.replace("http://", "https://", 1)


def _require_success(endpoint: Endpoint, response: httpx2.Response) -> None:
    if response.is_success:
        return
    said = f"{response.url}: HTTP {response.status_code}"
    if response.status_code in _RETRIED:
        raise _Retry(said, _retry_after_s(response))
    raise FetchFailed(f"{endpoint.source}: {said}")


def _retry_after_s(response: httpx2.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None


def _body(endpoint: Endpoint, response: httpx2.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > endpoint.body_cap:
            raise FetchFailed(
                f"{endpoint.source}: {response.url} is over {endpoint.body_cap} bytes"
            )
        parts.append(part)
    return b"".join(parts)
