"""The monitors' files as a ramp decision reads them, family by family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from kalshi_alpha.core.errors import DataError, FutureData, MissingData, NewerSchema, TornFile
from kalshi_alpha.core.gates import Fault, Finding, Reading, ReadingName, Reason
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor
from kalshi_alpha.datastore.artifacts import read_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.readiness import MonitorRow

T = TypeVar("T")
SCHEMA = 1
SUMMARY = "summary"


class MonitorFile(msgspec.Struct, frozen=True, kw_only=True):
    """One monitor's file, as far as a decision needs it."""

    generated_at: datetime
    status: MonitorStatus
    figure: float | None = None
    threshold: float | None = None
    cause: str = ""
    blocks: bool = False
    series: dict[str, MonitorRow] = {}


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The file that sums them up."""

    generated_at: datetime
    panic_backoff: bool
    panic_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MonitorSet:
    """Every monitor's file, or the first thing that is wrong with one of them.

    Attributes
    ----------
    documents
        By monitor.
    summary
        Their summary; None if it cannot be read.
    fault, detail
        Why they say nothing, if so.
    """

    documents: Mapping[Monitor, MonitorFile] = field(default_factory=dict)
    summary: Summary | None = None
    fault: Fault | None = None
    detail: str = ""

    @property
    def oldest_at(self) -> datetime | None:
        """When the oldest of them was made, by its own word."""
        return min((each.generated_at for each in self.documents.values()), default=None)

    def row(self, monitor: Monitor, family: str) -> MonitorRow:
        """Return what a monitor says of a family, or of all where it judges them together."""
        found = self.documents.get(monitor)
        if found is None:
            return MonitorRow(status=MonitorStatus.NO_DATA.value)
        if found.series:
            return found.series.get(family, MonitorRow(status=MonitorStatus.NO_DATA.value))
        return MonitorRow(
            status=found.status.value,
            figure=found.figure,
            threshold=found.threshold,
            cause=found.cause,
        )

    def readings(self, family: str | None, max_age: timedelta) -> tuple[Reading, ...]:
        """Return the gate's readings: of the monitors, of drawdown, and of panic backoff.

        Parameters
        ----------
        family
            Whose; None for what speaks against every family.
        max_age
            How old the oldest file may be.
        """
        findings = tuple(self._findings(family))
        drawdown = tuple(each for each in findings if each.reason is Reason.DRAWDOWN)
        others = tuple(each for each in findings if each.reason is not Reason.DRAWDOWN)
        monitors = Reading(
            ReadingName.MONITORS,
            others,
            fault=self.fault,
            detail=self.detail,
            at=self.oldest_at,
            max_age=max_age,
        )
        return monitors, Reading(ReadingName.DRAWDOWN, drawdown), self._panic()

    def _findings(self, family: str | None) -> Iterator[Finding]:
        for monitor, found in self.documents.items():
            if not found.blocks:
                continue
            reason = TEXTS[monitor].reason
            states = {name: row for name, row in found.series.items() if _stops(row)}
            if not states:
                yield Finding(reason, f"{monitor}: {found.cause or found.status}")
            elif family is not None and family in states:
                yield Finding(reason, f"{monitor}: {family}: {states[family].cause}")

    def _panic(self) -> Reading:
        # Where the files cannot be read their own reading refuses, and one sentence is enough.
        if self.summary is None or not self.summary.panic_backoff:
            return Reading(ReadingName.PANIC)
        until = self.summary.panic_until
        said = f"panic backoff until {until.isoformat() if until else 'the trading day ends'}"
        return Reading(ReadingName.PANIC, (Finding(Reason.PANIC_BACKOFF, said),), detail=said)


def _stops(row: MonitorRow) -> bool:
    return row.status not in {MonitorStatus.OK, MonitorStatus.NO_DATA}


def read_monitor_set(paths: Paths, at: datetime) -> MonitorSet:
    """Read every monitor's file; a missing one counts as much as a torn one."""
    documents: dict[Monitor, MonitorFile] = {}
    try:
        summary = _read(paths, SUMMARY, at, Summary)
        for monitor in Monitor:
            documents[monitor] = _read(paths, monitor.value, at, MonitorFile)
    except DataError as error:
        return MonitorSet(documents, fault=_fault(error), detail=str(error))
    return MonitorSet(documents, summary)


def _read(paths: Paths, name: str, at: datetime, kind: type[T]) -> T:
    path = paths.monitor(name)
    tree = read_json(path, SCHEMA, at)
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        raise TornFile(f"{path}: {error}") from error


def _fault(error: DataError) -> Fault:
    match error:
        case MissingData():
            return Fault.MISSING
        case NewerSchema():
            return Fault.NEWER_SCHEMA
        case FutureData():
            return Fault.FUTURE_DATED
        case _:
            return Fault.UNREADABLE
