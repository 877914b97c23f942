"""Strikes as the venue states them: a type and its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kalshi_alpha.core.errors import BadStrike


class StrikeType(StrEnum):
    """How the settlement value is compared with the bounds; names are the venue's."""

    GREATER = "greater"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS = "less"
    LESS_OR_EQUAL = "less_or_equal"
    BETWEEN = "between"


_NEEDS_FLOOR = {StrikeType.GREATER, StrikeType.GREATER_OR_EQUAL, StrikeType.BETWEEN}
_NEEDS_CAP = {StrikeType.LESS, StrikeType.LESS_OR_EQUAL, StrikeType.BETWEEN}


@dataclass(frozen=True, slots=True)
class Strike:
    """A strike type with the bounds it needs, in the unit of the settlement value.

    Bounds that the type does not use are kept as received (the venue sends a cap with some
    ``greater`` markets) and never read.

    Raises
    ------
    BadStrike
        If a bound that the type needs is absent or not finite.
    """

    strike_type: StrikeType
    floor: Decimal | None = None
    cap: Decimal | None = None

    def __post_init__(self) -> None:
        for name, bound, needed in (
            ("floor", self.floor, self.strike_type in _NEEDS_FLOOR),
            ("cap", self.cap, self.strike_type in _NEEDS_CAP),
        ):
            if needed and (bound is None or not bound.is_finite()):
                raise BadStrike(f"{self.strike_type} needs a finite {name}_strike, was {bound}")

    def __str__(self) -> str:
        match self.strike_type:
            case StrikeType.GREATER:
                return f"> {self.floor}"
            case StrikeType.GREATER_OR_EQUAL:
                return f">= {self.floor}"
            case StrikeType.LESS:
                return f"< {self.cap}"
            case StrikeType.LESS_OR_EQUAL:
                return f"<= {self.cap}"
            case StrikeType.BETWEEN:
                return f"{self.floor} to {self.cap}"
