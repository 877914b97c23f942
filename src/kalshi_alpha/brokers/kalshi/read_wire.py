"""Questions over the HTTP library: compression, large pages and connection keeping are its work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kalshi_alpha.brokers.kalshi.hosts import is_loopback
from kalshi_alpha.brokers.kalshi.keys import NEEDS_EXTRA
from kalshi_alpha.core.errors import BadParameter, ConfigError, NotBuilt
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest

if TYPE_CHECKING:
    import httpx2

BODY_MAX = 64 * 1024 * 1024
"""The venue's longest list is 18 MB."""
CONNECTIONS_MAX = 8


class ReadWire:
    """A `Wire` to one host that carries GET only.

    Parameters
    ----------
    origin
        Scheme, host and port. TLS with certificate checks; plain HTTP on loopback only.
    transport
        What carries requests; by default the network.
    body_max
        Longest body that is read, bytes after decompression.

    Raises
    ------
    ConfigError
        If the origin is neither HTTPS nor plain HTTP on loopback.
    NotBuilt
        If the extra ``[live]`` is not installed.
    """

    def __init__(
        self,
        origin: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        body_max: int = BODY_MAX,
    ) -> None:
        parts = urlsplit(origin)
        if parts.scheme != "https" and not (
            parts.scheme == "http" and is_loopback(parts.hostname or "")
        ):
            raise ConfigError(f"the venue is read over https, or http on loopback: {origin!r}")
        try:
            import httpx2
        except ImportError as error:
            raise NotBuilt(NEEDS_EXTRA) from error
        self._body_max = body_max
        self._client = httpx2.AsyncClient(
            base_url=origin,
            transport=transport,
            limits=httpx2.Limits(max_connections=CONNECTIONS_MAX),
            follow_redirects=False,
            trust_env=False,
        )

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        """Send a question and return its whole reply.

        Raises
        ------
        WireFailed
            If no whole reply came in time.
        BadParameter
            If the request is no GET: nothing that changes something goes this way.
        """
        import httpx2

        if request.method != "GET":
            raise BadParameter(f"{request.method} {request.path} does not go over the read wire")
        try:
            async with asyncio.timeout(timeout_s):
                return await self._whole(request, headers, timeout_s)
        except (TimeoutError, httpx2.TimeoutException) as error:
            unsent = isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout)
            detail = f"GET {request.path}: no reply within {timeout_s:g} s"
            raise WireFailed(WireFault.TIMEOUT, detail, may_have_arrived=not unsent) from error
        except httpx2.ConnectError as error:
            raise WireFailed(
                WireFault.NOT_CONNECTED, f"GET {request.path}", may_have_arrived=False
            ) from error
        except (httpx2.RemoteProtocolError, httpx2.DecodingError) as error:
            raise WireFailed(WireFault.TORN, f"GET {request.path}: no whole reply") from error
        except httpx2.TransportError as error:
            raise WireFailed(WireFault.RESET, f"GET {request.path}") from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _whole(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        body = bytearray()
        async with self._client.stream(
            "GET", request.target, headers=dict(headers), timeout=timeout_s
        ) as reply:
            async for part in reply.aiter_bytes():
                body += part
                if len(body) > self._body_max:
                    raise WireFailed(WireFault.TORN, f"a body beyond {self._body_max} bytes")
            named = {name.lower(): value for name, value in reply.headers.items()}
            return WireReply(reply.status_code, named, bytes(body))
