from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter, GateRefusal
from kalshi_alpha.core.gates.gate import Verdict, verdict
from kalshi_alpha.core.gates.memos import Memo
from kalshi_alpha.core.gates.readings import Fault, Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.gates.requirements import Action, Need, needs

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)
SENDING = [Action.SIM, Action.PRACTICE, Action.RAMP, Action.LIVE]
QUOTED = [Action.PAPER, Action.SIM, Action.PRACTICE, Action.LIVE]
PROVEN = [Action.PRACTICE, Action.RAMP, Action.LIVE]
SCANNING = [Action.OFFLINE, Action.PAPER, Action.DRY]

GOOD = {
    name: Reading(name, at=NOW - timedelta(minutes=1), max_age=TWO_HOURS) for name in ReadingName
}


def judged(action: Action, *changes: Reading, without: Iterable[ReadingName] = ()) -> Verdict:
    readings = GOOD | {reading.name: reading for reading in changes}
    return verdict(action, [r for n, r in readings.items() if n not in set(without)], NOW)


@pytest.mark.parametrize("action", list(Action))
def test_all_in_order_is_go(action: Action) -> None:
    got = judged(action)
    assert (got.go, got.reasons, got.safety_go, got.evidence_go) == (True, (), True, True)
    got.require()


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("name", list(ReadingName))
def test_leaving_one_reading_out_refuses_exactly_where_it_is_required(
    action: Action, name: ReadingName
) -> None:
    got = judged(action, without=[name])
    if needs(action).get(name) is Need.REQUIRED:
        assert len(got.reasons) == 1
        assert name.value in got.reasons[0].detail
    assert got.go is (needs(action).get(name) is not Need.REQUIRED)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("name", list(ReadingName))
@pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.MISSING])
def test_one_faulty_reading_is_exactly_one_reason_where_it_counts(
    action: Action, name: ReadingName, fault: Fault
) -> None:
    got = judged(action, replace(GOOD[name], fault=fault))
    counts = name in needs(action) and not (
        name is ReadingName.LIVE_QUOTE and action in {Action.OFFLINE, Action.DRY}
    )
    assert len(got.reasons) == int(counts)
    assert got.go is not counts


@pytest.mark.parametrize(
    ("name", "reason", "actions"),
    [
        (ReadingName.KILL_SWITCH, Reason.KILL_SWITCH, list(Action)),
        (ReadingName.CONFIG, Reason.CONFIG_WEAKENED, list(Action)),
        (ReadingName.TIME_ZONE, Reason.TZ_NOT_ET, list(Action)),
        (ReadingName.FEEDS, Reason.STALE_FEEDS, list(Action)),
        (ReadingName.SCHEDULE, Reason.FREEZE_WINDOW, list(Action)),
        (ReadingName.SCHEDULE, Reason.CALENDAR_MISSING, list(Action)),
        (ReadingName.QUALITY, Reason.NON_MONOTONE_LADDERS, list(Action)),
        (ReadingName.HEARTBEAT, Reason.HEARTBEAT_STALE, list(Action)),
        (ReadingName.PANIC, Reason.PANIC_BACKOFF, list(Action)),
        (ReadingName.DRAWDOWN, Reason.DRAWDOWN, list(Action)),
        (ReadingName.MONITORS, Reason.SEQUENTIAL_ALERT, SENDING),
        (ReadingName.RECONCILIATION, Reason.RECONCILIATION_BREAK, SENDING),
        (ReadingName.CLOCK, Reason.CLOCK_SKEW, SENDING),
        (ReadingName.EXCHANGE, Reason.EXCHANGE_PAUSED, SENDING),
        (ReadingName.LIVE_QUOTE, Reason.NO_LIVE_QUOTE, QUOTED),
        (ReadingName.RAMP, Reason.GUARDRAIL_BREACH, SENDING),
        (ReadingName.RAMP, Reason.INSUFFICIENT_FILLS, PROVEN),
    ],
)
def test_flipping_one_thing_shows_exactly_its_reason(
    name: ReadingName, reason: Reason, actions: list[Action]
) -> None:
    flipped = replace(GOOD[name], findings=(Finding(reason, "flipped"),))
    for action in Action:
        got = judged(action, flipped)
        assert got.words == ((reason.value,) if action in actions else ())
        assert got.go is (action not in actions)


def test_refusal_raises_its_words() -> None:
    got = judged(Action.PAPER, Reading(ReadingName.KILL_SWITCH, fault=Fault.UNREADABLE))
    with pytest.raises(GateRefusal, match="kill_switch") as refusal:
        got.require()
    assert refusal.value.reasons == ("kill_switch",)
    assert refusal.value.exit_code == 3


