"""Which names of fields mean a secret, and which ordinary words only look like it."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise


class Secrecy(IntEnum):
    """What the name of a field says about its value; the greater, the stricter."""

    ORDINARY = 0
    """Nothing."""
    TEXT_SECRET = 1
    """A text below it is a secret; a number is a count of something."""
    SECRET = 2
    """Whatever stands below it is a secret."""


# Whole words of a name, or words written as one. "secretary" and "key_rate" contain none.
_SECRET = frozenset({"password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets"})
# The same, parted by a sign or a capital.
_PARTED = frozenset(("pass", word) for word in ("word", "words", "wd", "phrase", "phrases"))
_TEXT_SECRET = frozenset(
    {
        *("authorization", "bearer", "cookie", "cookies", "credential", "credentials"),
        *("hmac", "jwt", "pem", "sig", "signature", "signatures", "token", "tokens"),
        *("webhook", "webhooks"),
    }
)
# Two words that name a secret only together, also where they are written as one.
_PAIRS = frozenset(
    {
        *(("access", "key"), ("api", "key"), ("idempotency", "key"), ("key", "id")),
        *(("private", "key"), ("signing", "key"), ("encryption", "key")),
        *(("notify", "url"), ("notification", "url")),
    }
)
_GLUED = frozenset("".join(pair) for pair in _PAIRS) | {
    *("accesstoken", "apisecret", "apitoken", "authtoken", "bearertoken", "clientsecret"),
    *("privatepem", "refreshtoken", "slackwebhook", "webhookurl"),
}
# Last words that tell what is said about a secret, not the secret.
_ABOUT = frozenset(
    {
        *("age", "algorithm", "at", "bits", "budget", "bytes", "capacity", "cost", "costs"),
        *("count", "counts", "error", "errors", "expiry", "file", "kind", "left", "len"),
        *("length", "limit", "mode", "ms", "ok", "path", "policy", "present", "rate", "refill"),
        *("remaining", "s", "scheme", "seconds", "size", "status", "streak", "type", "usage"),
        *("used", "valid", "variable", "version"),
    }
)
# A rate limit is counted in tokens.
_OF_RATE_LIMITS = frozenset({"bucket", "buckets", "budget"})
_TOKENS = frozenset({"token", "tokens"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@lru_cache(maxsize=4096)
def secrecy(name: str) -> Secrecy:
    """Return what a field's name says about its value.

    The name is cut into words at signs, digits and capitals, so ``apiKey``, ``API_KEY`` and
    ``KALSHI-ACCESS-KEY`` are found, while ``secretary``, ``key_rate`` and
    ``token_bucket_remaining`` are ordinary.
    """
    words = tuple(word.lower() for word in _WORD.findall(name[:200]))
    if not words or words[-1] in _ABOUT:
        return Secrecy.ORDINARY
    pairs = tuple(pairwise(words))
    if not _SECRET.isdisjoint(words) or not _PARTED.isdisjoint(pairs):
        return Secrecy.SECRET
    if not _TEXT_SECRET.isdisjoint(words):
        of_rate_limits = not _OF_RATE_LIMITS.isdisjoint(words) and not _TOKENS.isdisjoint(words)
        return Secrecy.ORDINARY if of_rate_limits else Secrecy.TEXT_SECRET
    if not _PAIRS.isdisjoint(pairs) or not _GLUED.isdisjoint(words):
        return Secrecy.TEXT_SECRET
    return Secrecy.ORDINARY
