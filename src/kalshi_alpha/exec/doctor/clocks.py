"""Time: the zone, the zone's rules, this machine's clock and the venue's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from kalshi_alpha.core.gates import time_zone_reading
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.datastore.artifacts import CLOCK_TOLERANCE
from kalshi_alpha.exec.doctor.finding import Finding, fail, not_applicable, ok
from kalshi_alpha.exec.monitors.files import MonitorFile

NEW_YORK = "America/New_York"
_SUMMER, _WINTER = (datetime(2024, month, 15, tzinfo=UTC) for month in (7, 1))
_OFFSETS = (timedelta(hours=-4), timedelta(hours=-5))


def time_zone(offset: timedelta, at: datetime) -> Finding:
    """Judge the process's UTC offset as the gate does."""
    findings = time_zone_reading(offset, at).findings
    hours = offset.total_seconds() / 3600
    if not findings:
        return ok("time_zone", f"UTC{hours:+g} h, as in New York")
    return fail(
        "time_zone",
        f"this process is at UTC{hours:+g} h, and New York is not",
        "release hours and freezes are New York's: every run from here is NO-GO, tz_not_et",
        f"export TZ={NEW_YORK}",
    )


def zone_database(zone: Callable[[str], tzinfo]) -> Finding:
    """Judge whether New York's rules are known, summer time included."""
    try:
        rules = zone(NEW_YORK)
    except (KeyError, OSError) as error:
        return _without_rules(f"{NEW_YORK}: {error}")
    offsets = tuple(at.astimezone(rules).utcoffset() for at in (_SUMMER, _WINTER))
    if offsets != _OFFSETS:
        return _without_rules(f"{NEW_YORK} is at {offsets[0]} in summer and {offsets[1]} in winter")
    return ok("zone_database", f"{NEW_YORK} is known, with its summer time")


def _without_rules(found: str) -> Finding:
    return fail(
        "zone_database",
        found,
        "no release hour can be worked out",
        "install the system's tzdata, or pip install tzdata",
    )


def clock(now: datetime, newest: tuple[Path, datetime] | None) -> Finding:
    """Judge this machine's clock by the newest file that was written here: time does not go back.

    Parameters
    ----------
    now
        What the clock says.
    newest
        The file that was changed last, and when.
    """
    if newest is not None and newest[1] - now > CLOCK_TOLERANCE:
        return fail(
            "clock",
            f"the clock says {_stamp(now)}, and {newest[0]} is of {_stamp(newest[1])}",
            "the clock went back: files count as future-dated, and orders expire wrongly",
            "synchronise the clock with NTP, then look at the files of the future",
        )
    seen = "" if newest is None else f", after every file here ({_stamp(newest[1])})"
    return ok("clock", f"{_stamp(now)}{seen}")


def venue_clock(last: MonitorFile | None) -> Finding:
    """Tell what the last session measured against the venue's clock; nobody is asked now."""
    if last is None:
        return not_applicable("venue_clock", "no session has compared clocks with the venue yet")
    if last.status is MonitorStatus.ALERT:
        return fail("venue_clock", last.cause, last.effect, last.remedy)
    figure = "not measured" if last.figure is None else f"{last.figure:g} {last.unit}"
    return ok("venue_clock", f"{figure} at {_stamp(last.generated_at)}")


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
