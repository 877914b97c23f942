"""The log of one series' guard, from which its state is worked out anew at every look.

Nothing is kept but what happened: units that settled, thresholds that were calibrated, alarms that
were raised, and resets that were signed. The same log gives the same state, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.calibration import Threshold
from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.sequential import (
    UNION_FACTOR,
    Reset,
    SequentialGuard,
    UnitResult,
)

RECALIBRATE_AFTER = 25
"""Units after which the threshold is calibrated again."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert was raised: when it was noticed, and the unit that came last.

    It stands until a reset, also if a later correction of the ledger would undo it.
    """

    noticed_at: datetime
    unit_id: str


LogItem = UnitResult | Threshold | Alarm | Reset


@dataclass(frozen=True, slots=True)
class GuardState:
    """What a log amounts to: the guard, and the alarm that stands."""

    guard: SequentialGuard
    alarm: Alarm | None

    @property
    def level(self) -> Level:
        """ALERT while an alarm stands, else the guard's own level."""
        return Level.ALERT if self.alarm is not None else self.guard.level

    @property
    def share(self) -> float:
        """How near the nearest detector is to its threshold: 1 is there."""
        guard = self.guard
        shares = (
            guard.cusum.s / guard.cusum.h,
            guard.degraded.value / guard.degraded.threshold,
            guard.break_even.value / guard.break_even.threshold,
        )
        return max(*shares, 1.0) if self.level is Level.ALERT else max(shares)


@dataclass(frozen=True, slots=True)
class GuardLog:
    """Everything that happened to one series' guard, oldest first.

    Parameters
    ----------
    k, arl0
        Allowance of the sum, and the wanted run length of the whole guard in units.
    items
        What happened; a threshold stands before the first unit.

    Raises
    ------
    BadParameter
        If a unit stands before every threshold.
    """

    k: float
    arl0: float
    items: tuple[LogItem, ...] = ()

    def __post_init__(self) -> None:
        for item in self.items:
            if isinstance(item, Threshold):
                return
            if isinstance(item, UnitResult):
                raise BadParameter(f"unit {item.unit_id} entered before any threshold")

    @property
    def units(self) -> dict[str, UnitResult]:
        """The units that entered, by id, in order."""
        return {item.unit_id: item for item in self.items if isinstance(item, UnitResult)}

    @property
    def threshold(self) -> Threshold | None:
        """The threshold that is in force; None before the first."""
        found = [item for item in self.items if isinstance(item, Threshold)]
        return found[-1] if found else None

    @property
    def units_since_threshold(self) -> int:
        """How many units entered since the threshold was calibrated."""
        count = 0
        for item in self.items:
            if isinstance(item, Threshold):
                count = 0
            elif isinstance(item, UnitResult):
                count += 1
        return count

    def replay(self) -> GuardState | None:
        """Return the state that the log amounts to; None before the first threshold."""
        guard: SequentialGuard | None = None
        alarm: Alarm | None = None
        for item in self.items:
            match item:
                case Threshold():
                    guard = self._with_threshold(guard, item)
                case UnitResult() if guard is not None:
                    guard = guard.update(item)
                case Alarm():
                    alarm = item
                case Reset() if guard is not None:
                    guard, alarm = guard.reset(item), None
                case _:
                    continue
        return None if guard is None else GuardState(guard, alarm)

    def with_threshold(self, found: Threshold) -> GuardLog:
        """Return the log with a threshold that holds from now on."""
        return replace(self, items=(*self.items, found))

    def with_corrections(self, results: Iterable[UnitResult]) -> GuardLog:
        """Return the log with units restated where the ledger says something else by now."""
        latest = {result.unit_id: result for result in results}
        items = tuple(
            latest.get(item.unit_id, item) if isinstance(item, UnitResult) else item
            for item in self.items
        )
        return replace(self, items=items)

    def advanced(
        self, results: Sequence[UnitResult], resets: Sequence[Reset], at: datetime
    ) -> GuardLog:
        """Return the log with what is new: units in settlement order, then resets, then an alarm.

        A unit enters once. A reset clears an alarm that was noticed before it was signed, and is
        used up by that; one that finds nothing to clear is left out. An alarm that is over the
        threshold by now is written down at ``at``.
        """
        known = self.units
        fresh = [result for result in results if result.unit_id not in known]
        log = replace(self, items=(*self.items, *fresh))
        for reset in sorted(resets, key=lambda each: each.reset_at):
            log = log._reset(reset)
        return log._alarmed(at)

    def _reset(self, reset: Reset) -> GuardLog:
        state = self.replay()
        stands = state is not None and state.alarm is not None
        if not stands or state is None or state.alarm is None:
            return self
        if state.alarm.noticed_at > reset.reset_at or reset in self.items:
            return self
        return replace(self, items=(*self.items, reset))

    def _alarmed(self, at: datetime) -> GuardLog:
        state = self.replay()
        if state is None or state.alarm is not None or state.guard.level is not Level.ALERT:
            return self
        return replace(self, items=(*self.items, Alarm(at, state.guard.last_unit or "")))

    def _with_threshold(self, guard: SequentialGuard | None, found: Threshold) -> SequentialGuard:
        if guard is None:
            limit = UNION_FACTOR * self.arl0
            return SequentialGuard.start(self.k, found.h, limit, found.source)
        return replace(guard, cusum=replace(guard.cusum, h=found.h, h_source=found.source))
