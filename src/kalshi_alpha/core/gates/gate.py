"""The gate: one pure function from readings to a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.errors import BadParameter, GateRefusal
from kalshi_alpha.core.gates.memos import Memo, memo_for
from kalshi_alpha.core.gates.readings import Fault, Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Part, Reason
from kalshi_alpha.core.gates.requirements import (
    Action,
    Need,
    fault_reason,
    needs,
    needs_evidence,
    tolerates,
)

_RANK = {reason: rank for rank, reason in enumerate(Reason)}
_PLACE = {name: place for place, name in enumerate(ReadingName)}


@dataclass(frozen=True, slots=True)
class Lifted:
    """A finding that does not count, and the memo that lifts it."""

    finding: Finding
    memo: Memo


@dataclass(frozen=True, slots=True)
class Verdict:
    """GO or NO-GO for one action at one instant.

    Attributes
    ----------
    go
        True if the action may proceed.
    action, at
        What was asked, and the clock it was asked at.
    reasons
        Everything that speaks against it, in the order of `Reason`, then by detail; empty
        exactly when ``go``. What lacks of evidence is a reason only for an action that waits
        for evidence.
    safety_go
        True if nothing speaks against safety.
    evidence_go
        Whether the evidence of an edge suffices; None if no ramp reading was given.
    readings
        What the verdict was reached from, in the order of `ReadingName`.
    lifted
        What would have been a reason but for a memo.
    """

    go: bool
    action: Action
    at: datetime
    reasons: tuple[Finding, ...]
    safety_go: bool
    evidence_go: bool | None
    readings: tuple[Reading, ...]
    lifted: tuple[Lifted, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The reasons' words, each once, in order."""
        return tuple(dict.fromkeys(finding.reason.value for finding in self.reasons))

    def to_tree(self) -> dict[str, object]:
        """Return the verdict as plain values for an artifact: ages and passes spelled out."""
        return {
            "go": self.go,
            "action": self.action.value,
            "at": self.at,
            "safety_go": self.safety_go,
            "evidence_go": self.evidence_go,
            "reasons": [_finding_tree(finding) for finding in self.reasons],
            "lifted": [
                _finding_tree(each.finding)
                | {"who": each.memo.who, "why": each.memo.why, "until": each.memo.until}
                for each in self.lifted
            ],
            "readings": [_reading_tree(reading, self.at) for reading in self.readings],
        }

    def require(self) -> None:
        """Return if the verdict is GO.

        Raises
        ------
        GateRefusal
            With the reasons' words, if it is not.
        """
        if not self.go:
            raise GateRefusal(self.words)


def verdict(
    action: Action, readings: Iterable[Reading], at: datetime, memos: Iterable[Memo] = ()
) -> Verdict:
    """Decide whether an action may proceed.

    A required reading that is missing, unreadable, expired, future-dated or of a newer schema
    is a reason, never a pass. Two readings of one name are both judged, so that a passing one
    cannot hide a failing one.

    Parameters
    ----------
    action
        What is about to be done.
    readings
        Everything that was read, in any order.
    at
        The decision's clock, with its zone.
    memos
        Signed exceptions. One lifts a finding of its reason and series that began before it was
        made, while it holds; it never lifts a reading that could not be read, whatever reason
        that is reported under.

    Raises
    ------
    BadParameter
        If ``at`` carries no zone.
    """
    if at.tzinfo is None:
        raise BadParameter("the gate's clock must carry its zone")
    given = sorted(readings, key=lambda reading: (_PLACE[reading.name], reading.detail))
    against = set(_against(action, given, at))
    found = sorted(against, key=lambda finding: (_RANK[finding.reason], finding.detail))
    lifted = _lifted(found, given, at, tuple(memos))
    overruled = {each.finding for each in lifted}
    reasons = _each_once([finding for finding in found if finding not in overruled], given, at)
    safety_go = not any(finding.reason.part is Part.SAFETY for finding in reasons)
    return Verdict(
        go=not reasons,
        action=action,
        at=at,
        reasons=reasons,
        safety_go=safety_go,
        evidence_go=_evidence_go(given, at),
        readings=tuple(given),
        lifted=lifted,
    )


