"""By the latest scan of each family, whether model survival curves rise with the strike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from kalshi_alpha.core.monitors.latest_scan import ScanFound, judge_scans
from kalshi_alpha.core.monitors.outcome import MonitorOutcome
from kalshi_alpha.core.monitors.texts import Monitor


def non_monotone_ladders(
    scans: Mapping[str, ScanFound], at: datetime, *, tolerated: int = 0, max_age: timedelta
) -> MonitorOutcome:
    """Judge the latest scans; parameters are those of `judge_scans`."""
    return judge_scans(
        Monitor.NON_MONOTONE_LADDERS, scans, at, tolerated=tolerated, max_age=max_age
    )
