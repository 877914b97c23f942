"""Whether a pilot may be held now, and what is decided of each family: by the gate, from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.gates import (
    Action,
    Fault,
    Finding,
    Memo,
    Part,
    Reading,
    ReadingName,
    Reason,
    describe,
    fault_of,
    verdict,
)
from kalshi_alpha.exec.desk.desk import DeskVerdict, NextRelease, ReasonSeen, SeriesSeen
from kalshi_alpha.exec.ramp.agreement import disagreements
from kalshi_alpha.exec.ramp.decision import finding_of
from kalshi_alpha.exec.ramp.readiness import MAX_AGE, Readiness, ReasonRow, SeriesReadiness

GO, NO_GO, NO_DECISION = "GO", "NO-GO", "no decision"
_WORDS = {reason.value: reason for reason in Reason}


def ramp_reading(found: Readiness | DataError, at: datetime) -> Reading:
    """Return the newest ramp decision on the desk as a whole, as the gate reads it.

    Parameters
    ----------
    found
        The decision, or why it cannot be read.
    at
        The clock.
    """
    name = ReadingName.RAMP
    if isinstance(found, DataError):
        return Reading(name, fault=fault_of(found), detail=str(found))
    findings = [finding_of(row) for row in found.overall.global_details]
    if lines := disagreements(found):
        said = f"the decision contradicts itself: {'; '.join(lines)}"
        findings.append(Finding(Reason.READING_UNREADABLE, said))
    if not found.overall.go and not findings:
        # Nothing speaks against all of them, so what speaks against each is why none is GO.
        findings = _of_each(found) or [Finding(Reason.READING_UNREADABLE, "NO-GO without a reason")]
    elif not any(each.evidence_go for each in found.series):
        # What speaks against all of them must not hide that none has shown an edge.
        findings += _unproven(found)
    return Reading(
        name, tuple(findings), at=min(found.generated_at, at), max_age=MAX_AGE, detail=GO
    )


def _of_each(found: Readiness) -> list[Finding]:
    return [
        Finding(
            finding_of(row).reason, f"{each.series}: {row.detail.removeprefix(f'{each.series}: ')}"
        )
        for each in found.series
        for row in each.reasons
    ]


def _unproven(found: Readiness) -> list[Finding]:
    own = [each for each in _of_each(found) if each.reason.part is Part.EVIDENCE]
    return own or [Finding(Reason.INSUFFICIENT_FILLS, "no series is decided to have evidence")]


def desk_verdict(
    readings: Iterable[Reading],
    memos: Iterable[Memo],
    at: datetime,
    size: float | None,
    short: Callable[[str], str] = str,
) -> DeskVerdict:
    """Ask the gate what it asks before a pilot, with what was read now.

    Each family's own freeze is told with the family: it says nothing of the desk. ``short`` takes
    the root out of what is said.
    """
    every = (*readings, Reading(ReadingName.SCHEDULE))
    found = verdict(Action.RAMP, every, at, memos)
    return DeskVerdict(
        go=found.go,
        decision=GO if found.go else NO_GO,
        safety_go=found.safety_go,
        evidence_go=found.evidence_go,
        reasons=tuple(reason_seen(each.reason.value, short(each.detail)) for each in found.reasons),
        size_multiplier=size,
    )


def reason_seen(word: str, detail: str, series: str = "") -> ReasonSeen:
    """Return a reason with the remedy that is known for its word."""
    known = _WORDS.get(word)
    first = (detail.splitlines() or [""])[0]
    return ReasonSeen(word, first, describe(known).remedy if known else "", series)


def series_seen(
    families: Sequence[str],
    readiness: Readiness | None,
    scans: Mapping[str, Mapping[str, Any]],
    releases: Iterable[NextRelease],
) -> tuple[SeriesSeen, ...]:
    """Return what is decided of each family by the ramp and by its newest scan."""
    states = {each.family: each.state for each in releases}
    return tuple(
        _series(family, readiness.of(family) if readiness else None, scans.get(family), states)
        for family in families
    )


def _series(
    family: str,
    own: SeriesReadiness | None,
    scan: Mapping[str, Any] | None,
    states: Mapping[str, str],
) -> SeriesSeen:
    rows: list[ReasonRow] = list(own.reasons) if own else []
    said = [reason_seen(row.reason, row.detail, family) for row in rows]
    known = {(each.reason, each.detail) for each in said}
    more = [reason_seen(*each, family) for each in _scan_reasons(scan) if each not in known]
    return SeriesSeen(
        family=family,
        ramp_go=None if own is None else own.go,
        ramp_decision=NO_DECISION if own is None else own.decision,
        size_multiplier=None if own is None else own.size_multiplier,
        fills=None if own is None else own.fills,
        units=None if own is None else own.units,
        scan_go=None if scan is None else scan.get("go") is True,
        scan_at=decided_at(scan),
        scan_mode="" if scan is None else str(scan.get("mode", "")),
        state=states.get(family, ""),
        reasons=(*said, *more),
    )


def _scan_reasons(scan: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    rows = scan.get("reasons", ()) if scan else ()
    return [
        (str(row.get("reason", "")), str(row.get("detail", "")))
        for row in rows
        if isinstance(row, dict)
    ]


def decided_at(scan: Mapping[str, Any] | None) -> datetime | None:
    """Return when a scan's verdict was reached; None if it does not say."""
    try:
        return datetime.fromisoformat(str((scan or {})["generated_at"])).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def unread(name: ReadingName, detail: str, fault: Fault = Fault.UNREADABLE) -> Reading:
    """Return the reading of what could not be read."""
    return Reading(name, fault=fault, detail=detail)
