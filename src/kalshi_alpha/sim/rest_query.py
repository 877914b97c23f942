"""Queries of GET requests, read as strictly as the venue does, and pages of a list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qsl

from kalshi_alpha.sim.rest_errors import Refusal, bare
from kalshi_alpha.sim.rest_values import instant_of

Row = TypeVar("Row")
LIMIT_DEFAULT = 100
LIMIT_MAX = 1000
TICKERS_MAX = 100
_CURSOR_MARK = b"after:"


class Query:
    """The parameters of one request.

    Parameters
    ----------
    text
        Encoded, without the question mark.
    endpoint
        What the venue calls the request in its messages, such as ``GetMarkets``.
    """

    def __init__(self, text: str, endpoint: str) -> None:
        self._endpoint = endpoint
        self._pairs = parse_qsl(text, keep_blank_values=True)

    def text(self, name: str) -> str | None:
        """Return a parameter, or None if it is absent or empty."""
        return next((value for key, value in self._pairs if key == name and value), None)

    def repeated(self, name: str) -> tuple[str, ...]:
        """Return every occurrence of a parameter, none of them split."""
        return tuple(value for key, value in self._pairs if key == name and value)

    def commas(self, name: str) -> frozenset[str] | None:
        """Return a comma-separated parameter as a set, or None if it is absent.

        Raises
        ------
        Refusal
            If it has more than a hundred members.
        """
        value = self.text(name)
        if value is None:
            return None
        members = frozenset(part for part in value.split(",") if part)
        if len(members) > TICKERS_MAX:
            raise self._invalid(name, "max")
        return members

    def flag(self, name: str) -> bool:
        """Return a boolean parameter, False if absent.

        Raises
        ------
        Refusal
            If it is neither ``true`` nor ``false``.
        """
        value = self.text(name)
        if value not in {None, "true", "false"}:
            raise self._invalid(name, "boolean")
        return value == "true"

    def choice(self, name: str, allowed: frozenset[str]) -> str | None:
        """Return a parameter that is one of a few words, or None if it is absent.

        Raises
        ------
        Refusal
            If it is another word.
        """
        value = self.text(name)
        if value is not None and value not in allowed:
            raise self._invalid(name, "oneof")
        return value

    def whole(self, name: str, low: int, high: int) -> int | None:
        """Return an integer parameter, or None if it is absent.

        Raises
        ------
        Refusal
            If it is no integer, or outside its bounds; the venue never clamps.
        """
        value = self.text(name)
        if value is None:
            return None
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            raise self._invalid(name, "number")
        number = int(value)
        if number < low:
            raise self._invalid(name, "gte")
        if number > high:
            raise self._invalid(name, "lte")
        return number

    def instant(self, name: str) -> datetime | None:
        """Return a parameter in epoch seconds as an instant, or None if it is absent.

        Raises
        ------
        Refusal
            If it is no such number.
        """
        seconds = self.whole(name, 0, 10**11)
        return None if seconds is None else instant_of(seconds)

    def limit(self, maximum: int = LIMIT_MAX, default: int = LIMIT_DEFAULT) -> int:
        """Return how many rows a page may have.

        Raises
        ------
        Refusal
            If it is below one or above the endpoint's maximum.
        """
        return self.whole("limit", 1, maximum) or default

    def _invalid(self, name: str, rule: str) -> Refusal:
        field = "".join(part.capitalize() for part in name.split("_"))
        return bare(
            f"Parameter validation failed for {self._endpoint}: "
            f"Field validation for '{field}' failed on the '{rule}' tag"
        )


def page(
    rows: Iterable[Row],
    key: Callable[[Row], str],
    cursor: str | None,
    limit: int,
    *,
    descending: bool = False,
    repeat: bool = False,
) -> tuple[list[Row], str]:
    """Return one page of a list and the cursor of the next, empty on the last.

    A cursor marks the last row that was shown, so rows that come or go while somebody pages
    neither repeat others nor hide them. A cursor that is none of ours shows the first page.

    Parameters
    ----------
    rows, key
        The whole list, in any order, and what it is sorted by; keys are distinct.
    cursor, limit
        From the query.
    descending
        Whether the largest key comes first.
    repeat
        Begin one row early, as the list of a venue does whose cursor is an offset when a row
        was added meanwhile.
    """
    ordered = sorted(rows, key=key, reverse=descending)
    mark = _read_cursor(cursor)
    start = 0
    if mark is not None:
        after = (key(row) < mark if descending else key(row) > mark for row in ordered)
        start = next((index for index, is_after in enumerate(after) if is_after), len(ordered))
    if repeat:
        start = max(0, start - 1)
    shown = ordered[start : start + limit]
    return shown, _write_cursor(key(shown[-1])) if start + limit < len(ordered) else ""


def _write_cursor(mark: str) -> str:
    return base64.urlsafe_b64encode(_CURSOR_MARK + mark.encode()).decode()


def _read_cursor(cursor: str | None) -> str | None:
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor)
        return raw.removeprefix(_CURSOR_MARK).decode() if raw.startswith(_CURSOR_MARK) else None
    except (binascii.Error, ValueError):
        return None
