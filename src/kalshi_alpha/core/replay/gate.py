"""The gate of a replayed decision: the readings that could be known then, through the one gate.

What only a live day can know, such as a heartbeat, the skew of its clock or a reconciliation, is
taken as passed and named; the kill switch is absent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from kalshi_alpha.core.gates.gate import Verdict, verdict
from kalshi_alpha.core.gates.preconditions import (
    exchange_reading,
    kill_switch_reading,
    schedule_reading,
    time_zone_reading,
)
from kalshi_alpha.core.gates.quality import (
    QualityFigures,
    QualityLimits,
    Skill,
    quality_reading,
)
from kalshi_alpha.core.gates.readings import Fault, Reading, ReadingName
from kalshi_alpha.core.gates.requirements import Action, Need, needs
from kalshi_alpha.core.proposals.proposal import ScanResult
from kalshi_alpha.core.schedule import Phase, new_york

TAKEN_AS_PASSED = (
    ReadingName.CONFIG,
    ReadingName.HEARTBEAT,
    ReadingName.LEDGER,
    ReadingName.RAMP,
    ReadingName.CLOCK,
    ReadingName.RECONCILIATION,
    ReadingName.LIVE_QUOTE,
)
"""What belongs to a live day and no tape carries."""
STANDING = (ReadingName.PANIC, ReadingName.DRAWDOWN, ReadingName.MONITORS)
"""What monitors left standing, from fills of decisions before."""

Standing = Mapping[datetime, Sequence[Reading]]
"""By the clock of a decision, what stood against it."""
NOTHING_STANDS: Standing = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What was known of the model's own forecasts: its skill, and whether they had worsened."""

    skill: Skill
    drifted: bool


@dataclass(frozen=True, slots=True, eq=False)
class GateHistory:
    """What the gate could read of feeds and of the model, as it changed.

    Attributes
    ----------
    instants
        When it was read, rising; a reading holds until the next.
    feeds, models
        What was found at each; a model is None where nobody knows its record, and it is then
        taken to keep its limits.
    """

    instants: tuple[datetime, ...]
    feeds: tuple[Reading, ...]
    models: tuple[ModelRecord | None, ...]

    def feeds_at(self, at: datetime) -> Reading:
        """Return the reading of the feeds; before the first instant there is none."""
        place = bisect_right(self.instants, at) - 1
        if place < 0:
            return Reading(ReadingName.FEEDS, fault=Fault.MISSING, detail="nothing was known yet")
        return self.feeds[place]

    def model_at(self, at: datetime) -> ModelRecord | None:
        """Return what was known of the model."""
        place = bisect_right(self.instants, at) - 1
        return None if place < 0 else self.models[place]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplayGate:
    """How a replay asks the gate.

    Attributes
    ----------
    action
        What is about to be done: `Action.PAPER`, or `Action.LIVE`, for which monitors count too.
    quality
        Limits of the quality gates; None lets every scan pass.
    history
        What feeds and the model's record were; None takes both as passed.
    """

    action: Action = Action.PAPER
    quality: QualityLimits | None = None
    history: GateHistory | None = None

    def verdict(
        self,
        family: str,
        phase: Phase,
        result: ScanResult,
        standing: Sequence[Reading] = (),
    ) -> Verdict:
        """Ask the gate about a scan.

        Parameters
        ----------
        family, phase
            What is traded, and its schedule at the scan's clock.
        result
            The scan.
        standing
            What monitors left standing; what is not among it stands not.
        """
        at = result.at
        offset = new_york(at).utcoffset() or timedelta(0)
        given = (
            kill_switch_reading(on=False, path="absent in a replay"),
            time_zone_reading(offset, at),
            schedule_reading(family, phase, window_only=False),
            exchange_reading(trading_active=True, at=at),
            self._feeds(at),
            self._quality(family, result),
            *standing,
        )
        known = {reading.name for reading in given}
        needed = (name for name, need in needs(self.action).items() if need is Need.REQUIRED)
        assumed = (
            Reading(name, detail="taken as passed in a replay")
            for name in needed
            if name not in known and name in (*TAKEN_AS_PASSED, *STANDING)
        )
        return verdict(self.action, (*given, *assumed), at)

    def _feeds(self, at: datetime) -> Reading:
        if self.history is None:
            return Reading(ReadingName.FEEDS, detail="taken as passed in a replay")
        return self.history.feeds_at(at)

    def _quality(self, family: str, result: ScanResult) -> Reading:
        limits = self.quality
        if limits is None:
            return Reading(ReadingName.QUALITY, detail="taken as passed in a replay")
        record = None if self.history is None else self.history.model_at(result.at)
        if record is None:
            least = Skill(family, limits.min_crps_advantage, limits.min_brier_advantage)
            record = ModelRecord(least, drifted=False)
        figures = QualityFigures(
            skill=record.skill,
            non_monotone_ladders=result.non_monotone_ladders,
            negative_ev_after_fees=result.negative_ev_after_fees,
            tz_not_et=False,
            model_drift=record.drifted,
            inconsistent_markets=result.inconsistent_ladders,
        )
        return quality_reading(figures, limits)