def _lifted(
    found: list[Finding], readings: list[Reading], at: datetime, memos: tuple[Memo, ...]
) -> tuple[Lifted, ...]:
    stated = {f for reading in readings if reading.fault_at(at) is None for f in reading.findings}
    return tuple(
        Lifted(finding, memo)
        for finding in found
        if finding in stated and (memo := _memo(finding, at, memos)) is not None
    )


_READ_ANEW = frozenset(
    {
        Reason.KILL_SWITCH,
        Reason.CONFIG_WEAKENED,
        Reason.TZ_NOT_ET,
        Reason.CLOCK_SKEW,
        Reason.STALE_FEEDS,
        Reason.HEARTBEAT_STALE,
        Reason.DRAWDOWN,
        Reason.RECONCILIATION_BREAK,
    }
)
"""What a monitor says in the word of a reading that the gate takes itself."""


def _each_once(
    reasons: list[Finding], readings: list[Reading], at: datetime
) -> tuple[Finding, ...]:
    """Return the reasons without what a monitor repeats of a fault that was seen directly."""
    repeated = {
        finding
        for reading in readings
        if reading.name is ReadingName.MONITORS and reading.fault_at(at) is None
        for finding in reading.findings
        if finding.reason in _READ_ANEW
    }
    direct = {
        finding.reason
        for reading in readings
        if reading.name not in {ReadingName.MONITORS, ReadingName.RAMP}
        for finding in _findings(reading, reading.fault_at(at))
    } & {finding.reason for finding in reasons if finding not in repeated}
    return tuple(
        finding for finding in reasons if finding not in repeated or finding.reason not in direct
    )


def _memo(finding: Finding, at: datetime, memos: tuple[Memo, ...]) -> Memo | None:
    return memo_for(finding.reason, memos, at, began_at=finding.began_at, series=finding.series)


def _against(action: Action, readings: list[Reading], at: datetime) -> Iterator[Finding]:
    needed = needs(action)
    present = {reading.name for reading in readings}
    for name, need in needed.items():
        if need is Need.REQUIRED and name not in present:
            yield Finding(fault_reason(name, Fault.MISSING), f"{name}: not read")
    for reading in readings:
        need_of = needed.get(reading.name)
        fault = reading.fault_at(at)
        if need_of is None or (need_of is Need.IF_PRESENT and fault is Fault.MISSING):
            continue
        for finding in _findings(reading, fault):
            if _counts(action, finding.reason):
                yield finding


def _counts(action: Action, reason: Reason) -> bool:
    if reason.part is Part.EVIDENCE and not needs_evidence(action):
        return False
    return not tolerates(action, reason)


def _findings(reading: Reading, fault: Fault | None) -> Iterator[Finding]:
    if fault is None:
        yield from reading.findings
        return
    detail = f"{reading.name}: {fault}"
    detail = f"{detail}, {reading.detail}" if reading.detail else detail
    yield Finding(fault_reason(reading.name, fault), detail)


def _evidence_go(readings: list[Reading], at: datetime) -> bool | None:
    ramps = [reading for reading in readings if reading.name is ReadingName.RAMP]
    if not ramps:
        return None
    return all(
        ramp.fault_at(at) is None
        and not any(found.reason.part is Part.EVIDENCE for found in ramp.findings)
        for ramp in ramps
    )


def _finding_tree(finding: Finding) -> dict[str, object]:
    return {"reason": finding.reason.value, "detail": finding.detail}


def _reading_tree(reading: Reading, at: datetime) -> dict[str, object]:
    fault = reading.fault_at(at)
    return {
        "name": reading.name.value,
        "ok": reading.ok(at),
        "fault": fault.value if fault else None,
        "findings": [_finding_tree(finding) for finding in reading.findings],
        "detail": reading.detail,
        "at": reading.at,
        "age_s": reading.age_s(at),
        "sha256": reading.sha256,
    }
