"""What a value looks like from outside: a number, a text, bytes, or a branch with children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import NamedTuple, TypeAlias

from kalshi_alpha.core.redaction.names import Secrecy, secrecy
from kalshi_alpha.core.redaction.shapes import looks_opaque

_INT_MAX = 2**63
_NAME_FIELDS = ("name", "key", "header")


class Number(NamedTuple):
    """An integer or a float."""

    value: int | float


class Leaf(NamedTuple):
    """A text, or what is shown as one.

    A date or a decimal is shown as a text too, and can be no secret.
    """

    text: str
    never_secret: bool = False


class Binary(NamedTuple):
    """Bytes that are no text."""

    size: int


class Child(NamedTuple):
    """One child of a branch: its name or ``[index]``, its value, and what the name says of it."""

    name: str
    value: object
    secrecy: Secrecy


class Branch(NamedTuple):
    """A mapping, sequence, set, struct or dataclass."""

    children: Sequence[Child]
    is_list: bool


Node: TypeAlias = Number | Leaf | Binary | Branch


def node(value: object) -> Node | None:
    """Return what a value is; None for null, true and false."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, Enum):
        return node(value.value)
    if isinstance(value, str):
        return Leaf(_encodable(value))
    if isinstance(value, int | float):
        # JSON's readers hold 64 bits; anything longer is shown as a text.
        wide = isinstance(value, int) and not -_INT_MAX <= value < _INT_MAX
        return Leaf(str(value)) if wide else Number(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _of_bytes(bytes(value))
    if isinstance(value, date | time | timedelta | Decimal):
        return Leaf(str(value), never_secret=True)
    return _branch(value) or Leaf(_encodable(str(value)))


def _of_bytes(data: bytes) -> Leaf | Binary:
    try:
        return Leaf(data.decode())
    except UnicodeDecodeError:
        return Binary(len(data))


def _encodable(text: str) -> str:
    """Return the text without lone surrogates, which no encoder of UTF-8 takes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _branch(value: object) -> Branch | None:
    if isinstance(value, Mapping):
        return Branch(_of_mapping(value), is_list=False)
    names = _field_names(value)
    if names is not None:
        members: dict[object, object] = {name: getattr(value, name, None) for name in names}
        return Branch(_of_mapping(members), is_list=False)
    if isinstance(value, Sequence | Set):
        return Branch(_of_sequence(list(value)), is_list=True)
    if isinstance(value, BaseException):
        return Branch(_of_sequence([type(value).__name__, *value.args]), is_list=True)
    return None


def _field_names(value: object) -> tuple[str, ...] | None:
    """Return the names of a struct's, dataclass's or named tuple's fields, else None."""
    if is_dataclass(value):
        return tuple(field.name for field in fields(value))
    # Known by their marks, so that this module needs no library to know them.
    for mark in ("__struct_fields__", "_fields"):
        names = getattr(type(value), mark, None)
        if isinstance(names, tuple):
            return names
    return None


def _of_mapping(value: Mapping[object, object]) -> list[Child]:
    named = {_name(key): below for key, below in value.items()}
    says = {name: secrecy(name) for name in named}
    # An archive of requests writes headers as {"name": ..., "value": ...}.
    if "value" in named:
        labels = [named[each] for each in _NAME_FIELDS if each in named]
        says["value"] = max(secrecy(_name(each)) for each in [*labels, "value"])
    return [Child(name, below, says[name]) for name, below in named.items()]


def _of_sequence(values: list[object]) -> list[Child]:
    said = [Secrecy.ORDINARY] * len(values)
    # Raw headers are pairs of a name and a value.
    if len(values) == 2 and isinstance(values[0], str | bytes):
        second = node(values[1])
        if not isinstance(second, Leaf) or looks_opaque(second.text):
            said[1] = secrecy(_name(values[0]))
    return [
        Child(f"[{at}]", value, says)
        for at, (value, says) in enumerate(zip(values, said, strict=True))
    ]


def _name(key: object) -> str:
    if isinstance(key, bytes):
        return key.decode("utf-8", "backslashreplace")
    return _encodable(key if isinstance(key, str) else str(key))
