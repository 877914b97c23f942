"""What is committed already, and what may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kalshi_alpha.core.risk.pal import Exposure, PalLimits
from kalshi_alpha.core.risk.unit_book import UnitBook


@dataclass(frozen=True, slots=True)
class Holdings:
    """Commitments and position limits by event.

    ``exposures`` holds everything filled, resting or of unknown state; an event that is not in
    ``limits`` may not be traded at all. ``elsewhere`` holds, by risk unit, what is committed on
    events whose ladders are not at hand: other families, and other days of this one.
    """

    exposures: Mapping[str, Sequence[Exposure]]
    limits: Mapping[str, PalLimits]
    elsewhere: Mapping[str, UnitBook] = field(default_factory=dict)
