"""JSON inside a text: a raw body in a field, or an object in the middle of a message."""

from __future__ import annotations

import json
from collections.abc import Iterator

_PIECES_MAX = 16
_DECODER = json.JSONDecoder()


def pieces(text: str) -> Iterator[tuple[int, int, object]]:
    """Yield start, end and value of each JSON object, list or quoted text inside a text.

    Only the first few are looked for, so that a text full of brackets stays cheap.
    """
    whole = _whole(text)
    if whole is not None:
        yield (0, len(text), whole)
        return
    at = 0
    for _ in range(_PIECES_MAX):
        at = min((i for i in (text.find("{", at), text.find("[", at)) if i >= 0), default=-1)
        if at < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        yield (at, end, value)
        at = end


def encode(value: object) -> str:
    """Return a value as JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _whole(text: str) -> object:
    """Return the text, list or object that a whole text is JSON of, else None."""
    if text.lstrip()[:1] not in {"{", "[", '"'}:
        return None
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value
