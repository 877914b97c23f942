"""The sequential guard of one series: a CUSUM and two e-detectors over its settled units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kalshi_alpha.core.errors import BadParameter, TornFile
from kalshi_alpha.core.guards.cusum import CusumState
from kalshi_alpha.core.guards.detector import Level, worst
from kalshi_alpha.core.guards.e_detector import LAMBDAS, EDetectorState
from kalshi_alpha.core.guards.standardise import UnitRisk, standardise

DEFAULT_K = 0.25
DEFAULT_ARL0: Mapping[str, int] = {"cpi": 24, "claims": 104, "teny": 500, "weather": 500}
"""Wanted run length without degradation, in units: about two years of each family."""

UNION_FACTOR = 2
"""Detectors together alarm more often than one: each is set at twice the wanted run length."""


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What one settled risk unit earned, in dollars, and what its stored forecast said.

    Raises
    ------
    BadParameter
        If the time carries no zone or the profit is not finite.
    """

    unit_id: str
    settled_at: datetime
    pnl: float
    risk: UnitRisk

    def __post_init__(self) -> None:
        if self.settled_at.tzinfo is None or not math.isfinite(self.pnl):
            raise BadParameter(f"impossible result of unit {self.unit_id!r}")


@dataclass(frozen=True, slots=True)
class Reset:
    """Ops' decision to start the guard anew; only this clears an alert, never a restart.

    Raises
    ------
    BadParameter
        If the time carries no zone, or nobody signed, or no reason is given.
    """

    reset_at: datetime
    reset_by: str
    memo: str

    def __post_init__(self) -> None:
        if self.reset_at.tzinfo is None or not (self.reset_by and self.memo):
            raise BadParameter("a reset needs an instant, a name and a memo")


@dataclass(frozen=True, slots=True)
class SequentialGuard:
    """State of one series' guard: an alert of any detector is an alert.

    ``cusum`` and ``degraded`` ask whether units earn what was expected of them, ``break_even``
    whether they earn at all.
    """

    cusum: CusumState
    degraded: EDetectorState
    break_even: EDetectorState
    last_reset: Reset | None = None

    @classmethod
    def start(cls, k: float, h: float, threshold: float, h_source: str) -> SequentialGuard:
        """Return a guard that has seen nothing, with CUSUM k and h and e-detector threshold A.

        Raises
        ------
        BadParameter
            If a parameter is impossible.
        """
        fresh = EDetectorState(threshold)
        return cls(CusumState(k, h, h_source), fresh, fresh)

    @property
    def level(self) -> Level:
        """The most worried of the three."""
        return worst(self.cusum.level, self.degraded.level, self.break_even.level)

    @property
    def n(self) -> int:
        """How many units have entered."""
        return len(self.cusum.units)

    @property
    def last_unit(self) -> str | None:
        """The unit that entered last."""
        return self.cusum.units[-1] if self.cusum.units else None

    def update(self, result: UnitResult) -> SequentialGuard:
        """Return the guard after one settled unit; unchanged if the unit entered before.

        Raises
        ------
        BadParameter
            If the profit contradicts the unit's own best case.
        """
        name, pnl, risk = result.unit_id, result.pnl, result.risk
        # A unit whose best case is no gain cannot show whether gains have ceased.
        even = (
            self.break_even.update(name, pnl, 0.0, risk.best)
            if risk.best > 0.0
            else self.break_even.pass_over(name)
        )
        return replace(
            self,
            cusum=self.cusum.update(name, standardise(pnl, risk)),
            degraded=self.degraded.update(name, pnl, risk.expected, risk.best),
            break_even=even,
        )

    def reset(self, reset: Reset) -> SequentialGuard:
        """Return the guard with its sums at zero; units it has seen never enter again."""
        return SequentialGuard(
            self.cusum.reset(), self.degraded.reset(), self.break_even.reset(), reset
        )

    def replay(self, log: Iterable[UnitResult | Reset]) -> SequentialGuard:
        """Return the guard this one reaches from nothing over a log in settlement order."""
        guard = SequentialGuard(
            self.cusum.replay(()), self.degraded.replay(()), self.break_even.replay(())
        )
        for item in log:
            guard = guard.reset(item) if isinstance(item, Reset) else guard.update(item)
        return guard

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values; `from_json` restores it exactly."""
        last = self.last_reset
        return {
            "S": self.cusum.s,
            "R": list(self.degraded.r),
            "R_break_even": list(self.break_even.r),
            "n": self.n,
            "last_unit": self.last_unit,
            "k": self.cusum.k,
            "h": self.cusum.h,
            "A": self.degraded.threshold,
            "h_source": self.cusum.h_source,
            "units": list(self.cusum.units),
            "alarmed_by": [
                self.cusum.alarmed_by,
                self.degraded.alarmed_by,
                self.break_even.alarmed_by,
            ],
            "reset_at": last.reset_at.isoformat() if last else None,
            "reset_by": last.reset_by if last else None,
            "reset_memo": last.memo if last else None,
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> SequentialGuard:
        """Rebuild a guard from `to_json`.

        Raises
        ------
        TornFile
            If a key is missing or the parts contradict.
        BadParameter
            If a value is impossible.
        """
        missing = _KEYS - state.keys()
        if missing or state.get("n") != len(state.get("units", ())):
            raise TornFile(f"guard state lacks {sorted(missing)} or miscounts its units")
        units, (first, second, third) = tuple(state["units"]), state["alarmed_by"]
        limit = state["A"]
        return cls(
            CusumState(state["k"], state["h"], state["h_source"], state["S"], units, first),
            EDetectorState(limit, LAMBDAS, tuple(state["R"]), units, second),
            EDetectorState(limit, LAMBDAS, tuple(state["R_break_even"]), units, third),
            _read_reset(state),
        )


_KEYS = frozenset(
    (
        "S",
        "R",
        "R_break_even",
        "n",
        "last_unit",
        "k",
        "h",
        "A",
        "h_source",
        "units",
        "alarmed_by",
        "reset_at",
        "reset_by",
        "reset_memo",
    )
)


def _read_reset(state: Mapping[str, Any]) -> Reset | None:
    if state["reset_at"] is None:
        return None
    return Reset(datetime.fromisoformat(state["reset_at"]), state["reset_by"], state["reset_memo"])


def with_corrections(log: Sequence[UnitResult | Reset]) -> list[UnitResult | Reset]:
    """Return the log with each unit's last stated result in the place of its first.

    A guard lets a unit in once, so a result that the venue amends afterwards is brought in by
    replaying the corrected log.
    """
    latest = {item.unit_id: item for item in log if isinstance(item, UnitResult)}
    corrected: list[UnitResult | Reset] = []
    for item in log:
        if isinstance(item, Reset):
            corrected.append(item)
        elif item.unit_id in latest:
            corrected.append(latest.pop(item.unit_id))
    return corrected
