"""The grid that a family's settlement values live on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from kalshi_alpha.core.errors import BadParameter


@dataclass(frozen=True, slots=True)
class SettlementGrid:
    """A step and its unit, such as 0.1 percentage points; values are integer multiples of it.

    Arithmetic on the grid is done in integers reached through ``Decimal``: in floats
    0.3 / 0.1 is 2.9999 and a strike moves by a whole step.

    Raises
    ------
    BadParameter
        If the step is not a finite positive number.
    """

    step: Decimal
    unit: str

    def __post_init__(self) -> None:
        if not (self.step.is_finite() and self.step > 0):
            raise BadParameter(f"grid step must be positive, was {self.step}")

    def floor(self, value: Decimal) -> int:
        """Return the largest index whose value is not above ``value``."""
        return int((value / self.step).to_integral_value(ROUND_FLOOR))

    def ceil(self, value: Decimal) -> int:
        """Return the smallest index whose value is not below ``value``."""
        return int((value / self.step).to_integral_value(ROUND_CEILING))

    def index(self, value: Decimal) -> int:
        """Return the index of a value that lies on the grid.

        Raises
        ------
        BadParameter
            If the value lies between two grid points.
        """
        low = self.floor(value)
        if self.value(low) != value:
            raise BadParameter(f"{value} is not a multiple of {self.step} {self.unit}")
        return low

    def value(self, index: int) -> Decimal:
        """Return the settlement value at an index, exactly."""
        return index * self.step
