"""What is committed already, and what may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kalshi_alpha.core.risk.pal import Exposure, PalLimits


@dataclass(frozen=True, slots=True)
class Holdings:
    """Commitments and position limits by event.

    ``exposures`` holds everything filled, resting or of unknown state; an event that is not in
    ``limits`` may not be traded at all.
    """

    exposures: Mapping[str, Sequence[Exposure]]
    limits: Mapping[str, PalLimits]
