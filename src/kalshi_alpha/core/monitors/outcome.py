"""How a monitor ends: a status, a figure against its threshold, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MonitorStatus(StrEnum):
    """Whether what was looked at is in order.

    ``NO_DATA`` means there was nothing to look at, ``STALE`` that what there is is too old.
    """

    OK = "OK"
    ALERT = "ALERT"
    NO_DATA = "NO_DATA"
    STALE = "STALE"


@dataclass(frozen=True, slots=True)
class FamilyOutcome:
    """What a monitor found of one family."""

    status: MonitorStatus
    figure: float | None
    threshold: float
    cause: str = ""


@dataclass(frozen=True, slots=True)
class MonitorOutcome:
    """What a monitor found, as an operator needs it.

    Attributes
    ----------
    status
        In order, not in order, nothing to look at, or too old to look at.
    figure, threshold
        What was measured, and the most that passes; the figure is None if nothing could be.
    causes, effect, remedies
        What is wrong, what it stops, and what to do; empty where all is in order.
    unit
        What figure and threshold are counted in.
    series
        By family, where the monitor judges each apart.
    must_exist
        Whether there had to be something to look at, so that having nothing stops trading.
    follows
        The monitor that alerts of what this one could not look at either; empty otherwise.
    """

    status: MonitorStatus
    figure: float | None
    threshold: float
    causes: tuple[str, ...] = ()
    effect: str = ""
    remedies: tuple[str, ...] = ()
    unit: str = ""
    series: Mapping[str, FamilyOutcome] = field(default_factory=dict)
    must_exist: bool = False
    follows: str = ""

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

    def alerts(self, family: str | None = None) -> bool:
        """Say whether it alerts: at all, or for one family where it judges families apart."""
        if family is not None and self.series:
            found = self.series.get(family)
            return found is not None and found.status is MonitorStatus.ALERT
        return self.status is MonitorStatus.ALERT
