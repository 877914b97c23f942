"""The monitors' files: how they are written, and how whoever decides reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from kalshi_alpha.core.errors import DataError, MissingData, TornFile
from kalshi_alpha.core.gates import Alert, Fault, Finding, Reading, ReadingName, Reason, fault_of
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor
from kalshi_alpha.datastore.artifacts import CLOCK_TOLERANCE, END_OF_TIME, read_typed
from kalshi_alpha.datastore.paths import Paths

SCHEMA = 1
SUMMARY = "summary"
MAX_AGE = timedelta(hours=2)
"""How old the monitors may be when something is sent."""
_REMEDY = "run make monitors"

T = TypeVar("T")
_READ_ANEW = frozenset({Monitor.FREEZE_WINDOW})
"""The gate of a family reads the schedule itself, to the second; a file would hold a freeze on."""


class FamilyFound(msgspec.Struct, frozen=True):
    """What a monitor found of one family."""

    status: MonitorStatus
    figure: float | None
    threshold: float
    cause: str


class MonitorFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file of one monitor holds; other keys are left to their readers."""

    schema: int
    monitor: Monitor
    generated_at: datetime
    clock_source: ClockSource
    status: MonitorStatus
    figure: float | None
    threshold: float
    unit: str
    cause: str
    effect: str
    remedy: str
    blocks: bool
    series: dict[str, FamilyFound]
    inputs: Any = None

    @property
    def follows(self) -> str:
        """The monitor that alerts of the same fault, or an empty text."""
        return str(self.inputs.get("follows", "")) if isinstance(self.inputs, dict) else ""

    @property
    def reason(self) -> Reason:
        """The gate's own word for what it found."""
        weakened = self.effect.startswith(f"{Reason.CONFIG_WEAKENED}:")
        if self.monitor is Monitor.FRESHNESS and weakened:
            return Reason.CONFIG_WEAKENED
        return TEXTS[self.monitor].reason

    def stops(self, family: str | None = None) -> bool:
        """Say whether it stops trading: anything at all, or one family.

        A monitor that judges families apart stops those that alert, and each family if what it
        had to look at is missing.
        """
        found = None if family is None else self.series.get(family)
        if found is None:
            return self.blocks and (family is None or not self._is_of_others)
        if self.status is MonitorStatus.ALERT:
            return found.status is MonitorStatus.ALERT
        return self.blocks

    @property
    def _is_of_others(self) -> bool:
        """Whether every family that alerts is named, so that one that is not named does not."""
        return any(each.status is MonitorStatus.ALERT for each in self.series.values())

    def cause_of(self, family: str | None = None) -> str:
        """Return the cause, that of one family where there is one."""
        found = None if family is None else self.series.get(family)
        return found.cause if found is not None and found.cause else self.cause


class AlertFound(msgspec.Struct, frozen=True):
    """One alert of a panic."""

    at: datetime
    monitor: str


class SummaryFile(msgspec.Struct, frozen=True, kw_only=True):
    """What ``summary.json`` holds: every status, and whether panic holds."""

    schema: int
    generated_at: datetime
    clock_source: ClockSource
    panic_backoff: bool
    panic_until: datetime | None
    panic_alerts: list[AlertFound] = []
    statuses: dict[str, MonitorStatus]
    alerts: list[str]
    blocks: list[str]
    exit_code: int
    lifted: list[dict[str, Any]] = []
    loosened: list[str] = []


