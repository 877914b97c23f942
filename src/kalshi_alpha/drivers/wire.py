"""Decoding shared by the drivers: JSON into structs, text, tables; and HTML in their place."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from kalshi_alpha.core.errors import ParseRefused

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

NEW_YORK = ZoneInfo("America/New_York")
"""The zone of every release clock of these feeds."""

# The parser's time grows with the square of the depth; pages of publishers are below 50 deep.
_DEEPEST = 1000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
# These are closed by their neighbours, if they can be closed at all.
_LEFT_OPEN = frozenset(
    {
        *("area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link"),
        *("meta", "option", "p", "param", "path", "source", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "wbr"),
    }
)

T = TypeVar("T")
Refusal = Callable[[str], ParseRefused]


def decode_json(body: bytes, kind: type[T], refusal: Refusal) -> T:
    """Decode ``body`` as ``kind``.

    Publishers answer a blocked or failed request with a web page and status 200, so that case
    is named apart from broken JSON. Unknown fields are ignored: publishers add some.

    Raises
    ------
    ParseRefused
        As built by ``refusal``, if the body is not JSON of that shape.
    """
    if looks_like_markup(body):
        raise refusal("a web page came instead of JSON")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refusal(f"not the expected JSON: {error}") from error


def decode_text(body: bytes, refusal: Refusal) -> str:
    """Decode ``body`` as UTF-8 text, tolerating a byte order mark.

    Raises
    ------
    ParseRefused
        As built by ``refusal``, if the bytes are not UTF-8 or hold a NUL.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(f"not UTF-8 text: {error}") from error
    if "\x00" in text:
        raise refusal("the text holds a NUL byte")
    return text


def decode_csv(text: str, refusal: Refusal) -> list[list[str]]:
    """Read comma-separated lines; one without any cell is left out.

    Raises
    ------
    ParseRefused
        As built by ``refusal``, if quotes do not match or a cell is longer than the reader takes.
    """
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        return [cells for cells in reader if cells]
    except csv.Error as error:
        raise refusal(f"not comma-separated: {error}") from error


def parse_html(text: str, refusal: Refusal) -> LexborHTMLParser:
    """Parse a web page whose elements are not nested out of all proportion.

    Raises
    ------
    ParseRefused
        As built by ``refusal``, if they are.
    """
    from selectolax.lexbor import LexborHTMLParser

    depth = 0
    for tag in _TAG.finditer(text):
        if tag[2].lower() not in _LEFT_OPEN:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            raise refusal(f"a page of elements nested more than {_DEEPEST} deep")
    return LexborHTMLParser(text)


def looks_like_markup(body: bytes) -> bool:
    """Tell whether ``body`` begins as HTML or XML does."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
