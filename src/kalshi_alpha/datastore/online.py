"""Feeds from their publishers: who asks, what is kept, and what came of it.

Nothing here knows the offline fixtures: what cannot be fetched is a failure with its name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from kalshi_alpha.core.errors import ConfigError, DataError, DomainError, NotBuilt, UsageError
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.datastore.feeds import Driver, FeedAccess, Payload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.datastore.take_in import take_in

if TYPE_CHECKING:
    import httpx2

    from kalshi_alpha.drivers.transport import FeedClient

CONTACT = "KALSHI_ALPHA_CONTACT"
"""Variable with the address that publishers may turn to; several refuse clients without one."""

SERVED_BELOW = "/feeds/"
"""Where a local exchange shows the publishers' pages: below it come their hosts and paths."""
SIM_URL = "KALSHI_SIM_URL"
"""Variable with the address of the local exchange."""
_TEN_YEAR_QUOTE = {"KALSHI_ALPHA_TEN_YEAR_QUOTE": "https://ten-year-quote/record"}

# It becomes part of a header line, which must not break.
_CONTACT = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")


def feed_client(
    environ: Mapping[str, str],
    paths: Paths,
    stations: tuple[str, ...],
    *,
    force_refresh: bool = False,
) -> FeedClient:
    """Return a client for the publishers' hosts.

    Parameters
    ----------
    environ
        Settings of the desk; ``KALSHI_ALPHA_CONTACT`` is required.
    paths
        Where answers are kept, so that they need not be sent twice.
    stations
        Climate stations that are traded.
    force_refresh
        Whether kept answers are passed over.

    Raises
    ------
    UsageError
        If no contact is set, or it cannot stand in a header.
    NotBuilt
        If the extra ``[live]`` is not installed.
    """
    contact = environ.get(CONTACT, "")
    if _CONTACT.fullmatch(contact) is None:
        raise UsageError(
            f"set {CONTACT} to an e-mail address or page in plain text: publishers require it"
        )
    from kalshi_alpha.drivers.transport import PAUSE_S, FeedClient

    cache = None if force_refresh else paths.http_cache
    return FeedClient(contact, cache, settings=environ, stations=stations, pause_s=PAUSE_S)


def local_exchange(environ: Mapping[str, str]) -> str:
    """Return the address of the local exchange that ``KALSHI_SIM_URL`` names.

    Raises
    ------
    ConfigError
        If it is not set, or is not an address on loopback.
    """
    exchange = environ.get(SIM_URL, "").rstrip("/")
    if not exchange:
        raise ConfigError(
            f"{SIM_URL} is not set: start `python -m kalshi_alpha.sim serve` and set it to the "
            "address that is printed"
        )
    _require_loopback(exchange)
    return exchange


def served_feeds(exchange: str, clock: Clock, stations: tuple[str, ...]) -> FeedClient:
    """Return a client that reads the publishers' pages as a local exchange shows them.

    Nothing leaves this machine, and no key of a publisher is sent.

    Parameters
    ----------
    exchange
        Address of the exchange, such as ``http://127.0.0.1:8080``.
    clock
        The exchange's time: when an answer counts as received.
    stations
        Climate stations that are traded.

    Raises
    ------
    ConfigError
        If the address is not one on loopback.
    NotBuilt
        If the extra ``[live]`` is not installed.
    """
    _require_loopback(exchange)
    from kalshi_alpha.drivers.transport import FeedClient

    class ServedClient(FeedClient):
        def now(self) -> datetime:
            return clock.now()

    return ServedClient(
        "practice",
        settings=_TEN_YEAR_QUOTE,
        stations=stations,
        transport=_served_transport(exchange),
        attempts=2,
        pause_s=0.0,
    )


def _require_loopback(url: str) -> None:
    refused = f"a local exchange shows feeds at http://127.0.0.1:PORT, not at {url!r}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ConfigError(refused) from error
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    if parts.scheme != "http" or not is_here:
        raise ConfigError(refused)


def _served_transport(exchange: str) -> httpx2.BaseTransport:
    """Put the exchange's address before every page's own."""
    try:
        import httpx2
    except ImportError as error:
        raise NotBuilt("live feeds need the extra: pip install 'kalshi-alpha[live]'") from error

    class Served(httpx2.BaseTransport):
        def __init__(self) -> None:
            self._carrier = httpx2.HTTPTransport()

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            url = request.url
            below = f"{exchange}{SERVED_BELOW}{url.host}{url.raw_path.decode('ascii')}"
            headers = [(name, value) for name, value in request.headers.items() if name != "host"]
            request.read()
            # With its time limits: without them a page that never comes is waited for without end.
            moved = httpx2.Request(
                request.method,
                below,
                headers=headers,
                content=request.content,
                extensions=request.extensions,
            )
            return self._carrier.handle_request(moved)

        def close(self) -> None:
            self._carrier.close()

    return Served()


def ingest_online(
    drivers: Iterable[Driver[Any]],
    access: FeedAccess,
    store: FeedStore,
    *,
    on_payloads: Callable[[Sequence[Payload]], None] = lambda _: None,
) -> Iterator[FeedSummary]:
    """Fetch and take in feed after feed, yielding what came of each.

    What a feed gave before it failed is kept, and a feed that fails leaves the others alone.

    Parameters
    ----------
    drivers, access, store
        Which feeds, through what, and where to.
    on_payloads
        Called with what each feed gave.
    """
    for driver in drivers:
        payloads, failure = _fetched(driver, access)
        on_payloads(payloads)
        summary = take_in(driver, payloads, store, access.now())
        if failure is not None:
            errors = (failure, *(summary.errors if payloads else ()))
            summary = msgspec.structs.replace(summary, errors=errors)
        elif not payloads:
            summary = msgspec.structs.replace(summary, errors=(), off=True)
        yield summary


def _fetched(driver: Driver[Any], access: FeedAccess) -> tuple[list[Payload], str | None]:
    payloads: list[Payload] = []
    try:
        payloads.extend(driver.fetch(access, access.now()))
    except (DataError, DomainError) as error:
        return payloads, f"{type(error).__name__}: {error}"
    return payloads, None