@dataclass(frozen=True, slots=True)
class MonitorFiles:
    """Everything that the last run of the monitors left.

    Attributes
    ----------
    documents
        By name, the monitors whose file was read.
    missing
        Names of monitors without a file.
    problems
        By name, why a file cannot be trusted, and the fault that this is.
    summary
        The summary, or None if it is missing or cannot be trusted.
    newest_system_at
        When the summary was made under the system's clock, also if that is after the clock; None
        if it was not, or cannot be read.
    """

    documents: Mapping[str, MonitorFile]
    missing: tuple[str, ...] = ()
    problems: Mapping[str, tuple[Fault, str]] = field(default_factory=dict)
    summary: SummaryFile | None = None
    newest_system_at: datetime | None = None

    @property
    def oldest_at(self) -> datetime | None:
        """When the oldest of the files was made, by its own content; None without any."""
        times = [each.generated_at for each in self.documents.values()]
        if self.summary is not None:
            times.append(self.summary.generated_at)
        return min(times, default=None)

    @property
    def panic_backoff(self) -> bool:
        """Whether the last run found that panic holds."""
        return self.summary is not None and self.summary.panic_backoff

    @property
    def sources(self) -> frozenset[ClockSource]:
        """The kinds of clock under which the files were made."""
        return frozenset(each.clock_source for each in self.documents.values())

    def is_of_later(self, at: datetime) -> bool:
        """Whether the system's clock was beyond a set one when the files were made.

        They say nothing about the day that the set clock is at.
        """
        newest = self.newest_system_at
        return newest is not None and newest > at + CLOCK_TOLERANCE

    def reading(
        self,
        at: datetime,
        max_age: timedelta | None = MAX_AGE,
        *,
        family: str | None = None,
        source: ClockSource | None = None,
    ) -> Reading:
        """Return the monitors as the gate reads them: one finding for each that stops trading.

        Each has the gate's own word for what it found.

        Parameters
        ----------
        at
            The clock.
        max_age
            How old the oldest file may be.
        family
            What is about to be traded; monitors that judge families apart then count for it only.
        source
            The run's kind of clock; a run under the system's does not trust files of a set one.
        """
        name = ReadingName.MONITORS
        fault = self._fault(at, source)
        if fault is not None:
            return Reading(name, fault=fault[0], detail=fault[1], at=None)
        findings = tuple(
            Finding(each.reason, f"{each.monitor}: {each.cause_of(family)}")
            for each in self.documents.values()
            if each.stops(family)
            and not (family is not None and each.monitor in _READ_ANEW)
            and not self._is_said(each, family)
        )
        loosened = self.summary.loosened if self.summary is not None else []
        findings += tuple(
            Finding(Reason.CONFIG_WEAKENED, f"the monitors ran with {line}") for line in loosened
        )
        detail = f"{len(self.documents)} monitors, {len(findings)} stop trading"
        oldest = self.oldest_at
        # Files of seconds ahead are as good as those of now; the gate knows no tolerance.
        made_at = None if oldest is None else min(oldest, at)
        return Reading(name, findings, detail=detail, at=made_at, max_age=max_age)

    def _is_said(self, found: MonitorFile, family: str | None) -> bool:
        """Say whether the monitor that one follows stops trading too: one fault, one reason."""
        lead = self.documents.get(found.follows)
        return lead is not None and not lead.follows and lead.stops(family)

    def panic_alerts(self, at: datetime) -> tuple[Alert, ...]:
        """Return the alerts of the panic that the last run found, if it is not over by now."""
        found = self.summary
        if found is None or found.panic_until is None or at > found.panic_until:
            return ()
        return tuple(Alert(each.at, each.monitor) for each in found.panic_alerts)

    def _fault(self, at: datetime, source: ClockSource | None) -> tuple[Fault, str] | None:
        if source is ClockSource.SET and self.is_of_later(at):
            return Fault.MISSING, "made under the system's clock, later than the set one"
        if self.problems:
            name = sorted(self.problems)[0]
            return self.problems[name]
        if self.missing:
            return Fault.MISSING, f"{', '.join(self.missing)}: {_REMEDY}"
        if source is ClockSource.SYSTEM and ClockSource.SET in self.sources:
            return Fault.UNREADABLE, f"made under a set clock; {_REMEDY}"
        return None


def read_monitors(paths: Paths, at: datetime) -> MonitorFiles:
    """Read every monitor's file and the summary.

    Nothing is raised: what is missing or cannot be trusted is named, and `MonitorFiles.reading`
    makes it a fault. ``at`` is the clock, after which no file may be dated.
    """
    documents: dict[str, MonitorFile] = {}
    missing: list[str] = []
    problems: dict[str, tuple[Fault, str]] = {}
    summary: SummaryFile | None = None
    for name in (*Monitor, SUMMARY):
        try:
            if name is SUMMARY:
                summary = _read(paths, SUMMARY, SummaryFile, at)
            else:
                documents[name] = _read(paths, name, MonitorFile, at)
        except MissingData:
            missing.append(str(name))
        except DataError as error:
            problems[str(name)] = (fault_of(error), str(error))
    return MonitorFiles(documents, tuple(missing), problems, summary, _system_at(paths))


def looked_at(paths: Paths, monitor: Monitor, at: datetime, source: ClockSource) -> datetime | None:
    """Return when a monitor ran last under the same kind of clock; None if that is not known."""
    try:
        found = _read(paths, monitor, MonitorFile, at)
    except DataError:
        return None
    return found.generated_at if found.clock_source is source else None


def _system_at(paths: Paths) -> datetime | None:
    try:
        found = _read(paths, SUMMARY, SummaryFile, END_OF_TIME)
    except DataError:
        return None
    return found.generated_at if found.clock_source is ClockSource.SYSTEM else None


def _read(paths: Paths, name: str, kind: type[T], at: datetime) -> T:
    path = paths.monitor(name)
    found = read_typed(path, kind, SCHEMA, at, remedy=_REMEDY)
    if isinstance(found, MonitorFile) and found.monitor != name:
        raise TornFile(f"{path}: is the file of {found.monitor}; {_REMEDY}")
    return found


def document(
    monitor: Monitor,
    outcome: MonitorOutcome,
    *,
    at: datetime,
    source: ClockSource,
    blocking: bool,
    inputs: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the file of one monitor holds."""
    return {
        "schema": SCHEMA,
        "monitor": monitor,
        "generated_at": at,
        "clock_source": source,
        "status": outcome.status,
        "figure": outcome.figure,
        "threshold": outcome.threshold,
        "unit": outcome.unit,
        "cause": outcome.cause,
        "effect": outcome.effect,
        "remedy": outcome.remedy,
        "blocks": blocking,
        "series": dict(outcome.series),
        "inputs": dict(inputs),
    }
