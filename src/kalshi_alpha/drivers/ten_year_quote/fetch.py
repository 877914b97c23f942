"""Getting the record: from a file that a desk keeps fresh, an address, or a plug-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload

SOURCE = "ten_year_quote"
VARIABLE = "KALSHI_ALPHA_TEN_YEAR_QUOTE"
"""Setting of the desk: a file's path, or an https address that answers with the record."""

GROUP = "kalshi_alpha.ten_year_quote"
"""Entry-point group of plug-ins: each a function without arguments that returns the record."""

BODY_CAP = 64 << 10


class PlugIn(Protocol):
    """What is needed of an entry point."""

    @property
    def name(self) -> str:
        """Name under which it is installed."""

    def load(self) -> Callable[[], object]:
        """Return the function that asks for the quote."""


def fetch(access: FeedAccess, as_of: datetime) -> Iterator[Payload]:
    """Get the record from where the desk's setting says, else from the installed plug-in.

    With neither there is no payload: the ten-year family then runs dry only.

    Raises
    ------
    FetchFailed
        If the source gives no record.
    """
    del as_of  # A quote is of now.
    place = access.secret(VARIABLE)
    installed = tuple(entry_points(group=GROUP))
    if place is None and not installed:
        return
    if place is None:
        body, origin = from_plug_in(installed), "plug-in"
    elif "://" in place:
        body, origin = from_address(access, place), str(urlsplit(place).hostname)
    else:
        body, origin = from_file(Path(place)), place
    yield Payload(SOURCE, body, access.now(), "quote.json", origin)


def from_file(path: Path) -> bytes:
    """Read the record from a file.

    Raises
    ------
    FetchFailed
        If there is none, it is larger than any record, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            body = file.read(BODY_CAP + 1)
    except OSError as error:
        raise FetchFailed(f"{SOURCE}: {path}: {error}") from error
    if len(body) > BODY_CAP:
        raise FetchFailed(f"{SOURCE}: {path} is larger than {BODY_CAP} bytes")
    return body


def from_address(access: FeedAccess, url: str) -> bytes:
    """Ask an address of the desk's own choice.

    Raises
    ------
    FetchFailed
        If it is no https address, or gives no answer.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise FetchFailed(f"{SOURCE}: {VARIABLE} must be a path or an https address")
    endpoint = Endpoint(SOURCE, frozenset({parts.hostname}), body_cap=BODY_CAP)
    return access.get(endpoint, url)


def from_plug_in(installed: Sequence[PlugIn]) -> bytes:
    """Ask the one plug-in that is installed.

    Raises
    ------
    FetchFailed
        If there is not exactly one, or it returns something that is no record.
    """
    if len(installed) != 1:
        names = ", ".join(sorted(each.name for each in installed))
        raise FetchFailed(f"{SOURCE}: plug-ins installed are: {names or 'none'}")
    body = installed[0].load()()
    if not (isinstance(body, bytes) and len(body) <= BODY_CAP):
        raise FetchFailed(f"{SOURCE}: the plug-in {installed[0].name} returned no record")
    return body
