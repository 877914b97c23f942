"""What the venue says when it says no: one value out of the four shapes it is sent in.

On the wire an error is nested (``{"error": {"code": ...}}``), flat (``{"code": ...}``), bare
(``{"msg": ...}``), or for rate limits a string (``{"error": "too many requests"}``). Only the code
is branched on; texts are for people, and are cut and cleaned before they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from kalshi_alpha.core.errors import VenueRefused

TOO_MANY_REQUESTS = "too_many_requests"
VALIDATION = "parameter_validation"
UNREADABLE = "unreadable"
TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class VenueRefusal:
    """A no.

    Attributes
    ----------
    status
        HTTP status.
    code
        The venue's code; ``too_many_requests`` for a 429, ``parameter_validation`` for the bare
        shape, ``unreadable`` for a body in none of the shapes.
    message, details
        The venue's words, at most 200 characters of each.
    """

    status: int
    code: str
    message: str = ""
    details: str = ""

    def error(self, asked: str) -> VenueRefused:
        """Return the refusal as an error that names what was asked."""
        words = " ".join(part for part in (self.message, self.details) if part)
        return VenueRefused(
            self.status, self.code, f"{asked}: {self.status} {self.code}: {words}".rstrip(": ")
        )


class _Words(msgspec.Struct, frozen=True):
    code: str | None = None
    message: str | None = None
    details: object = None


class _Body(msgspec.Struct, frozen=True):
    error: _Words | str | None = None
    code: str | None = None
    message: str | None = None
    details: object = None
    msg: str | None = None


_DECODER = msgspec.json.Decoder(_Body)


def parse_refusal(status: int, body: bytes) -> VenueRefusal:
    """Read an error body in any of its shapes; one in none of them is ``unreadable``."""
    try:
        found = _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return VenueRefusal(status, _code_without_words(status))
    if isinstance(found.error, str):
        code = TOO_MANY_REQUESTS if status == 429 else _token(found.error)
        return VenueRefusal(status, code, _shown(found.error))
    words = found.error or _Words(found.code, found.message, found.details)
    if words.code:
        code = TOO_MANY_REQUESTS if status == 429 else _shown(words.code)
        return VenueRefusal(status, code, _shown(words.message), _shown(words.details))
    if found.msg is not None:
        return VenueRefusal(status, VALIDATION, _shown(found.msg))
    return VenueRefusal(status, _code_without_words(status), _shown(words.message))


def item_refusal(status: int, error: object) -> VenueRefusal:
    """Read the error of one item of a batch."""
    return parse_refusal(status, msgspec.json.encode({"error": error}))


def _code_without_words(status: int) -> str:
    return TOO_MANY_REQUESTS if status == 429 else UNREADABLE


def _token(text: str) -> str:
    return "_".join(_shown(text).lower().split())


def _shown(text: object) -> str:
    """Return at most so many printable characters: a reply must not write into a terminal."""
    if text is None:
        return ""
    whole = text if isinstance(text, str) else msgspec.json.encode(text).decode()
    return "".join(c if c.isprintable() else " " for c in whole[:TEXT_MAX]).strip()
