"""Money: integer millionths of a dollar, so that price times count is exact."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kalshi_alpha.core.errors import BadMoney
from kalshi_alpha.core.types.contracts import Contracts
from kalshi_alpha.core.types.price import Price

E6_PER_DOLLAR = 1_000_000  # a price of 1e-4 dollars times a count of 1e-2 contracts
_WIRE = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of dollars, signed, as an integer count of millionths.

    Raises
    ------
    BadMoney
        If the count is not an integer.
    """

    e6: int

    def __post_init__(self) -> None:
        if type(self.e6) is not int:
            raise BadMoney(f"money must be an integer count of 1e-6 dollars, was {self.e6!r}")

    @classmethod
    def parse(cls, dollars: str) -> Money:
        """Read a decimal string with at most six places, such as ``"-0.017500"``."""
        match = _WIRE.fullmatch(dollars)
        if match is None:
            raise BadMoney(f"money must look like -12.345678, was {dollars!r}")
        e6 = int(match[2]) * E6_PER_DOLLAR + int((match[3] or "").ljust(6, "0"))
        return cls(-e6 if match[1] else e6)

    @classmethod
    def notional(cls, price: Price, contracts: Contracts) -> Money:
        """Return price times count, exactly."""
        return cls(price.e4 * contracts.e2)

    def __add__(self, other: Money) -> Money:
        return Money(self.e6 + other.e6)

    def __sub__(self, other: Money) -> Money:
        return Money(self.e6 - other.e6)

    def __neg__(self) -> Money:
        return Money(-self.e6)

    @property
    def dollars(self) -> float:
        """The amount as a float, for reports and statistics only."""
        return self.e6 / E6_PER_DOLLAR

    def __str__(self) -> str:
        sign, size = ("-" if self.e6 < 0 else ""), abs(self.e6)
        return f"{sign}{size // E6_PER_DOLLAR}.{size % E6_PER_DOLLAR:06d}"
