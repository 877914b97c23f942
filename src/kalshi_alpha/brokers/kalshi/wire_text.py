"""Numbers and times of the venue's JSON, refused in any other spelling.

Money and counts travel as strings. A number, an exponent, a missing digit or a sign where none
belongs is an error at the edge; what passes here always becomes an integer of the core.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import msgspec

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.core.types import Contracts, Price

PriceText = Annotated[str, msgspec.Meta(pattern=r"^(0\.[0-9]{1,4}|1\.0{1,4})\Z")]
"""Dollars of one contract, 0 to 1."""
MoneyText = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,6})?\Z")]
"""Dollars, signed, to the millionth."""
CountText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,2})?\Z")]
"""Contracts, to the hundredth."""
SignedCountText = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,2})?\Z")]
"""Contracts, negative for NO."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
"""An id or a ticker: never empty."""

_SEGMENT = re.compile(r"[A-Za-z0-9._:~-]{1,256}")


def segment(name: str) -> str:
    """Return an id or ticker as a part of a path.

    Raises
    ------
    ParseRefused
        If it holds anything that would change the path, or is empty.
    """
    if _SEGMENT.fullmatch(name) is None or set(name) == {"."}:
        raise ParseRefused("kalshi", f"{name!r} cannot be a part of a path")
    return name


def price_text(price: Price) -> str:
    """Spell a price as requests carry it, with four decimals."""
    return str(price)


def count_text(contracts: Contracts) -> str:
    """Spell a count as requests carry it, with two decimals."""
    return str(contracts)


def signed_e2(text: str) -> int:
    """Return a signed count in hundredths of a contract."""
    size = Contracts.parse(text.removeprefix("-")).e2
    return -size if text.startswith("-") else size


def unix_seconds(at: datetime) -> int:
    """Return the whole Unix seconds that queries carry.

    Raises
    ------
    ParseRefused
        If the time carries no zone.
    """
    if at.tzinfo is None:
        raise ParseRefused("kalshi", f"{at.isoformat()} carries no zone")
    return int(at.timestamp())
