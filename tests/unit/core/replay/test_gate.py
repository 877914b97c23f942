from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.gates import (
    Action,
    Finding,
    QualityLimits,
    Reading,
    ReadingName,
    Reason,
    Skill,
)
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.gate import GateHistory, ModelRecord, ReplayGate
from replay_cases import CHAIN, DECIDES, event

FRESH = Reading(ReadingName.FEEDS)
STALE = Reading(ReadingName.FEEDS, (Finding(Reason.STALE_FEEDS, "nws_daily_climate.NYC: stale"),))
LIMITS = QualityLimits(min_crps_advantage=0.02, min_brier_advantage=0.01)
GOOD = ModelRecord(Skill("WEATHER", 0.05, 0.05), drifted=False)
NEXT = DECIDES + timedelta(hours=6)
ALARM = (
    Reading(ReadingName.PANIC),
    Reading(ReadingName.DRAWDOWN),
    Reading(ReadingName.MONITORS, (Finding(Reason.SEQUENTIAL_ALERT, "alarm"),)),
)
FALLEN = (
    Reading(ReadingName.DRAWDOWN, (Finding(Reason.DRAWDOWN, "down $6,001 in a week"),)),
    *ALARM[:1],
)


def asked(
    history: GateHistory | None = None,
    standing: dict[datetime, tuple[Reading, ...]] | None = None,
    action: Action = Action.PAPER,
) -> dict[datetime, list[str]]:
    gate = ReplayGate(action=action, quality=LIMITS, history=history)
    day = replay_day([event()], replace(CHAIN, gate=gate), standing or {})
    kept = {order.clock.at for order in day.orders}
    assert not kept & dict(day.withheld).keys(), "what is withheld is not placed"
    return {at: [str(each.reason) for each in found] for at, found in day.withheld}


def history(*steps: tuple[datetime, Reading, ModelRecord | None]) -> GateHistory:
    return GateHistory(*zip(*steps, strict=True))


def test_the_reference_day_is_not_withheld() -> None:
    assert asked() == {}
    assert asked(history((DECIDES, FRESH, GOOD))) == {}
    assert asked(action=Action.LIVE) == {}, "what no tape carries is taken as passed"


@pytest.mark.parametrize(
    ("feeds", "model", "reason"),
    [
        (STALE, GOOD, "STALE_FEEDS"),
        (FRESH, replace(GOOD, drifted=True), "model_drift"),
        (FRESH, replace(GOOD, skill=Skill("WEATHER", 0.01, 0.05)), "low_crps_advantage"),
        (FRESH, replace(GOOD, skill=Skill("WEATHER", 0.05, None)), "low_brier_advantage"),
    ],
)
def test_one_thing_known_then_withholds_that_decision_and_no_other(
    feeds: Reading, model: ModelRecord, reason: str
) -> None:
    found = asked(history((DECIDES, feeds, model), (NEXT, FRESH, GOOD)))
    assert found == {DECIDES: [reason]}


def test_before_anything_is_known_of_the_feeds_nothing_is_decided() -> None:
    assert asked(history((NEXT, FRESH, GOOD))) == {DECIDES: ["STALE_FEEDS"]}


def test_a_model_without_a_record_is_taken_to_keep_its_limits() -> None:
    assert asked(history((DECIDES, FRESH, None))) == {}


def test_what_stands_stops_its_decision_and_a_guard_only_what_costs_money() -> None:
    assert asked(standing={DECIDES: FALLEN}) == {DECIDES: ["drawdown"]}
    assert asked(standing={DECIDES: ALARM}) == {}
    assert asked(standing={DECIDES: ALARM}, action=Action.LIVE) == {DECIDES: ["sequential_alert"]}


def test_readings_hold_until_the_next() -> None:
    found = history((DECIDES, STALE, None), (NEXT, FRESH, GOOD))
    assert found.feeds_at(NEXT - timedelta(seconds=1)) is STALE
    assert found.feeds_at(NEXT) is FRESH
    assert found.model_at(datetime(2024, 1, 1, tzinfo=UTC)) is None
    assert found.model_at(NEXT) is GOOD
