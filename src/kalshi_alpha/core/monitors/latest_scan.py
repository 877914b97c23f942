"""What the latest scan of each family found, as three of the monitors judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.monitors.endings import of_families
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ScanFound:
    """What one family's scan found of one fault.

    Attributes
    ----------
    at
        The scan's clock.
    count
        How often the fault was found; None if the scan ended before it could look.
    detail
        What it said.
    """

    at: datetime
    count: int | None
    detail: str = ""


def judge_scans(
    monitor: Monitor,
    scans: Mapping[str, ScanFound],
    at: datetime,
    *,
    tolerated: int,
    max_age: timedelta,
) -> MonitorOutcome:
    """Judge one fault over the latest scans.

    Parameters
    ----------
    monitor
        Which fault.
    scans
        By family; a family that was never scanned is absent.
    at
        The clock.
    tolerated
        How often the fault may be found.
    max_age
        How old a scan may be that still counts.
    """
    found = {family: _family(scan, at, tolerated, max_age) for family, scan in scans.items()}
    return of_families(monitor, found, tolerated, nothing="no scan has looked")


def _family(scan: ScanFound, at: datetime, tolerated: int, max_age: timedelta) -> FamilyOutcome:
    if scan.at > at:
        said = f"the scan is dated {scan.at:%Y-%m-%dT%H:%M:%SZ}, after the clock"
        return FamilyOutcome(MonitorStatus.NO_DATA, None, tolerated, said)
    if at - scan.at > max_age:
        said = f"the latest scan is {(at - scan.at) / _HOUR:.0f} h old"
        return FamilyOutcome(MonitorStatus.STALE, scan.count, tolerated, said)
    if scan.count is None:
        said = "the scan ended before it could look"
        return FamilyOutcome(MonitorStatus.NO_DATA, None, tolerated, said)
    if scan.count <= tolerated:
        return FamilyOutcome(MonitorStatus.OK, scan.count, tolerated)
    said = scan.detail or f"found {scan.count} times, tolerated are {tolerated}"
    return FamilyOutcome(MonitorStatus.ALERT, scan.count, tolerated, said)