def test_lack_of_evidence_stops_live_and_leaves_safety_standing() -> None:
    lacking = replace(GOOD[ReadingName.RAMP], findings=(Finding(Reason.INSUFFICIENT_FILLS, "0"),))
    live, sim = judged(Action.LIVE, lacking), judged(Action.SIM, lacking)
    assert (live.go, live.safety_go, live.evidence_go) == (False, True, False)
    assert (sim.go, sim.safety_go, sim.evidence_go) == (True, True, False)


def test_without_a_ramp_reading_evidence_is_unknown() -> None:
    assert judged(Action.PAPER, without=[ReadingName.RAMP]).evidence_go is None


def test_a_passing_reading_cannot_hide_a_failing_one_of_the_same_name() -> None:
    failing = Reading(ReadingName.SCHEDULE, (Finding(Reason.FREEZE_WINDOW, "CPI"),))
    for pair in itertools.permutations([GOOD[ReadingName.SCHEDULE], failing]):
        others = [r for n, r in GOOD.items() if n is not ReadingName.SCHEDULE]
        assert verdict(Action.PAPER, [*others, *pair], NOW).words == ("freeze_window",)


def test_what_a_monitor_repeats_of_a_reading_is_said_once() -> None:
    reasons = (Reason.KILL_SWITCH, Reason.TZ_NOT_ET, Reason.STALE_FEEDS, Reason.HEARTBEAT_STALE)
    echo = Reading(ReadingName.MONITORS, tuple(Finding(r, f"monitor: {r}") for r in reasons))
    alone = judged(Action.LIVE, echo)
    assert [each.reason for each in alone.reasons] == [
        Reason.KILL_SWITCH,
        Reason.TZ_NOT_ET,
        Reason.STALE_FEEDS,
        Reason.HEARTBEAT_STALE,
    ]
    on = Reading(ReadingName.KILL_SWITCH, (Finding(Reason.KILL_SWITCH, "is on"),))
    feeds = Reading(ReadingName.FEEDS, (Finding(Reason.STALE_FEEDS, "aaa_gas"),))
    readings = (GOOD | {r.name: r for r in (echo, on, feeds)}).values()
    both = verdict(Action.LIVE, readings, NOW)
    assert both.words == alone.words
    assert [each.detail for each in both.reasons] == [
        "is on",
        "monitor: tz_not_et",
        "aaa_gas",
        "monitor: heartbeat_stale",
    ]


def test_an_absent_optional_file_is_no_reason() -> None:
    absent = Reading(ReadingName.HEARTBEAT, fault=Fault.MISSING)
    assert judged(Action.PAPER, absent).go
    assert judged(Action.LIVE, absent).words == ("heartbeat_missing",)


MADE = NOW - TWO_HOURS
PANIC = replace(
    GOOD[ReadingName.PANIC],
    findings=(Finding(Reason.PANIC_BACKOFF, "three alerts", began_at=MADE),),
)


def memo(reason: Reason = Reason.PANIC_BACKOFF, until: datetime = NOW, series: str = "") -> Memo:
    return Memo(reason, MADE, until, "A. Operator", "one outage", series)


def test_a_memo_lifts_its_reason_and_is_recorded() -> None:
    readings = (GOOD | {ReadingName.PANIC: PANIC}).values()
    got = verdict(Action.LIVE, readings, NOW, [memo()])
    assert (got.go, got.reasons) == (True, ())
    assert [(each.finding.reason, each.memo.who) for each in got.lifted] == [
        (Reason.PANIC_BACKOFF, "A. Operator")
    ]


def test_a_memo_of_another_reason_or_time_lifts_nothing() -> None:
    readings = (GOOD | {ReadingName.PANIC: PANIC}).values()
    memos = [memo(Reason.FREEZE_WINDOW, series="CPI"), memo(until=NOW - timedelta(seconds=1))]
    assert verdict(Action.LIVE, readings, NOW, memos).words == ("panic_backoff",)


@pytest.mark.parametrize(
    ("series", "began_at", "lifted"),
    [
        ("CPI", MADE, True),
        ("TNEY", MADE, False),
        ("CPI", NOW, False),
        ("CPI", None, False),
    ],
)
def test_a_memo_lifts_the_freeze_of_its_series_that_began_before_it(
    series: str, began_at: datetime | None, lifted: bool
) -> None:
    found = Finding(Reason.FREEZE_WINDOW, "frozen", series, began_at)
    frozen = Reading(ReadingName.SCHEDULE, (found,))
    readings = (GOOD | {ReadingName.SCHEDULE: frozen}).values()
    memos = [memo(Reason.FREEZE_WINDOW, series="CPI")]
    assert verdict(Action.LIVE, readings, NOW, memos).go is lifted


