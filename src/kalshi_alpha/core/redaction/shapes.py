"""Secrets that are known by their shape, wherever in a text they stand."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import NamedTuple

from kalshi_alpha.core.redaction.letters import letters_are_noise
from kalshi_alpha.core.redaction.names import Secrecy, secrecy

MASK = "****"
_SHOWN = 4
_MASKED_WHOLE_BELOW = 8
_LONG_WORD = 32
_RUN_MIN = 64  # an Ed25519 signature has 86 characters, a hash in base64 has 44
_PEM = "PEM block"


class Find(NamedTuple):
    """A secret in a text: where, and of what kind."""

    start: int
    end: int
    kind: str


def mask(text: str) -> str:
    """Return ``****`` and the last four characters; all of a text below eight is hidden.

    What is masked already stays as it is, so masking twice changes nothing.
    """
    if text.startswith(MASK) and len(text) <= len(MASK) + _SHOWN:
        return text
    return MASK if len(text) < _MASKED_WHOLE_BELOW else MASK + text[-_SHOWN:]


# Most texts are words, tickers, numbers, instants, ids and hashes: no shape below fits into these.
_PLAIN = re.compile(
    r"[0-9a-f-]{0,64}|(?!.*AKIA)[A-Z0-9.-]{0,48}|[0-9TZ .:+-]{0,40}|\*{4}[^\n]{0,4}"
    r"|(?!.*(?:xox|gh[a-z]_|sk_|hook|discord|with/key))[a-z0-9_/.-]{0,63}"
)

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (_PEM, re.compile(r"-----BEGIN [A-Z0-9 ]+-----(?:.*?-----END [A-Z0-9 ]+-----|.*)", re.S)),
    # In small letters only what is surely a key: a line of dashes may begin anything.
    (
        _PEM,
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY(?: BLOCK)?|CERTIFICATE)-----"
            r"(?:.*?-----END [A-Z0-9 ]+-----|.*)",
            re.S | re.I,
        ),
    ),
    (
        "JWT",
        re.compile(
            r"(?<![A-Za-z0-9-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"
        ),
    ),
    (
        "webhook",
        re.compile(
            r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[^\s\"'<>]+"
            r"|discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[^\s\"'<>]+"
            # Of Mattermost, Rocket.Chat and the like, on whatever host they are.
            r"|(?<=/hooks/)(?=[a-z]*[0-9])[a-z0-9]{16,}(?:/[a-z0-9]{16,})?(?![a-z0-9])"
            r"|(?<=/with/key/)[\w-]{8,}"
            r"|\bwebhook\.office\.com/webhookb?2?/[^\s\"'<>]+"
            r"|\boutlook\.office(?:365)?\.com/webhookb?2?/[^\s\"'<>]+",
            re.I,
        ),
    ),
    # An address of apprise is its own credential, whatever service it names.
    (
        "notification address",
        re.compile(
            r"(?<![A-Za-z0-9])(?:discord|tgram|slack|pover|ntfys?|gotifys?|pbul|msteams|mmosts?"
            r"|matrixs?|rockets?|signals?|sns|ses|twilio|sendgrid|mailgun|ifttt|prowl|pushy|pjets?"
            r"|wxteams|workflows?|zulip|opsgenie|pagerduty|hassios?|barks?|lark|feishu|dingtalk"
            r"|guilded|gchat|apprises?|pushdeers?|schan|spush|nexmo|msgbird|clicksend|o365|resend"
            r"|smtp2go|sparkpost|brevo|splunk|victorops|spike|twist|mastodons?|toots?|bsky|revolt"
            r"|whatsapp|notica|notifiarr|nctalks?|nclouds?|pagertree|wecombot|mailtos?|flock|ryver"
            r")://[^\s\"'<>]{8,}",
            re.I,
        ),
    ),
    (
        "provider token",
        re.compile(r"\bxox[a-z]-[A-Za-z0-9-]{8,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{35}"),
    ),
    ("provider token", re.compile(r"\bgh[a-z]_[A-Za-z0-9]{30,}|\bsk_(?:live|test)_\w{8,}")),
    # A bot's of Telegram, in the path of its address or by itself.
    (
        "provider token",
        re.compile(
            r"(?<=/bot)[0-9]{3,20}(?::|%3a)[\w-]{8,}|(?<![A-Za-z0-9])[0-9]{8,10}:[\w-]{35}(?![\w-])",
            re.I,
        ),
    ),
    ("password in a URL", re.compile(r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)")),
)
# What parts the two may be escaped, by an address or in a literal.
_SCHEME = re.compile(
    r"(?:\b|(?<=%[0-9a-f]{2})|(?<=\\[nrt]))(?:bearer|basic)"
    r"(?:\s|\+|%20|%0[9ad]|\\[nrt])+([A-Za-z0-9._~+/-]{8,}=*)",
    re.I,
)
# What is assigned is only looked at, so that it may hold an assignment of its own.
_ASSIGNED = re.compile(
    r"(?<![A-Za-z0-9_-])([A-Za-z0-9_][A-Za-z0-9_-]{1,200})(\\*[\"']?\s{0,3}[=:]\s{0,3}\\*[\"']?)"
    r"(?=([^\s\"'&,;<>(){}\[\]\\]{4,256}))"
)
_VALUE = re.compile(r"[^\s\"'&,;<>(){}\[\]\\]*")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}")
_HEX_RUN = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32,}")
_KINDS = str.maketrans(
    dict.fromkeys(string.ascii_uppercase, "A")
    | dict.fromkeys(string.ascii_lowercase, "a")
    | dict.fromkeys(string.digits, "0")
)
_OPAQUE = re.compile(r"[0-9]|[a-z][A-Z]")
_NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_MASKED = re.compile(r"\*{4}.{0,4}", re.S)
# What a log says about a secret in its place.
_SAID = re.compile(
    r"(?:un)?(?:checked|known|readable|set)|(?:in)?valid|absent|expired|fals[ey]|missing|none|null"
    r"|present|redacted|refused|required|true|rsa-pss|ed25519",
    re.I,
)


def find_secrets(text: str) -> Iterator[Find]:
    """Yield every secret in a text by its shape: they may overlap, and come in no order.

    Looked for are PEM blocks, JSON web tokens, bearer and basic credentials, webhooks of Slack,
    Discord and Teams, addresses of notification services as apprise takes them, tokens of
    well-known providers, passwords in URLs, ``name=value`` where the name means a secret, and
    base64 of 64 characters or more that no hash, id or path explains.
    """
    for find in _found(text):
        if not is_masked(text[find.start : find.end]):
            yield find


def mask_secrets(text: str) -> str:
    """Return a text with every secret in it masked, as far as one look finds them."""
    shown: list[str] = []
    at = 0
    for start, end, kind in _merged(sorted(find_secrets(text))):
        shown += [text[at:start], MASK if kind == _PEM else mask(text[start:end])]
        at = end
    return "".join([*shown, text[at:]]) if shown else text


def looks_opaque(text: str) -> bool:
    """Return whether a text is no plain word.

    It is long, digits and capitals stand in it, or its letters follow each other as in no word.
    """
    if len(text) >= _LONG_WORD or _OPAQUE.search(text) is not None:
        return True
    return letters_are_noise(text)


def is_plain(text: str) -> bool:
    """Return whether a text is so simple that no secret can be known in it by its shape."""
    return _PLAIN.fullmatch(text) is not None


def is_harmless(text: str) -> bool:
    """Return whether a text in a secret's place shows none: empty, masked, or said about it."""
    return not text or is_masked(text) or _SAID.fullmatch(text) is not None


