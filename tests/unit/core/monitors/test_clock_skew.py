from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.monitors.clock_skew import SkewSeen, clock_skew
from kalshi_alpha.core.monitors.outcome import MonitorStatus

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (None, MonitorStatus.NO_DATA),
        (SkewSeen(AT, -0.2, sound=True), MonitorStatus.OK),
        (SkewSeen(AT, None, sound=True), MonitorStatus.NO_DATA),
        (SkewSeen(AT, None, sound=False), MonitorStatus.ALERT),
        (SkewSeen(AT, None, sound=False, doubts=("stepped",)), MonitorStatus.ALERT),
        (SkewSeen(AT, 5.1, sound=True), MonitorStatus.ALERT),
        (SkewSeen(AT, math.nan, sound=True), MonitorStatus.ALERT),
        (SkewSeen(AT, 0.1, sound=False), MonitorStatus.ALERT),
        (SkewSeen(AT, 0.1, sound=True, doubts=("stepped",)), MonitorStatus.ALERT),
        (SkewSeen(AT - DAY - timedelta(seconds=1), 0.1, sound=True), MonitorStatus.STALE),
    ],
)
def test_the_latest_session_tells(seen: SkewSeen | None, status: MonitorStatus) -> None:
    assert clock_skew(seen, AT, max_age=DAY).status is status


def test_a_doubt_is_quoted() -> None:
    found = clock_skew(
        SkewSeen(AT, 0.1, sound=True, doubts=("our clock stepped",)), AT, max_age=DAY
    )
    assert found.cause == "our clock stepped"


@pytest.mark.parametrize("skew_s", [-5.0, -1.0, 0.0, 1.0, 5.0])
def test_within_the_limit_the_clocks_are_alike_and_beyond_it_an_alert(skew_s: float) -> None:
    near, far = (
        clock_skew(SkewSeen(AT, each, sound=True), AT, max_age=DAY)
        for each in (skew_s, skew_s + (10.5 if skew_s >= 0 else -10.5))
    )
    assert (near.status, near.figure) == (MonitorStatus.OK, abs(skew_s))
    assert far.status is MonitorStatus.ALERT
