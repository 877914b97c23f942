from __future__ import annotations

from datetime import UTC, datetime

from kalshi_alpha.exec.live_clock import SystemClock


def test_the_systems_time_moves_and_is_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert before <= told <= datetime.now(UTC)
    assert told.tzinfo is UTC
