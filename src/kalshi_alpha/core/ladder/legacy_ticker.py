"""Strikes of the first CPI markets, which carry no strike type and are read from the ticker."""

from __future__ import annotations

import re
from decimal import Decimal

from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.types import Strike, StrikeType

# Only CPI: in temperature events the letter T marks both the lowest and the highest market.
_LEGACY = re.compile(r"(?:KX)?CPI[A-Z]*-[0-9A-Z]+-T(N?)([0-9]+(?:\.[0-9]+)?)", re.ASCII)


def legacy_strike(ticker: str) -> Strike:
    """Infer the ``greater`` strike of a CPI market whose payload lacks a strike type.

    ``-T0.3`` means above 0.3 and ``-TN0.4`` above -0.4. Use it only when the venue sends no
    strike type: everywhere else the letter says nothing about the direction.

    Raises
    ------
    BadStrike
        If the ticker is of another series or ends in any other way.

    Examples
    --------
    >>> str(legacy_strike("CPI-22DEC-TN0.1"))
    '> -0.1'
    """
    match = _LEGACY.fullmatch(ticker)
    if match is None:
        raise BadStrike(f"{ticker!r} lacks a strike type and its suffix cannot be trusted")
    size = Decimal(match[2])
    return Strike(StrikeType.GREATER, floor=-size if match[1] else size)
