from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desk_root import AT, edit_json, go_root
from kalshi_alpha.core.gates import Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp.monitors import MonitorSet, read_monitor_set

TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return go_root(tmp_path)


def read(paths: Paths) -> MonitorSet:
    return read_monitor_set(paths, RunClock(AT, ClockSource.SET))


def reasons(found: MonitorSet, family: str | None) -> list[Reason]:
    readings = found.readings(family, TWO_HOURS)
    return [each.reason for reading in readings for each in reading.findings]


def alert(paths: Paths, *families: str) -> None:
    row = {"status": "ALERT", "figure": 1.5, "threshold": 1.0, "cause": "beyond"}
    entries = dict.fromkeys(families, row) | {"TNEY": row | {"status": "OK"}}
    edit_json(
        paths.monitor("ev_seq_guard"),
        lambda found: found.update(status="ALERT", blocks=True, series=entries),
    )


def test_all_in_order_speaks_against_nothing(paths: Paths) -> None:
    found = read(paths)
    assert found.oldest_at == AT
    assert all(reading.ok(AT) for reading in found.readings("CPI", TWO_HOURS))


def test_an_alert_of_one_family_is_nothing_to_another_and_not_to_all(paths: Paths) -> None:
    alert(paths, "CPI")
    found = read(paths)
    assert reasons(found, "CPI") == [Reason.SEQUENTIAL_ALERT]
    assert reasons(found, "TNEY") == []
    assert reasons(found, None) == []


def test_an_alert_of_no_family_is_one_of_all(paths: Paths) -> None:
    edit_json(paths.monitor("websocket"), lambda found: found.update(status="ALERT", blocks=True))
    found = read(paths)
    assert reasons(found, None) == reasons(found, "CPI") == [Reason.MONITOR_ALERT]


def test_a_row_is_the_familys_or_that_of_all(paths: Paths) -> None:
    alert(paths, "CPI")
    found = read(paths)
    assert found.row(Monitor.EV_SEQ_GUARD, "CPI").cause == "beyond"
    assert found.row(Monitor.EV_SEQ_GUARD, "CLAIMS").status == "NO_DATA"
    assert found.row(Monitor.TZ_NOT_ET, "CPI").status == "OK"
    paths.monitor("tz_not_et").unlink()
    assert read(paths).row(Monitor.TZ_NOT_ET, "CPI").status == "NO_DATA"