def is_masked(text: str) -> bool:
    """Return whether a text is what `mask` returns."""
    return _MASKED.fullmatch(text) is not None


def _found(text: str) -> Iterator[Find]:
    for kind, shape in _SHAPES:
        for match in shape.finditer(text):
            yield Find(match.start(), match.end(), kind)
    for match in _SCHEME.finditer(text):
        if looks_opaque(match[1]):
            yield Find(match.start(1), match.end(1), "credential")
    yield from _assigned(text)
    for match in _LONG_RUN.finditer(text):
        if _is_random(match[0]):
            yield Find(match.start(), match.end(), "long base64")


def _assigned(text: str) -> Iterator[Find]:
    done = 0
    for match in _ASSIGNED.finditer(text):
        start = match.start(3)
        if start >= done and _is_assigned_secret(match[1], match[2], match[3]):
            whole = _VALUE.match(text, start)
            done = match.end(3) if whole is None else whole.end()
            yield Find(start, done, f"value of {match[1]}")


def _is_assigned_secret(name: str, sign: str, value: str) -> bool:
    found = secrecy(name)
    if found is Secrecy.ORDINARY or is_harmless(value):
        return False
    if found is Secrecy.TEXT_SECRET and _NUMBER.fullmatch(value):
        return False
    # "password: required by the host" is prose; "password=hunter" is not.
    return "=" in sign or looks_opaque(value)


def _is_random(run: str) -> bool:
    """Return whether a long run mixes capitals, small letters and digits as noise does.

    In random base64 two neighbours are of different kinds 64 times in a hundred, and four
    characters in ten are small letters; in paths, words and tickers the first is seldom half as
    often, and letters of one kind prevail. Hashes and ids in hexadecimal are taken out first.
    """
    kinds = _HEX_RUN.sub("", run).rstrip("=").translate(_KINDS)
    if len(kinds) < _RUN_MIN:
        return False
    changes = sum(map(str.__ne__, kinds, kinds[1:])) / (len(kinds) - 1)
    capital, small, digit = (kinds.count(kind) / len(kinds) for kind in "Aa0")
    return changes >= 0.42 and capital >= 0.15 and 0.15 <= small <= 0.65 and digit > 0.0


def _merged(spans: list[Find]) -> Iterator[Find]:
    """Yield sorted spans with those that overlap made one."""
    if not spans:
        return
    current = spans[0]
    for span in spans[1:]:
        if span.start < current.end:
            current = current._replace(end=max(current.end, span.end))
        else:
            yield current
            current = span
    yield current
