"""Texts of monitors as a chat may show them: whatever they quote, they alert nobody by name."""

from __future__ import annotations

import re

LENGTH_MAX = 3_000
_EVERYBODY = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# Looks like the sign, and is none.
_FULL_WIDTH_AT = "\uff20"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def plain_text(text: str) -> str:
    """Return a text without unseen signs and without names for everybody, cut to what a chat takes.

    Line breaks stay.
    """
    seen = _UNSEEN.sub(" ", text.replace("\r\n", "\n"))
    kept = _EVERYBODY.sub(_FULL_WIDTH_AT, seen)
    return kept if len(kept) <= LENGTH_MAX else f"{kept[: LENGTH_MAX - 3]}..."


def slack_text(text: str) -> str:
    """Return a plain text with the three signs escaped that Slack reads as markup."""
    return plain_text(text).translate(_ESCAPES)
