"""Decode live replies strictly, and say once when the venue sends a field that is new to us."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from kalshi_alpha.core.errors import ParseRefused

SOURCE = "kalshi"
LOG = logging.getLogger("kalshi_alpha.brokers.kalshi")
Reply = TypeVar("Reply")
_NAME_MAX = 64


class StrictDecoder:
    """Decodes replies; one of these remembers which unknown fields were logged."""

    def __init__(self) -> None:
        self._reported: set[tuple[str, str]] = set()
        self._decoders: dict[Any, msgspec.json.Decoder[Any]] = {}

    def decode(self, body: bytes, kind: type[Reply]) -> Reply:
        """Decode a reply.

        Raises
        ------
        ParseRefused
            If it is not JSON, or a required field is missing, null or spelled in another way.
        """
        decoder = self._decoders.get(kind)
        if decoder is None:
            decoder = self._decoders[kind] = msgspec.json.Decoder(kind)
        try:
            reply: Reply = decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ParseRefused(SOURCE, f"{kind.__name__}: {error}") from error
        self._report(body, kind)
        return reply

    def _report(self, body: bytes, kind: type[Any]) -> None:
        for owner, name in unknown_fields(msgspec.json.decode(body), kind):
            if (owner, name) not in self._reported:
                self._reported.add((owner, name))
                LOG.warning("unknown field %r in the venue's %s", name[:_NAME_MAX], owner)


def unknown_fields(tree: object, kind: type[Any]) -> set[tuple[str, str]]:
    """Return the fields of a decoded reply that its type neither reads nor names as unread.

    Returns
    -------
    set of (str, str)
        Name of the struct, name of the field.
    """
    found: set[tuple[str, str]] = set()
    pending: list[tuple[object, type[Any]]] = [(tree, kind)]
    while pending:
        value, struct = pending.pop()
        if isinstance(value, list):
            pending += [(each, struct) for each in value]
        elif isinstance(value, dict):
            inner, known = _shape(cast("Hashable", struct))
            found |= {(struct.__name__, str(name)) for name in value.keys() - known}
            pending += [(value[name], of) for name, of in inner.items() if name in value]
    return found


@cache
def _shape(struct: Hashable) -> tuple[dict[str, type[Any]], frozenset[str]]:
    """Return the structs inside a struct by field, and every field name that is known of it."""
    hints = get_type_hints(struct)
    unread: frozenset[str] = getattr(struct, "UNREAD", frozenset())
    names: frozenset[str] = frozenset(getattr(struct, "__struct_fields__", ()))
    inner = {name: of for name in names if (of := _struct_in(hints[name])) is not None}
    return inner, names | unread


def _struct_in(hint: Any) -> type[Any] | None:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    if get_origin(hint) in {tuple, list, Union, UnionType}:
        return next((of for part in get_args(hint) if (of := _struct_in(part))), None)
    return None
