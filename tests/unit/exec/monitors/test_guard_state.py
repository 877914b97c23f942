from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.gates import Memo, Reason
from kalshi_alpha.core.guards.calibration import UnitForecast
from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.guard_log import GuardLog, GuardState
from kalshi_alpha.core.guards.sequential import UnitResult
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors.guard_state import (
    advanced,
    clock_of,
    guard_path,
    read_guards,
    states,
    write_guards,
)
from kalshi_alpha.exec.monitors.guard_units import FedUnit

AT = datetime(2025, 6, 11, 12, 30, tzinfo=UTC)
NOW = AT + timedelta(days=100)
COIN = UnitForecast((0.5, 0.5), (0.5, -0.5))
SYSTEM = ClockSource.SYSTEM


def units(profits: list[float]) -> list[FedUnit]:
    return [
        FedUnit(UnitResult(f"U{n}", AT + timedelta(days=n), pnl, COIN.risk), COIN)
        for n, pnl in enumerate(profits)
    ]


def memo(made_at: datetime, reason: Reason = Reason.SEQUENTIAL_ALERT, series: str = "CPI") -> Memo:
    return Memo(reason, made_at, made_at + timedelta(days=1), "ops", "calibrated again", series)


def state(log: GuardLog) -> GuardState:
    found = log.replay()
    assert found is not None
    return found


LOST = [-0.5] * 14
ALARMED = advanced("CPI", GuardLog(0.25, 24.0), units(LOST), [], NOW)


def test_the_threshold_is_calibrated_on_the_stored_forecasts_before_units_enter() -> None:
    assert ALARMED.threshold is not None
    assert ALARMED.threshold.source == "simulated"
    assert ALARMED.items[0] == ALARMED.threshold
    assert state(ALARMED).guard.cusum.h_source == "simulated"
    assert advanced("CPI", GuardLog(0.25, 24.0), units(LOST), [], NOW) == ALARMED


def test_few_units_have_the_normal_threshold_until_there_are_enough() -> None:
    log = advanced("CPI", GuardLog(0.25, 24.0), units([0.5] * 9), [], NOW)
    assert log.threshold is not None
    assert log.threshold.source == "normal"
    log = advanced("CPI", log, units([0.5] * 10), [], NOW)
    assert log.threshold is not None
    assert log.threshold.source == "simulated"


def test_the_threshold_is_calibrated_again_after_twenty_five_units() -> None:
    log = advanced("CPI", GuardLog(0.25, 24.0), units([0.5] * 10), [], NOW)
    same = advanced("CPI", log, units([0.5] * 20), [], NOW)
    assert same.threshold == log.threshold
    more = advanced("CPI", same, units([0.5] * 35), [], NOW)
    again = advanced("CPI", more, units([0.5] * 36), [], NOW)
    assert again.threshold != log.threshold


def test_an_alarm_survives_a_restart_and_replays_from_the_log(tmp_path: Path) -> None:
    path = guard_path(Paths(tmp_path))
    write_guards(path, {"CPI": ALARMED, "TNEY": GuardLog(0.25, 500.0)}, NOW, SYSTEM)
    before = path.read_bytes()
    logs = read_guards(path)
    assert logs["CPI"] == ALARMED
    assert states(logs)["CPI"] == ALARMED.replay()
    assert states(logs)["TNEY"] is None
    write_guards(path, logs, NOW, SYSTEM)
    assert path.read_bytes() == before
    assert clock_of(path) is SYSTEM
    shown = json.loads(before)["series"]["CPI"]["state"]
    assert {"S", "R", "n", "last_unit", "k", "h", "A", "h_source", "reset_at"} <= set(shown)
    assert (shown["level"], shown["n"], shown["A"]) == ("alert", 14, 48.0)


def test_only_a_memo_for_the_guard_resets_it_and_it_is_used_once(tmp_path: Path) -> None:
    later = NOW + timedelta(hours=1)
    wrong = advanced("CPI", ALARMED, units(LOST), [memo(later, Reason.FREEZE_WINDOW)], later)
    assert state(wrong).level is Level.ALERT
    wrong = advanced("CPI", ALARMED, units(LOST), [memo(later, series="TNEY")], later)
    assert state(wrong).level is Level.ALERT
    early = memo(NOW - timedelta(seconds=1))
    wrong = advanced("CPI", ALARMED, units(LOST), [early], later)
    assert state(wrong).level is Level.ALERT
    cleared = advanced("CPI", ALARMED, units(LOST), [memo(later)], later)
    assert state(cleared).level is Level.OK
    again = advanced("CPI", cleared, units(LOST + LOST), [memo(later)], later + timedelta(hours=2))
    assert state(again).level is Level.ALERT
    path = guard_path(Paths(tmp_path))
    write_guards(path, {"CPI": again}, NOW, SYSTEM)
    shown = json.loads(path.read_bytes())["series"]["CPI"]["state"]
    assert (shown["reset_by"], shown["reset_memo"]) == ("ops", "calibrated again")


def test_a_corrected_settlement_restates_the_guard_and_keeps_the_alarm() -> None:
    fixed = units([0.5, *LOST[1:]])
    log = advanced("CPI", ALARMED, fixed, [], NOW)
    assert log.units["U0"].pnl == 0.5
    assert state(log).level is Level.ALERT
    assert replace(state(log).guard) != state(ALARMED).guard


def test_no_file_is_no_guard(tmp_path: Path) -> None:
    assert read_guards(guard_path(Paths(tmp_path))) == {}
    assert clock_of(guard_path(Paths(tmp_path))) is None


def _cleared(tree: Any) -> None:
    tree["series"]["CPI"]["state"]["level"] = "ok"


def _shortened(tree: Any) -> None:
    tree["series"]["CPI"]["log"].pop()


def _without_threshold(tree: Any) -> None:
    tree["series"]["CPI"]["log"].pop(0)


def _unsourced(tree: Any) -> None:
    tree["clock_source"] = "moon"


@pytest.mark.parametrize("spoil", [_cleared, _shortened, _without_threshold, _unsourced])
def test_a_state_that_its_log_does_not_amount_to_is_refused(
    tmp_path: Path, spoil: Callable[[Any], None]
) -> None:
    path = guard_path(Paths(tmp_path))
    write_guards(path, {"CPI": ALARMED}, NOW, SYSTEM)
    tree = json.loads(path.read_bytes())
    spoil(tree)
    path.write_text(json.dumps(tree))
    with pytest.raises(TornFile, match=r"ev_seq_guard\.json"):
        read_guards(path)


def test_a_torn_state_and_one_of_a_later_version_are_refused(tmp_path: Path) -> None:
    path = guard_path(Paths(tmp_path))
    path.parent.mkdir(parents=True)
    path.write_text('{"schema": 1, "generated')
    with pytest.raises(TornFile):
        read_guards(path)
    path.write_text('{"schema": 2, "generated_at": "2025-06-11T12:30:00Z"}')
    with pytest.raises(NewerSchema):
        read_guards(path)
    path.write_text('{"schema": 1, "generated_at": "2025-06-11T12:30:00Z"}')
    with pytest.raises(TornFile, match="clock_source"):
        clock_of(path)
