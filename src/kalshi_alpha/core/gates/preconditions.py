"""Readings of the surroundings: kill switch, zone, clock, schedule, exchange, live quote."""

from __future__ import annotations

from datetime import datetime, timedelta

from kalshi_alpha.core.gates.readings import Fault, Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.schedule.exchange import in_maintenance
from kalshi_alpha.core.schedule.phase import Phase, SeriesState
from kalshi_alpha.core.schedule.wall_clock import new_york, tz_not_et

CLOCK_SKEW_LIMIT_S = 5.0
LIVE_QUOTE_MAX_AGE = timedelta(seconds=60)


def kill_switch_reading(*, on: bool | None, path: str) -> Reading:
    """Return the reading of the kill switch; ``on`` is None if its state cannot be read."""
    if on is None:
        return Reading(ReadingName.KILL_SWITCH, fault=Fault.UNREADABLE, detail=path)
    findings = (Finding(Reason.KILL_SWITCH, f"kill switch is on: {path}"),) if on else ()
    return Reading(ReadingName.KILL_SWITCH, findings, detail=path)


def time_zone_reading(process_offset: timedelta, at: datetime) -> Reading:
    """Return the reading of the process's UTC offset, which must be New York's at the clock."""
    wanted = new_york(at).utcoffset()
    detail = f"UTC offset {_hours(process_offset)}, New York {_hours(wanted)}"
    wrong = tz_not_et(process_offset, at)
    findings = (Finding(Reason.TZ_NOT_ET, f"{detail}: set TZ=America/New_York"),) if wrong else ()
    return Reading(ReadingName.TIME_ZONE, findings, detail=detail)


def clock_skew_reading(skew_s: float | None) -> Reading:
    """Return the reading of the clock, from its difference to the exchange's in seconds."""
    if skew_s is None:
        return Reading(ReadingName.CLOCK, fault=Fault.MISSING, detail="skew was not measured")
    detail = f"skew {skew_s:+.3f} s, limit {CLOCK_SKEW_LIMIT_S:.0f} s"
    # Stated as what must hold, so that a NaN fails too.
    findings = () if abs(skew_s) <= CLOCK_SKEW_LIMIT_S else (Finding(Reason.CLOCK_SKEW, detail),)
    return Reading(ReadingName.CLOCK, findings, detail=detail)


def exchange_reading(*, trading_active: bool | None, at: datetime) -> Reading:
    """Return the reading of the exchange's status and of its weekly maintenance.

    ``trading_active`` is what the exchange reports, or None if it did not answer.
    """
    if trading_active is None:
        return Reading(ReadingName.EXCHANGE, fault=Fault.MISSING, detail="status not known")
    said = []
    if not trading_active:
        said.append("the exchange reports trading_active false")
    if in_maintenance(at):
        said.append("weekly maintenance, Thursday 03:00 to 05:00 ET")
    findings = tuple(Finding(Reason.EXCHANGE_PAUSED, text) for text in said)
    return Reading(ReadingName.EXCHANGE, findings, detail="; ".join(said) or "trading")


def schedule_reading(series: str, phase: Phase, *, window_only: bool) -> Reading:
    """Return the reading of a series' schedule.

    Parameters
    ----------
    series
        Name of the series, for the details and for memos.
    phase
        Its phase at the decision's clock.
    window_only
        True for the daily modes, which propose inside the scan window only.
    """
    findings: tuple[Finding, ...] = ()
    if phase.calendar_missing:
        findings = (Finding(Reason.CALENDAR_MISSING, f"{series}: {phase.note}"),)
    elif phase.state is SeriesState.FROZEN:
        until = f" until {_et(phase.until)}" if phase.until else ""
        detail = f"{series}: frozen{until}; {phase.note}"
        findings = (Finding(Reason.FREEZE_WINDOW, detail, series, phase.since),)
    elif phase.state is SeriesState.OPEN and window_only:
        opens = f"; window opens {_et(phase.window_opens_at)}" if phase.window_opens_at else ""
        findings = (Finding(Reason.OUTSIDE_WINDOW, f"{series}: {phase.note}{opens}"),)
    return Reading(ReadingName.SCHEDULE, findings, detail=f"{series}: {phase.state}")


def live_quote_reading(quoted_at: datetime | None, at: datetime) -> Reading:
    """Return the reading of the ten-year quote, which must be at most sixty seconds old."""
    if quoted_at is None:
        finding = Finding(Reason.NO_LIVE_QUOTE, "live_quote: there is none")
        return Reading(ReadingName.LIVE_QUOTE, (finding,), detail=finding.detail)
    return Reading(
        ReadingName.LIVE_QUOTE,
        detail=f"quoted {(at - quoted_at).total_seconds():.0f} s ago",
        at=quoted_at,
        max_age=LIVE_QUOTE_MAX_AGE,
    )


def _hours(offset: timedelta | None) -> str:
    return "unknown" if offset is None else f"{offset.total_seconds() / 3600:+.2f} h"


def _et(at: datetime) -> str:
    return f"{new_york(at):%Y-%m-%d %H:%M:%S} ET"
