"""Readings: what was found about one thing the decision depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from kalshi_alpha.core.errors import DataError, FutureData, MissingData, NewerSchema, StaleData
from kalshi_alpha.core.gates.reasons import Reason


class ReadingName(StrEnum):
    """Everything a decision may depend on, in the order in which reports list it."""

    CONFIG = "config"
    KILL_SWITCH = "kill_switch"
    TIME_ZONE = "time_zone"
    FEEDS = "feeds"
    SCHEDULE = "schedule"
    QUALITY = "quality_gates"
    HEARTBEAT = "heartbeat"
    PANIC = "panic_backoff"
    DRAWDOWN = "drawdown"
    MONITORS = "monitors"
    LEDGER = "ledger"
    RAMP = "ramp"
    CLOCK = "clock_skew"
    RECONCILIATION = "reconciliation"
    EXCHANGE = "exchange"
    LIVE_QUOTE = "live_quote"


class Fault(StrEnum):
    """Why a reading says nothing."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"
    FUTURE_DATED = "future_dated"
    NEWER_SCHEMA = "newer_schema"


_FAULTS: tuple[tuple[type[DataError], Fault], ...] = (
    (MissingData, Fault.MISSING),
    (NewerSchema, Fault.NEWER_SCHEMA),
    (FutureData, Fault.FUTURE_DATED),
    (StaleData, Fault.EXPIRED),
)


def fault_of(error: DataError) -> Fault:
    """Return the fault of a reading whose file was refused: unreadable, unless it says better."""
    return next((fault for kind, fault in _FAULTS if isinstance(error, kind)), Fault.UNREADABLE)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A reason, and the sentence that says what was found.

    Attributes
    ----------
    reason, detail
        The word and the sentence.
    series, began_at
        Whose it is, and when it began, where a memo may lift it: a memo lifts nothing of which
        this is not known.
    """

    reason: Reason
    detail: str
    series: str = field(default="", compare=False)
    began_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found about one thing.

    Attributes
    ----------
    name
        What was read.
    findings
        What speaks against going on; empty means nothing does.
    fault
        Set if it could not be read at all, with the sentence in ``detail``.
    detail
        One line for reports.
    at
        When the thing itself was made (its ``generated_at``); None for what is computed in
        the run. The gate refuses a time later than its clock.
    max_age
        How old ``at`` may be; None if age does not matter.
    sha256
        Hash of the bytes that were read, if a file was.
    """

    name: ReadingName
    findings: tuple[Finding, ...] = ()
    fault: Fault | None = None
    detail: str = ""
    at: datetime | None = None
    max_age: timedelta | None = None
    sha256: str | None = None

    def fault_at(self, clock: datetime) -> Fault | None:
        """Return the fault that the reading has at the decision's clock, or None."""
        if self.fault is not None:
            return self.fault
        if self.at is not None and self.at > clock:
            return Fault.FUTURE_DATED
        if self.max_age is not None and (self.at is None or clock - self.at > self.max_age):
            return Fault.EXPIRED
        return None

    def age_s(self, clock: datetime) -> float | None:
        """Return the age in seconds at a clock, or None if nothing dates the reading."""
        return None if self.at is None else (clock - self.at).total_seconds()

    def ok(self, clock: datetime) -> bool:
        """Say whether nothing speaks against going on at this clock."""
        return not self.findings and self.fault_at(clock) is None
