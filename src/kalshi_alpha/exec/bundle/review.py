"""What a bundle's own files say of a pilot: the final verdict, and what its reader checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.gates import Fault, Finding, Reading, ReadingName, Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor
from kalshi_alpha.core.pilot_review import against_pilot
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import kill_switch_state
from kalshi_alpha.exec.bundle.members import NOT_THERE, Absent, Parts
from kalshi_alpha.exec.monitors.files import SUMMARY, MonitorFiles, read_monitors
from kalshi_alpha.exec.ramp.agreement import disagreements
from kalshi_alpha.exec.ramp.decision import readiness_reading
from kalshi_alpha.exec.ramp.readiness import MAX_AGE, Readiness, read_readiness
from kalshi_alpha.exec.reports.readiness_page import readiness_page


class SessionSaid(msgspec.Struct, frozen=True):
    """What the last pilot session left, as far as a reader of the bundle needs it."""

    generated_at: datetime
    family: str = ""
    mode: str = ""
    alerts_summary: Any = None
    refused: Any = None


@dataclass(frozen=True, slots=True)
class Review:
    """The final verdict on a pilot and what it rests on.

    Attributes
    ----------
    at, clock_source
        The clock.
    findings
        What speaks against going on; empty means GO.
    kill_switch_on
        Whether the sentinel stands, or nobody can tell.
    readiness, readiness_fault
        The ramp's decision, and why it is none to go by; one that is too old has both.
    page_is_its
        Whether ``pilot_readiness.md`` is the page of that very decision.
    going
        Families that ramp and monitors both let go on.
    monitors
        Every monitor's file, and which are missing or cannot be trusted.
    session
        The last pilot session; None without one that can be read.
    events
        Lines of the telemetry in the bundle, by type.
    absent
        What should be in the bundle and is not.
    """

    at: datetime
    clock_source: str
    findings: tuple[Finding, ...]
    kill_switch_on: bool
    readiness: Readiness | None
    readiness_fault: str
    page_is_its: bool
    going: tuple[str, ...]
    monitors: MonitorFiles
    session: SessionSaid | None
    events: Mapping[str, int]
    absent: Sequence[Absent]

    @property
    def go(self) -> bool:
        """Whether nothing speaks against a pilot."""
        return not self.findings

    @property
    def rationale(self) -> tuple[str, ...]:
        """The findings as lines."""
        return tuple(f"{each.reason.value}: {each.detail}" for each in self.findings)


def review(paths: Paths, parts: Parts, at: datetime, source: ClockSource) -> Review:
    """Judge a pilot by what lies in its bundle, and by the kill switch.

    Parameters
    ----------
    paths, parts
        The root, and the files read from it.
    at, source
        The clock, and where it came from.
    """
    switch = kill_switch_state(paths.kill_switch)
    readiness, ramp = _ramp(paths, parts, at)
    monitors = read_monitors(paths, at)
    allowed = () if readiness is None or not ramp.ok(at) else _allowed(readiness)
    seen = {name: _of_family(monitors, name, at, source) for name in allowed}
    going = tuple(name for name in allowed if seen[name].ok(at))
    # A family that is stopped alone does not stop the others.
    judged = [seen[name] for name in going or allowed] or [monitors.reading(at, source=source)]
    against = against_pilot([switch, ramp, _panic(paths, monitors, readiness), *judged], at)
    return Review(
        at=at,
        clock_source=source.value,
        # The root's place is this machine's business.
        findings=tuple(_below(paths, each) for each in against),
        kill_switch_on=not switch.ok(at),
        readiness=readiness,
        readiness_fault=_ramp_fault(ramp, at),
        page_is_its=_has_its_page(paths, parts, readiness),
        going=() if against else going,
        monitors=monitors,
        session=_session(parts.data(paths.pilot_session, paths.root)),
        events=dict(sorted(parts.events.items())),
        absent=tuple(parts.absent),
    )


def _allowed(found: Readiness) -> tuple[str, ...]:
    return tuple(each.series for each in found.series if each.go)


def _of_family(monitors: MonitorFiles, family: str, at: datetime, source: ClockSource) -> Reading:
    """Return the monitors for one family, with the freeze as it was when they ran.

    A gate judges the freeze by the calendar at its own moment, and so leaves the file out; a
    bundle is about what its files say.
    """
    reading = monitors.reading(at, family=family, source=source)
    freeze = monitors.documents.get(Monitor.FREEZE_WINDOW)
    if reading.fault is not None or freeze is None or not freeze.stops(family):
        return reading
    said = f"{freeze.monitor}: {freeze.cause_of(family)}"
    frozen = Finding(TEXTS[Monitor.FREEZE_WINDOW].reason, said)
    return replace(reading, findings=tuple({*reading.findings, frozen}))


def _below(paths: Paths, found: Finding) -> Finding:
    return replace(found, detail=found.detail.replace(f"{paths.root}/", ""))


def _ramp_fault(ramp: Reading, at: datetime) -> str:
    fault = ramp.fault_at(at)
    return "" if fault is None else f"{fault.value}: {ramp.detail}"


def _ramp(paths: Paths, parts: Parts, at: datetime) -> tuple[Readiness | None, Reading]:
    data = parts.data(paths.pilot_ready, paths.root)
    if data is None:
        why = next(a.why for a in parts.absent if a.name.endswith(paths.pilot_ready.name))
        fault = Fault.MISSING if why == NOT_THERE else Fault.UNREADABLE
        return None, Reading(
            ReadingName.RAMP, fault=fault, detail=f"{paths.pilot_ready.name} {why}"
        )
    try:
        found = read_readiness(paths.pilot_ready, at, None)
    except DataError:
        refused = readiness_reading(paths.pilot_ready, "", at, real_money=False)
        return None, replace(refused, detail=refused.detail.replace(f"{paths.root}/", ""))
    reading = Reading(
        ReadingName.RAMP,
        tuple(_against(found)),
        detail=f"{paths.pilot_ready.name} of {found.generated_at:%Y-%m-%dT%H:%M:%SZ}",
        # A writer's clock may run ahead by what `read_readiness` has let pass.
        at=min(found.generated_at, at),
        max_age=MAX_AGE,
    )
    return found, reading


def _against(found: Readiness) -> Iterator[Finding]:
    """Yield why the ramp is NO-GO: what speaks against all series, and against each."""
    if found.overall.go and not found.overall.no_go and _allowed(found):
        if lines := disagreements(found):
            said = f"pilot_ready.json contradicts itself: {'; '.join(lines)}"
            yield Finding(Reason.READING_UNREADABLE, said)
        return
    rows = [*_of_all(found), *_of_families(found)]
    if not rows:
        yield Finding(Reason.READING_UNREADABLE, "pilot_ready.json: NO-GO without a reason")
    for word, detail in rows:
        try:
            yield Finding(Reason(word), detail)
        except ValueError:
            # A word of another version still speaks against it.
            yield Finding(Reason.READING_UNREADABLE, f"{word}: {detail}")


def _of_all(found: Readiness) -> list[tuple[str, str]]:
    return [(row.reason, row.detail) for row in found.overall.global_details]


def _of_families(found: Readiness) -> Iterator[tuple[str, str]]:
    """Yield what speaks against families and not against all, once for those that share it."""
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found.series:
        for row in each.reasons:
            said[row.reason, row.detail.removeprefix(f"{each.series}: ")].append(each.series)
    known = set(_of_all(found))
    for (word, detail), families in said.items():
        if (word, detail) not in known:
            yield word, f"{', '.join(families)}: {detail}"


def _has_its_page(paths: Paths, parts: Parts, found: Readiness | None) -> bool:
    page = parts.data(paths.pilot_readiness, paths.root)
    return found is not None and page == readiness_page(found).encode()


def _panic(paths: Paths, monitors: MonitorFiles, readiness: Readiness | None) -> Reading:
    """Return the panic that the monitors' summary or the ramp's decision states."""
    where = [paths.monitor(SUMMARY).name] if monitors.panic_backoff else []
    word = Reason.PANIC_BACKOFF.value
    # Where the ramp says why, its own words are enough.
    explained = readiness is not None and word in dict(_of_all(readiness))
    if readiness is not None and readiness.overall.panic_backoff and not explained:
        where.append(paths.pilot_ready.name)
    findings = [Finding(Reason.PANIC_BACKOFF, f"stated by {', '.join(where)}")] if where else []
    return Reading(ReadingName.PANIC, tuple(findings))


def _session(data: bytes | None) -> SessionSaid | None:
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=SessionSaid)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
