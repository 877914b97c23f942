"""Feeds from their publishers: who asks, what is kept, and what came of it.

Nothing here knows the offline fixtures: what cannot be fetched is a failure with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from kalshi_alpha.core.errors import DataError, DomainError, UsageError
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.datastore.feeds import Driver, FeedAccess, Payload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.datastore.take_in import take_in

if TYPE_CHECKING:
    from kalshi_alpha.drivers.transport import FeedClient

CONTACT = "KALSHI_ALPHA_CONTACT"
"""Variable with the address that publishers may turn to; several refuse clients without one."""

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


def ingest_online(
    drivers: Iterable[Driver[Any]], access: FeedAccess, store: FeedStore
) -> Iterator[FeedSummary]:
    """Fetch and take in feed after feed, yielding what came of each.

    What a feed gave before it failed is kept, and a feed that fails leaves the others alone.
    """
    for driver in drivers:
        payloads, failure = _fetched(driver, access)
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
