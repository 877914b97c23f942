"""Panic backoff: several monitors alerting together stop the trading day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kalshi_alpha.core.gates.readings import Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.schedule.wall_clock import new_york, wall

PANIC_MONITORS = 3
PANIC_SPAN = timedelta(minutes=30)
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True, order=True)
class Alert:
    """One line of the alert log: when, and which monitor."""

    at: datetime
    monitor: str


@dataclass(frozen=True, slots=True)
class LatchedPanic:
    """A panic: when the alert came that latched it last, and its last second."""

    began_at: datetime
    until: datetime


def panic_until(alerts: Iterable[Alert], at: datetime) -> datetime | None:
    """Return the last second of the panic that holds at an instant (UTC), or None."""
    found = latched_panic(alerts, at)
    return None if found is None else found.until


def latched_panic(alerts: Iterable[Alert], at: datetime) -> LatchedPanic | None:
    """Return the panic that holds at an instant, or None.

    Three distinct monitors with an alert inside any thirty minutes, both ends included, latch
    it until the New York day of the third alert ends. It is read from the log and not from the
    monitors' current state, so an alert that has cleared still counts. Of several alerts that
    latch it, it began with the latest: a memo of before that lifts nothing.
    """
    past = sorted(alert for alert in alerts if alert.at <= at)
    for third in reversed(past):
        until = wall(new_york(third.at).date(), _LAST_SECOND)
        if until + timedelta(seconds=1) <= at:
            return None  # Earlier alerts ended with an earlier or the same day.
        together = {a.monitor for a in past if third.at - PANIC_SPAN <= a.at <= third.at}
        if len(together) >= PANIC_MONITORS:
            return LatchedPanic(third.at, until)
    return None


def panic_reading(alerts: Iterable[Alert], at: datetime) -> Reading:
    """Return the reading of panic backoff."""
    found = latched_panic(alerts, at)
    if found is None:
        return Reading(ReadingName.PANIC, detail="no panic")
    detail = f"panic backoff until {new_york(found.until):%Y-%m-%d %H:%M:%S} ET"
    finding = Finding(Reason.PANIC_BACKOFF, detail, began_at=found.began_at)
    return Reading(ReadingName.PANIC, (finding,), detail=detail)
