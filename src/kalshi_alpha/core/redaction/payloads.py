"""Payloads without secrets: refuse one that holds any, or mask them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from kalshi_alpha.core.errors import DomainError
from kalshi_alpha.core.redaction.embedded import encode, pieces
from kalshi_alpha.core.redaction.names import Secrecy
from kalshi_alpha.core.redaction.nodes import Binary, Branch, Child, Leaf, Number, node
from kalshi_alpha.core.redaction.shapes import (
    MASK,
    find_secrets,
    is_harmless,
    is_plain,
    mask,
    mask_secrets,
)

DEPTH_MAX = 32
_BINARY_MAX = 63  # a digest may be shown; a raw signature has 64 bytes or more
_ROUNDS_MAX = 4

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class SecretInPayload(DomainError):
    """A payload holds a secret; the message names where it stands and never what it is."""

    def __init__(self, where: str, kind: str) -> None:
        super().__init__(f"{where}: {kind}; redact it before it is written or sent")
        self.where = where
        self.kind = kind


def ensure_safe_payload(payload: object) -> None:
    """Refuse a payload that holds a secret, by the name of its field or by its shape.

    Parameters
    ----------
    payload
        Anything made of mappings, sequences, sets, structs, dataclasses, texts, bytes and
        numbers. Texts and bytes that hold JSON are looked into, at any depth.

    Raises
    ------
    SecretInPayload
        A `ValueError` that names the path of the first secret, such as ``$.headers[2].token``.
    """
    _check(payload, "$", Secrecy.ORDINARY, 0)


def redact(payload: object) -> Json:
    """Return a copy made of JSON's types in which every secret is masked to four characters.

    `ensure_safe_payload` accepts whatever this returns, and redacting it again changes nothing.
    """
    safe: Json = None
    for _ in range(_ROUNDS_MAX):
        once = _Redaction()
        safe = once.value(payload, Secrecy.ORDINARY, 0)
        if not once.renamed:
            return safe
        # A name that was masked in part can mean what it did not mean before.
        payload = safe
    return MASK


def redact_text(text: str) -> str:
    """Return a text with its secrets masked: for messages, tracebacks and raw bodies."""
    return _Redaction().text(text, 0)


def _check(payload: object, where: str, secret: Secrecy, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise SecretInPayload(where, f"nested deeper than {DEPTH_MAX} levels, cannot be checked")
    match node(payload):
        case Number():
            if secret is Secrecy.SECRET:
                raise SecretInPayload(where, "secret by its name")
        case Leaf(text, never_secret):
            _check_text(text, where, Secrecy.ORDINARY if never_secret else secret, depth)
        case Binary(size):
            if secret is not Secrecy.ORDINARY or size > _BINARY_MAX:
                raise SecretInPayload(where, f"{size} bytes that are no text")
        case Branch(children, is_list):
            for child in children:
                if not is_list:
                    _check_text(child.name, f"{where}, a name of a field", Secrecy.ORDINARY, depth)
                below = f"{where}{'' if is_list else '.'}{_shown(child.name)}"
                _check(child.value, below, max(secret, child.secrecy), depth + 1)
        case None:
            pass


def _check_text(text: str, where: str, secret: Secrecy, depth: int) -> None:
    if secret is not Secrecy.ORDINARY and not is_harmless(text):
        raise SecretInPayload(where, "secret by its name")
    if is_plain(text):
        return
    for _, _, decoded in pieces(text):
        _check(decoded, f"{where}(json)", Secrecy.ORDINARY, depth + 1)
    for _, _, kind in find_secrets(text):
        raise SecretInPayload(where, kind)


class _Redaction:
    """One pass over a payload; ``renamed`` tells whether a text that may be a name was changed."""

    def __init__(self) -> None:
        self.renamed = False

    def value(self, payload: object, secret: Secrecy, depth: int) -> Json:
        if type(payload) is str and secret is Secrecy.ORDINARY and is_plain(payload):
            return payload
        if depth >= DEPTH_MAX:
            return MASK
        match node(payload):
            case Number(number):
                return number if secret < Secrecy.SECRET else mask(str(number))
            case Leaf(text, never_secret):
                hidden = not never_secret and secret > Secrecy.ORDINARY and not is_harmless(text)
                return mask(self.text(text, depth)) if hidden else self.text(text, depth)
            case Binary(size):
                return f"<{size} bytes>" if secret is Secrecy.ORDINARY else MASK
            case Branch(children, is_list):
                return self._branch(children, secret, depth, is_list=is_list)
            case _:
                return payload if isinstance(payload, bool) else None

    def text(self, text: str, depth: int) -> str:
        if is_plain(text):
            return text
        for _ in range(_ROUNDS_MAX):
            before = text
            for start, end, decoded in reversed(list(pieces(text))):
                safe = encode(self.value(decoded, Secrecy.ORDINARY, depth + 1))
                if safe != encode(decoded):
                    text = text[:start] + safe + text[end:]
            text = mask_secrets(text)
            if text == before:
                return text
            self.renamed = True
        return MASK

    def _branch(
        self, children: Sequence[Child], secret: Secrecy, depth: int, *, is_list: bool
    ) -> Json:
        values = [self.value(each[1], max(secret, each[2]), depth + 1) for each in children]
        if is_list:
            return values
        names = (self.text(each[0], depth) for each in children)
        return dict(zip(names, values, strict=True))


def _shown(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}..."
