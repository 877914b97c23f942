"""The pipeline's five modes, its window, its log and its sign of life."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from desk import STAMP, Desk
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec import heartbeat
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.pipelines import pipeline
from kalshi_alpha.exec.wiring import wire_offline

FULL = ("--report", "--paper-ledger")
LOG = "data/proc/logs/2024-12-11/daily_pre_cpi_20241211T113000Z.json"
BEFORE = ("--as-of", "2024-12-11T10:30:00Z")


@pytest.mark.parametrize(
    ("mode", "family"),
    [
        ("pre_cpi", "CPI"),
        ("pre_claims", "CLAIMS"),
        ("teny_close", "TNEY"),
        ("weather_cycle", "WEATHER"),
    ],
)
def test_a_family_that_is_switched_off_says_so_and_leaves_nothing(
    desk: Desk, mode: str, family: str
) -> None:
    desk.keep_families()

    done = desk.daily(*FULL, mode=mode)

    assert (done.code, done.out) == (1, "")
    assert done.err == f"daily: {family} is switched off in configs/series.yaml\n"
    assert desk.files() == set()


def test_full_keeps_what_cpi_made_and_names_the_modes_that_failed(desk: Desk) -> None:
    desk.keep_families("CPI")

    done = desk.daily(*FULL, mode="full")

    assert done.code == 1
    assert [line.split(":")[0] for line in done.err.splitlines()] == [
        *("daily pre_claims", "daily weather_cycle", "daily teny_close")
    ]
    assert desk.verdict["go"] is True
    assert desk.proposals()["proposals"]
    assert "## Verdict: GO" in desk.report()
    assert desk.ledger().height > 0
    assert LOG in desk.files()


def test_full_prints_one_json_document(desk: Desk) -> None:
    desk.keep_families("CPI")

    done = desk.daily("--json", mode="full")

    document = done.document
    assert document["exit_code"] == done.code == 1
    assert {mode: each["exit_code"] for mode, each in document["modes"].items()} == {
        "pre_cpi": 0,
        "pre_claims": 1,
        "teny_close": 1,
        "weather_cycle": 1,
    }
    assert document["modes"]["pre_cpi"]["proposals"] == desk.proposals()["proposals"]


def test_a_refused_full_run_is_a_failure_first(desk: Desk) -> None:
    desk.keep_families("CPI")
    desk.run(heartbeat.main, "--kill-switch", "on")
    assert desk.daily(mode="full").code == 1


def test_a_bad_flag_ends_full_at_once(desk: Desk) -> None:
    done = desk.daily("--kelly-cap", "0.9", mode="full")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert desk.files() == set()


def test_print_says_when_the_window_opens_and_scans_nothing(desk: Desk) -> None:
    done = desk.daily("--snap-to-window", "print", *FULL, *BEFORE)

    assert (done.code, done.err) == (0, "")
    assert done.out == "CPI: the next scan window opens 2024-12-11 06:00:00 ET\n"
    assert not [name for name in desk.files() if name.startswith(("exec/", "reports/"))]
    log = desk.json(LOG.replace("1130", "1030"))
    assert [step["step"] for step in log["steps"]] == ["ingest", "calibrate", "window"]
    assert log["steps"][-1]["facts"]["state"] == "frozen"


def test_print_inside_the_window_only_prints_too(desk: Desk) -> None:
    done = desk.daily("--snap-to-window", "print")

    assert (done.code, done.out) == (
        0,
        "CPI: in the scan window that opened 2024-12-11 06:00:00 ET\n",
    )
    assert desk.orders == []


def test_print_as_json_is_one_document(desk: Desk) -> None:
    document = desk.daily("--snap-to-window", "print", "--json", *BEFORE).document
    assert document["snap"] == "the next scan window opens 2024-12-11 06:00:00 ET"
    assert document["schema"] == 1


def test_print_and_quiet_say_nothing(desk: Desk) -> None:
    done = desk.daily("--snap-to-window", "print", "--quiet", *BEFORE)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_wait_goes_on_at_once_inside_the_window(desk: Desk) -> None:
    done = desk.daily("--snap-to-window", "wait")

    assert done.code == 0
    assert desk.proposals()["proposals"]


def test_a_set_clock_cannot_be_waited_on(desk: Desk) -> None:
    done = desk.daily("--snap-to-window", "wait", *BEFORE)

    assert done.code == 2
    assert "a set clock does not move" in done.err
    assert desk.orders == []


def test_where_no_window_is_known_nothing_is_waited_for_and_the_gate_says_why(desk: Desk) -> None:
    path = desk.drivers / "macro_calendar/bls.ics"
    begin, *events = path.read_text().split("BEGIN:VEVENT")
    path.write_text("BEGIN:VEVENT".join((begin, *events[:4])).rstrip() + "\nEND:VCALENDAR\n")

    done = desk.daily("--snap-to-window", "wait")

    assert (done.code, desk.reasons) == (3, ["calendar_missing"])
    assert done.out.startswith("CPI: no scan window is known")


def under_the_system_clock(desk: Desk) -> None:
    """A venue folder that declares no scenario leaves the clock to the system."""
    desk.edit_json(desk.venue / "manifest.json", lambda m: m.update(scenarios={}))


def beat_of(desk: Desk) -> dict[str, Any]:
    return desk.json("data/proc/state/heartbeat.json")


def test_wait_sleeps_until_the_window_and_begins_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    clocks = iter(("2024-12-11T10:30:00Z", "2024-12-11T11:00:05Z"))
    monkeypatch.setattr(time, "sleep", slept.append)

    def rewired(**settings: Any) -> Any:
        run = wire_offline(**{**settings, "as_of": next(clocks)})
        return replace(run, clock=RunClock(run.clock.at, ClockSource.SYSTEM))

    monkeypatch.setattr(pipeline, "wire_offline", rewired)

    done = desk.daily("--snap-to-window", "wait")

    assert slept == [1800.0]
    assert done.code == 0
    assert desk.verdict["generated_at"] == "2024-12-11T11:00:05Z"


def test_a_run_under_the_system_clock_beats_and_ends_in_good_order(desk: Desk) -> None:
    under_the_system_clock(desk)
    before = time.time()

    done = desk.daily(*FULL)

    assert done.code == 3  # the fixtures are long out of date
    assert "STALE_FEEDS" in desk.reasons
    assert "heartbeat_stale" not in desk.reasons
    beat = beat_of(desk)
    assert beat["running"] is False
    assert beat["session"].startswith("pre_cpi-")
    stamp = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(before))
    assert beat["generated_at"][:13] >= stamp[:13]
    assert desk.verdict["clock_source"] == "system"


def test_a_heartbeat_that_is_not_trusted_is_never_overwritten(desk: Desk) -> None:
    under_the_system_clock(desk)
    path = desk.root / "data/proc/state/heartbeat.json"
    path.parent.mkdir(parents=True)
    for text in (
        '{"schema": 1, "generated',
        json.dumps(
            {
                "schema": 1,
                "generated_at": "2024-12-11T11:29:00Z",
                "session": "pilot",
                "running": True,
                "pid": 1,
            }
        ),
    ):
        path.write_text(text)

        desk.daily(*FULL)

        assert "heartbeat_stale" in desk.reasons
        assert path.read_text() == text

    assert desk.run(heartbeat.main, "--beat").code == 0
    desk.daily(*FULL)
    assert "heartbeat_stale" not in desk.reasons
    assert beat_of(desk)["session"].startswith("pre_cpi-")


def test_the_beat_of_another_session_that_runs_is_left_alone(desk: Desk) -> None:
    under_the_system_clock(desk)
    path = desk.root / "data/proc/state/heartbeat.json"
    path.parent.mkdir(parents=True)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    text = json.dumps(
        {"schema": 1, "generated_at": now, "session": "pilot", "running": True, "pid": 1}
    )
    path.write_text(text)

    desk.daily()

    assert path.read_text() == text


def test_the_verdicts_of_other_families_stay_for_their_day(desk: Desk) -> None:
    desk.daily()
    path = desk.root / "reports/_artifacts/go_no_go.json"

    def others(document: dict[str, Any]) -> None:
        cpi = document["series"]["CPI"]
        refused = {**cpi, "go": False, "reasons": [{"reason": "kill_switch", "detail": "on"}]}
        document["series"] |= {
            "TNEY": refused,
            "CLAIMS": {**cpi, "generated_at": "2024-12-10T11:30:00Z"},
            "WEATHER": {**cpi, "mode": "PAPER"},
        }

    desk.edit_json(path, others)

    desk.daily()

    document = desk.json("reports/_artifacts/go_no_go.json")
    assert set(document["series"]) == {"CPI", "TNEY"}
    assert document["series"]["CPI"]["go"] is True
    assert document["go"] is False


@pytest.mark.parametrize("text", ['{"schema": 1', '{"schema": 9, "generated_at": "x"}', "[]"])
def test_a_verdict_file_that_is_not_trusted_is_started_anew(desk: Desk, text: str) -> None:
    path = desk.root / "reports/_artifacts/go_no_go.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)

    assert desk.daily().code == 0
    assert set(desk.json("reports/_artifacts/go_no_go.json")["series"]) == {"CPI"}


def test_a_step_that_fails_is_the_last_in_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.edit(desk.drivers / "cpi/history.json", '"history": [', '"history": [], "spare": [')

    done = desk.daily(*FULL)

    assert (done.code, done.out) == (4, "")
    log = desk.json(LOG)
    assert [step["step"] for step in log["steps"]] == ["ingest", "calibrate"]
    failed = log["steps"][-1]
    assert failed["ok"] is False
    assert failed["error"]["exit_code"] == log["exit_code"] == 4
    assert desk.reasons == ["reading_missing"]
    assert not (desk.root / f"exec/proposals/CPI/{STAMP}.json").exists()


def test_orders_of_an_earlier_run_that_rest_count_against_the_limits_of_a_later(
    desk: Desk,
) -> None:
    at_most = ("--max-var", "350")
    desk.daily("--paper-ledger", *at_most)
    first = desk.proposals()
    later = (*at_most, "--json", "--as-of", "2024-12-11T12:00:00Z")
    alone = desk.daily(*later).document

    both = desk.scan("--paper-ledger", *later).document

    def staked(document: dict[str, Any]) -> float:
        return sum(float(p["max_loss"]) for p in document["proposals"])

    # The pipeline's own earlier orders leave nearly nothing of the value at risk to either.
    assert staked(both) == staked(alone) < 0.1 * staked(first)
    assert both["value_at_risk"]["usd"] <= both["value_at_risk"]["limit_usd"]
