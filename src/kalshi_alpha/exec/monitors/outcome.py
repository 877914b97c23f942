"""How a monitor ends: a status, a figure against its threshold, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MonitorStatus(StrEnum):
    """Whether what was looked at is in order; ``NO_DATA`` means there was nothing to look at."""

    OK = "OK"
    ALERT = "ALERT"
    NO_DATA = "NO_DATA"


@dataclass(frozen=True, slots=True)
class MonitorOutcome:
    """What a monitor found, as an operator needs it.

    Attributes
    ----------
    status
        In order, not in order, or nothing to look at.
    figure, threshold
        What was measured, and the most that passes; the figure is None if nothing could be.
    causes, effect, remedies
        What is wrong, what it stops, and what to do; empty where all is in order.
    """

    status: MonitorStatus
    figure: int | None
    threshold: int
    causes: tuple[str, ...] = ()
    effect: str = ""
    remedies: tuple[str, ...] = ()

    @property
    def cause(self) -> str:
        """Every cause in one line."""
        return "; ".join(self.causes)

    @property
    def remedy(self) -> str:
        """Every remedy in one line."""
        return "; ".join(self.remedies)

    @property
    def ok(self) -> bool:
        """Whether all is in order; having nothing to look at is not."""
        return self.status is MonitorStatus.OK
