"""Prices: integer ten-thousandths of a dollar."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kalshi_alpha.core.errors import BadPrice

E4_PER_DOLLAR = 10_000  # the venue quotes at most four decimal places
_WIRE = re.compile(r"([01])\.([0-9]{1,4})")


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """What one contract costs, as an integer count of ten-thousandths of a dollar.

    A price belongs to a side: the YES price of a market, or the NO price that is its
    complement. Which counts may be quoted is the market's business, so the tick grid
    lives on the market.

    Raises
    ------
    BadPrice
        If the count is not an integer in [0, 10000].
    """

    e4: int

    def __post_init__(self) -> None:
        if type(self.e4) is not int or not 0 <= self.e4 <= E4_PER_DOLLAR:
            raise BadPrice(
                f"price must be in [0, 1] dollars by steps of 0.0001, was {self.e4!r}e-4"
            )

    @classmethod
    def parse(cls, dollars: str) -> Price:
        """Read the venue's fixed-point string, such as ``"0.1200"``."""
        match = _WIRE.fullmatch(dollars)
        if match is None:
            raise BadPrice(f"price must look like 0.1200, was {dollars!r}")
        return cls(int(match[1] + match[2].ljust(4, "0")))

    def complement(self) -> Price:
        """Return the price of the other side: one dollar less this."""
        return Price(E4_PER_DOLLAR - self.e4)

    @property
    def dollars(self) -> float:
        """The price as a float in [0, 1], for probability arithmetic only."""
        return self.e4 / E4_PER_DOLLAR

    def __str__(self) -> str:
        return f"{self.e4 // E4_PER_DOLLAR}.{self.e4 % E4_PER_DOLLAR:04d}"
