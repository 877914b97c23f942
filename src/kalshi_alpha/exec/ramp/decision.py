"""The ramp's decision on a family as the gate of a session reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.gates import Finding, Reading, ReadingName, Reason, fault_of
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec.ramp.agreement import disagreements
from kalshi_alpha.exec.ramp.readiness import MAX_AGE, Readiness, ReasonRow, read_readiness


def readiness_reading(
    path: Path, family: str, at: datetime, *, real_money: bool, max_age: timedelta = MAX_AGE
) -> Reading:
    """Return the decision on a family as the gate reads it, with the reasons it was given.

    A file that contradicts itself is refused, whatever it says of the family.

    Parameters
    ----------
    path, family, at
        The file, whose decision, and the clock.
    real_money
        Whether orders go to a real venue: a decision that rests on practice, or that was made under
        a clock that somebody set, is then refused.
    max_age
        Oldest decision that is acted on.
    """
    try:
        found = read_readiness(path, at, None)
    except DataError as error:
        return Reading(ReadingName.RAMP, fault=fault_of(error), detail=str(error))
    own = found.of(family)
    findings = [*_said(found, family, path.name)]
    # Without an entry there is no GO that anything could disagree with.
    if own is not None and (lines := disagreements(found)):
        said = f"{path.name} contradicts itself: {'; '.join(lines)}; run make pilot-readiness"
        findings.append(Finding(Reason.READING_UNREADABLE, said))
    if real_money:
        findings += _against_money(found, path.name)
    return Reading(
        ReadingName.RAMP,
        tuple(findings),
        detail=f"{family}: {own.decision if own else 'no decision'}",
        at=min(found.generated_at, at),
        max_age=max_age,
    )


def _said(found: Readiness, family: str, name: str) -> Iterator[Finding]:
    """Yield what the decision says against a family."""
    own = found.of(family)
    rows = found.overall.global_details if own is None else own.reasons
    yield from map(finding_of, rows)
    if own is None and not rows:
        yield Finding(Reason.RAMP_MISSING, f"{name} says nothing of {family}")
    elif own is not None and not (own.go and found.overall.go) and not rows:
        # Whoever wrote NO-GO without a reason is believed.
        yield Finding(Reason.READING_UNREADABLE, f"{name}: NO-GO without a reason")


def _against_money(found: Readiness, name: str) -> Iterator[Finding]:
    if found.practice:
        said = f"{name} rests on practice; a real venue needs evidence of its own"
        yield Finding(Reason.CONFIG_WEAKENED, said)
    if found.clock_source != ClockSource.SYSTEM:
        said = f"{name} was made under a set clock; run make pilot-readiness without one"
        yield Finding(Reason.READING_UNREADABLE, said)


def finding_of(row: ReasonRow) -> Finding:
    """Return a reason of the file as the gate's own; a word of another version still refuses."""
    try:
        return Finding(Reason(row.reason), row.detail)
    except ValueError:
        return Finding(Reason.READING_UNREADABLE, f"{row.reason}: {row.detail}")
