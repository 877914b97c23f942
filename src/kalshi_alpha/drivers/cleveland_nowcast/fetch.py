"""Getting the nowcast from the Cleveland Fed: the month file, or the page's table."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.wire import looks_like_markup

SOURCE = "cleveland_nowcast"
HOST = "www.clevelandfed.org"
BANK = Endpoint(SOURCE, frozenset({HOST}))
FILE_URL = (
    f"https://{HOST}/-/media/files/webcharts/inflationnowcasting/nowcast_month.json?sc_lang=en"
)
PAGE_URL = f"https://{HOST}/indicators-and-data/inflation-nowcasting"


def fetch(access: FeedAccess, at: datetime) -> tuple[Payload]:
    """Ask for the month file, and for the page where the file is refused.

    The page rounds to two decimals and has no history; its origin says that it stood in.

    Raises
    ------
    FetchFailed
        If neither can be had, with both reasons.
    """
    del at  # The file always holds every day so far.
    try:
        body = access.get(BANK, FILE_URL)
    except FetchFailed as error:
        return (_page(access, str(error)),)
    if looks_like_markup(body):
        return (_page(access, f"{SOURCE}: a web page came instead of the month file"),)
    return (Payload(SOURCE, body, access.now(), origin=HOST),)


def _page(access: FeedAccess, why: str) -> Payload:
    try:
        body = access.get(BANK, PAGE_URL)
    except FetchFailed as error:
        raise FetchFailed(f"{why}; {error}") from error
    return Payload(SOURCE, body, access.now(), origin=f"{HOST} page table (fallback)")
