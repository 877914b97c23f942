"""How the venue writes numbers and times: decimal strings, RFC 3339, and epochs of two kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.types import E2_PER_CONTRACT, E4_PER_DOLLAR, E6_PER_DOLLAR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
E6_PER_CENT = 10_000


def price_text(e4: int) -> str:
    """Write a price with four decimals."""
    return f"{e4 // E4_PER_DOLLAR}.{e4 % E4_PER_DOLLAR:04d}"


def count_text(e2: int) -> str:
    """Write a count of contracts with two decimals, signed if it is below zero."""
    size = abs(e2)
    return f"{'-' if e2 < 0 else ''}{size // E2_PER_CONTRACT}.{size % E2_PER_CONTRACT:02d}"


def money_text(e6: int, places: int = 6) -> str:
    """Write an amount in dollars with four or six decimals, cut off towards zero."""
    size = abs(e6) // 10 ** (6 - places)
    per_dollar = E6_PER_DOLLAR // 10 ** (6 - places)
    sign = "-" if e6 < 0 and size else ""
    return f"{sign}{size // per_dollar}.{size % per_dollar:0{places}d}"


def whole_cents(e6: int) -> int:
    """Return an amount as the integer cents of the few fields that still have them, cut off."""
    return e6 // E6_PER_CENT


def instant_text(at: datetime) -> str:
    """Write an instant as RFC 3339 in UTC; like the venue, without trailing zeros."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text}Z"


def epoch_s(at: datetime) -> int:
    """Return whole seconds since 1970."""
    return (at - _EPOCH) // _SECOND


def epoch_ms(at: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def instant_of(seconds: int) -> datetime:
    """Return the instant of an epoch in seconds.

    Raises
    ------
    OverflowError
        If it lies beyond what a date can hold.
    """
    return _EPOCH + timedelta(seconds=seconds)