def test_no_memo_lifts_the_guard_at_the_gate() -> None:
    alarm = Finding(Reason.SEQUENTIAL_ALERT, "alarm", "CPI", MADE)
    readings = (GOOD | {ReadingName.MONITORS: Reading(ReadingName.MONITORS, (alarm,))}).values()
    memos = [memo(Reason.SEQUENTIAL_ALERT, series="CPI")]
    assert verdict(Action.LIVE, readings, NOW, memos).words == ("sequential_alert",)


def test_a_memo_does_not_lift_what_could_not_be_read() -> None:
    torn = replace(GOOD[ReadingName.PANIC], fault=Fault.UNREADABLE)
    readings = (GOOD | {ReadingName.PANIC: torn}).values()
    assert verdict(Action.LIVE, readings, NOW, [memo()]).words == ("panic_backoff",)


def test_the_tree_for_artifacts_spells_out_ages_and_passes() -> None:
    readings = (GOOD | {ReadingName.PANIC: PANIC}).values()
    tree = json.loads(msgspec.json.encode(verdict(Action.LIVE, readings, NOW).to_tree()))
    assert (tree["go"], tree["action"]) == (False, "live")
    assert tree["reasons"] == [{"reason": "panic_backoff", "detail": "three alerts"}]
    rows = {row["name"]: row for row in tree["readings"]}
    assert (rows["ledger"]["ok"], rows["ledger"]["age_s"]) == (True, 60.0)
    assert rows["panic_backoff"]["ok"] is False
    lifted = verdict(Action.LIVE, readings, NOW, [memo()]).to_tree()["lifted"]
    assert isinstance(lifted, list)
    assert lifted[0]["who"] == "A. Operator"


def test_the_gate_loads_the_standard_library_only() -> None:
    code = (
        "import json, sys; import kalshi_alpha.core.gates, kalshi_alpha.core.ports; "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in json.loads(run.stdout) if not name.startswith("_")}
    # Some systems' Python loads a module of the administrator's at every start.
    ours = loaded - sys.stdlib_module_names - {"sitecustomize", "usercustomize"}
    assert ours == {"kalshi_alpha"}


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(BadParameter, match="zone"):
        verdict(Action.PAPER, [], NOW.replace(tzinfo=None))


def test_nothing_read_names_everything_required() -> None:
    got = verdict(Action.OFFLINE, [], NOW)
    assert got.words == (
        "kill_switch",
        "config_unreadable",
        "tz_not_et",
        "STALE_FEEDS",
        "calendar_missing",
        "reading_missing",
    )


def test_a_verdict_can_be_written_as_json() -> None:
    got = judged(Action.LIVE, Reading(ReadingName.KILL_SWITCH, fault=Fault.UNREADABLE))
    decoded = msgspec.json.decode(msgspec.json.encode(got), type=Verdict)
    assert decoded == got


faults = st.none() | st.sampled_from(list(Fault))
readings = st.builds(
    Reading,
    name=st.sampled_from(list(ReadingName)),
    findings=st.lists(
        st.builds(Finding, st.sampled_from(list(Reason)), st.sampled_from("ab")), max_size=2
    ).map(tuple),
    fault=faults,
)


@given(
    st.sampled_from(list(Action)),
    st.lists(readings, max_size=6),
)
def test_order_of_readings_does_not_change_the_reasons(
    action: Action, given_readings: list[Reading]
) -> None:
    base = verdict(action, given_readings, NOW)
    assert verdict(action, given_readings[::-1], NOW).reasons == base.reasons
    assert base.go is (not base.reasons)


@given(st.sampled_from(list(Action)), readings)
def test_one_more_reading_never_turns_no_go_into_go_unless_it_was_missing(
    action: Action, extra: Reading
) -> None:
    before = judged(action)
    after = verdict(action, [*GOOD.values(), extra], NOW)
    assert set(before.reasons) <= set(after.reasons)


@pytest.mark.parametrize("action", list(Action))
def test_where_nothing_was_read_each_thing_that_is_required_is_named(action: Action) -> None:
    got = verdict(action, [], NOW)
    required = {name.value for name, need in needs(action).items() if need is Need.REQUIRED}
    assert not got.go
    assert {finding.detail.partition(":")[0] for finding in got.reasons} == required
    with pytest.raises(GateRefusal):
        got.require()
