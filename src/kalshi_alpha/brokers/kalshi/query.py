"""The part of a target behind the question mark; it is not signed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

Query = Mapping[str, "str | int | bool | list[str] | tuple[str, ...] | None"]


def encoded_query(query: Query) -> str:
    """Encode a query; lists repeat their name, None is left out."""
    parts = []
    for name, value in query.items():
        values = value if isinstance(value, list | tuple) else (value,)
        parts += [f"{name}={quote(_spelled(each), safe='')}" for each in values if each is not None]
    return "&".join(parts)


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
