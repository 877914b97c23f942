"""Contract counts: integer hundredths of a contract."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kalshi_alpha.core.errors import BadContracts

E2_PER_CONTRACT = 100  # the venue trades by 0.01 contract
_WIRE = re.compile(r"([0-9]+)(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Contracts:
    """A number of contracts, as an integer count of hundredths.

    Raises
    ------
    BadContracts
        If the count is not a non-negative integer.
    """

    e2: int

    def __post_init__(self) -> None:
        if type(self.e2) is not int or self.e2 < 0:
            raise BadContracts(f"contracts must be a count >= 0 of hundredths, was {self.e2!r}")

    @classmethod
    def parse(cls, count: str) -> Contracts:
        """Read the venue's fixed-point string, such as ``"10.00"`` or ``"7.5"``."""
        match = _WIRE.fullmatch(count)
        if match is None:
            raise BadContracts(f"contracts must look like 10.00, was {count!r}")
        return cls(int(match[1]) * E2_PER_CONTRACT + int((match[2] or "").ljust(2, "0")))

    @classmethod
    def whole(cls, count: int) -> Contracts:
        """Build a whole number of contracts."""
        return cls(count * E2_PER_CONTRACT)

    def __add__(self, other: Contracts) -> Contracts:
        return Contracts(self.e2 + other.e2)

    def __sub__(self, other: Contracts) -> Contracts:
        return Contracts(self.e2 - other.e2)

    @property
    def count(self) -> float:
        """The number of contracts as a float, for reports and statistics only."""
        return self.e2 / E2_PER_CONTRACT

    def __str__(self) -> str:
        return f"{self.e2 // E2_PER_CONTRACT}.{self.e2 % E2_PER_CONTRACT:02d}"
