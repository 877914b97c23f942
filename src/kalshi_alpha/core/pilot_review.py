"""The final verdict on a pilot: GO only if nothing that was read speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from kalshi_alpha.core.gates import Fault, Finding, Reading, ReadingName, Reason
from kalshi_alpha.core.gates.requirements import fault_reason

REVIEWED = (ReadingName.KILL_SWITCH, ReadingName.MONITORS, ReadingName.RAMP)
"""What a review must have read: the stop that a hand makes, and what monitors and ramp decided."""

_RANK = {reason: rank for rank, reason in enumerate(Reason)}


def against_pilot(readings: Iterable[Reading], at: datetime) -> tuple[Finding, ...]:
    """Return everything that speaks against a pilot, each finding once, in the order of reasons.

    It is stricter than any one file: a ramp that said GO before the kill switch was set does not
    make a GO. A reading that is missing, unreadable, expired or of the future is a finding.

    Parameters
    ----------
    readings
        What was read; several of one name are all judged.
    at
        The clock of the review.
    """
    return tuple(sorted(set(_found(list(readings), at)), key=lambda f: (_RANK[f.reason], f.detail)))


def _found(readings: list[Reading], at: datetime) -> Iterator[Finding]:
    present = {reading.name for reading in readings}
    for name in REVIEWED:
        if name not in present:
            yield Finding(fault_reason(name, Fault.MISSING), f"{name}: not read")
    for reading in readings:
        fault = reading.fault_at(at)
        if fault is None:
            yield from reading.findings
        else:
            detail = f", {reading.detail}" if reading.detail else ""
            yield Finding(fault_reason(reading.name, fault), f"{reading.name}: {fault}{detail}")
