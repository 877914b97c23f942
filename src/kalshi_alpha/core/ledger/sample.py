"""When a sample of settled units is large and even enough to judge a series by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean


@dataclass(frozen=True, slots=True)
class SampleRule:
    """Fewest risk units, largest share of contracts in one, and whether outcomes alone can do.

    Raises
    ------
    BadParameter
        If fewer than two units are asked for, or the share is outside (0, 1].
    """

    units_min: int
    needs_closing_line: bool = False
    unit_share_max: float = 0.2

    def __post_init__(self) -> None:
        if not (self.units_min >= 2 and 0.0 < self.unit_share_max <= 1.0):
            raise BadParameter(f"impossible sample rule: {self}")


SAMPLE_RULES: Mapping[str, SampleRule] = {
    "weather": SampleRule(30),
    "teny": SampleRule(30),
    "claims": SampleRule(26),
    # Twelve releases a year carry too much settlement noise for outcomes to be judged alone.
    "cpi": SampleRule(12, needs_closing_line=True),
}
"""Defaults by family; they tighten the ramp's number of fills and never replace it."""


class Shortfall(StrEnum):
    """What a sample lacks."""

    UNITS = "units"
    UNIT_SHARE = "unit_share"
    CLOSING_LINE = "closing_line"


def shortfalls(
    sample: ClusteredMean, rule: SampleRule, *, uses_closing_line: bool
) -> tuple[Shortfall, ...]:
    """Return everything the sample lacks; empty if it may be judged.

    Parameters
    ----------
    sample
        The mean with its units.
    rule
        The family's rule.
    uses_closing_line
        Whether the declared statistic is the one with the closing-line control variate.
    """
    lacks = {
        Shortfall.UNITS: sample.n_units < rule.units_min,
        Shortfall.UNIT_SHARE: not sample.largest_unit_share <= rule.unit_share_max,
        Shortfall.CLOSING_LINE: rule.needs_closing_line and not uses_closing_line,
    }
    return tuple(item for item, missing in lacks.items() if missing)
