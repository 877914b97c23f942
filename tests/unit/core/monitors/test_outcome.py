from __future__ import annotations

import pytest

from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus


@pytest.mark.parametrize(
    ("status", "ok"),
    [(MonitorStatus.OK, True), (MonitorStatus.ALERT, False), (MonitorStatus.NO_DATA, False)],
)
def test_only_ok_is_in_order(status: MonitorStatus, ok: bool) -> None:
    assert MonitorOutcome(status, None, 0).ok is ok


def test_causes_and_remedies_are_told_in_one_line_each() -> None:
    found = MonitorOutcome(MonitorStatus.ALERT, 2, 0, ("a", "b"), "nothing is sent", ("c", "d"))
    assert (found.cause, found.remedy) == ("a; b", "c; d")
