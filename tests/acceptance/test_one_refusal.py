"""From a desk at GO, one thing is spoilt where it has its source: monitors, ramp, pilot and bundle
name exactly that, and families that it does not concern go on.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from desk_root import (
    AT,
    CLOCK,
    FAMILIES,
    REPOSITORY,
    decide,
    edit_json,
    open_go_root,
    words,
)
from evidence_flips import EVIDENCE, PRINTS, paid_at, printing, rows_of_cpi
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.atomic import append_lines, write_json
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.bundle.members import gather
from kalshi_alpha.exec.bundle.review import review
from kalshi_alpha.exec.monitors import cli as monitors
from kalshi_alpha.exec.runners import pilot, scan_ladders
from spoilt_tables import no_table, without

Flip = Callable[[Paths], object]
MARKETS, FEEDS = REPOSITORY / "tests/data_fixtures", REPOSITORY / "tests/fixtures"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A desk at GO where no other family is switched on, which would have reasons of its own."""
    found = open_go_root(tmp_path, monkeypatch)
    file = found.config("series")
    head, *blocks = file.read_text().split("\n  - ticker:")
    kept = [
        block
        if any(f"\n    family: {family}\n" in block for family in FAMILIES)
        else block.replace("enabled: true", "enabled: false")
        for block in blocks
    ]
    file.write_text("\n  - ticker:".join((head, *kept)))
    return found


@dataclass(frozen=True)
class Said:
    """What each said: alerts and exit code of the monitors, and words of the others.

    Those of the ramp are against consumer prices and against everything; of the pilot, against a
    session in consumer prices; of the bundle, against everything, with the families that go on.
    """

    monitors: int
    alerts: set[str]
    ramp: list[str]
    overall: list[str]
    bundle: list[str]
    going: tuple[str, ...]
    pilot: list[str]


def asked(paths: Paths, at: str = CLOCK) -> Said:
    code = monitors.main(["--as-of", at, "--quiet"])
    alerts = set(json.loads(paths.monitor("summary").read_bytes())["alerts"])
    return replace(decided(paths, at), monitors=code, alerts=alerts)


def decided(paths: Paths, at: str = CLOCK) -> Said:
    """What ramp, pilot and bundle say by the monitors' files as they are."""
    _, found = decide(paths, at=at)
    clock = datetime.fromisoformat(at)
    parts = gather(paths, clock, FAMILIES, tuple(Monitor))
    verdict = review(paths, parts, clock, ClockSource.SET)
    said = list(dict.fromkeys(each.reason.value for each in verdict.findings))
    overall = list(found.overall.global_reasons)
    against = words(found)
    pilot_said = held(paths, at) if against else []
    return Said(0, set(), against, overall, said, verdict.going, pilot_said)


def held(paths: Paths, at: str) -> list[str]:
    """Ask for a session in consumer prices, which nothing lets be held, and return why not."""
    config = ("--pilot-config", str(paths.config("pilot")), "--fixtures-root", str(MARKETS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALSHI_ALPHA_AS_OF", at)
        code = pilot.main(["--series", "CPI", "--env", "sim", "--quiet", *config])
    document = json.loads(paths.pilot_session.read_bytes())
    assert (code, document["orders"]) == (3, 0)
    assert {each["what"] for each in document["refused"]} == {"session"}
    return list(dict.fromkeys(each["reason"] for each in document["verdict"]["reasons"]))


def test_the_desk_is_go_and_all_say_so(paths: Paths) -> None:
    assert asked(paths) == Said(0, set(), [], [], [], FAMILIES, [])


# --- what stops everything --------------------------------------------------------------------


def _three_alerts(paths: Paths) -> None:
    alerts = (("05", "websocket"), ("15", "ev_gap"), ("25", "clock_skew"))
    lines = [
        json.dumps(
            {
                "schema": 1,
                "at": f"2024-12-11T11:{minute}:00Z",
                "monitor": name,
                "cause": "",
                "clock_source": "set",
            }
        )
        for minute, name in alerts
    ]
    append_lines(paths.alert_log, lines)


def _in_utc(_: Paths) -> None:
    os.environ["TZ"] = "UTC"
    time.tzset()


def _fallen_today(paths: Paths) -> None:
    days = {"sim": {"2024-12-11": {"high_usd": "2081.25", "last_usd": "81.24"}}}
    edit_json(paths.state / "drawdown.json", lambda found: found.update(days=days))


def _beat_of_the_future(paths: Paths) -> None:
    edit_json(paths.heartbeat, lambda found: found.update(generated_at="2024-12-11T12:00:00Z"))


def _silent_session(paths: Paths) -> None:
    beat = {"generated_at": "2024-12-11T11:24:59Z", "running": True}
    edit_json(paths.heartbeat, lambda found: found.update(beat))


def _telemetry(*events: tuple[str, dict[str, Any]]) -> Flip:
    def flip(paths: Paths) -> None:
        path = paths.telemetry(AT.date())
        path.parent.mkdir(parents=True)
        lines = [
            {
                "schema": 1,
                "timestamp": (AT - timedelta(minutes=30 - n)).isoformat(),
                "event": event,
                "payload": payload,
                "session": "s",
                "seq": n,
            }
            for n, (event, payload) in enumerate(events)
        ]
        append_lines(path, [json.dumps(line) for line in lines])

    return flip


def _session(**said: Any) -> Flip:
    """A session of yesterday left its summary."""
    ended = "2024-12-10T20:00:00Z"
    head = {"schema": 1, "generated_at": ended, "ended_at": ended, "family": "CPI"}
    return lambda paths: write_json(paths.pilot_session, head | said)


def _skew(paths: Paths) -> None:
    reading = {"name": "clock_skew", "ok": False, "detail": "skew +9.0 s"}
    _session(verdict={"readings": [reading]})(paths)


def _breaks(paths: Paths) -> None:
    found = {"kind": "position", "subject": "KXCPI-24NOV-T0.3"}
    _session(reconciliation={"at": "2024-12-10T20:00:00Z", "breaks": [found]})(paths)


def _lower_minimum(paths: Paths) -> None:
    file = paths.config("ramp")
    file.write_text(file.read_text().replace("min_fills: 300", "min_fills: 299"))


def _lower_volatility(paths: Paths) -> None:
    file = paths.config("portfolio")
    text = file.read_text()
    assert "INFL: 0.35" in text
    file.write_text(text.replace("INFL: 0.35", "INFL: 0.34"))


LOST_RELEASES = 4
LOST: list[tuple[str, dict[str, Any]]] = [("ws_disconnect", {})] * 7
REJECTED = [("auth_error", {"status": 401})] * 3
ALL: dict[str, tuple[Flip, str | None, str]] = {
    "the kill switch is on": (
        lambda paths: set_kill_switch(paths.kill_switch, AT, "a test"),
        *("kill_switch", "kill_switch"),
    ),
    "gasoline is missing": (
        lambda paths: no_table("aaa_gas")(paths.root),
        *("freshness", "STALE_FEEDS"),
    ),
    "the machine stands in another zone": (_in_utc, "tz_not_et", "tz_not_et"),
    "three monitors alerted within half an hour": (_three_alerts, None, "panic_backoff"),
    "the day lost two thousand dollars": (_fallen_today, "drawdown", "drawdown"),
    "the heartbeat is of the future": (_beat_of_the_future, "heartbeat", "heartbeat_stale"),
    "the stream was lost seven times": (_telemetry(*LOST), "websocket", "monitor_alert"),
    "three signatures were refused": (
        _telemetry(*REJECTED),
        *("auth_error_streak", "monitor_alert"),
    ),
    "our clock was nine seconds off": (_skew, "clock_skew", "clock_skew"),
    "a position differs from the exchange's": (
        _breaks,
        *("reconciliation", "reconciliation_break"),
    ),
    "the ledger is of two hours ago": (
        lambda paths: LedgerStore(paths).upsert([], AT - timedelta(minutes=121)),
        *(None, "ledger_stale"),
    ),
    "a minimum is lowered": (_lower_minimum, None, "config_weakened"),
    "a volatility is lowered": (_lower_volatility, None, "config_weakened"),
}


@pytest.mark.parametrize(("flip", "monitor", "word"), ALL.values(), ids=ALL)
def test_one_thing_wrong_is_its_reason_everywhere(
    paths: Paths, flip: Flip, monitor: str | None, word: str
) -> None:
    flip(paths)
    said = asked(paths)
    stops = 3 if monitor or word == "panic_backoff" else 0
    alerts = {monitor} if monitor else set()
    assert said == Said(stops, alerts, [word], [word], [word], (), [word])


OLD = (AT - timedelta(minutes=121)).isoformat()


def _old_monitors(paths: Paths) -> None:
    for path in paths.monitors.glob("*.json"):
        edit_json(path, lambda found: found.update(generated_at=OLD))


def _unreadable(name: str) -> Flip:
    return lambda paths: paths.monitor(name).write_bytes(b'{"schema": 1')


FILES: dict[str, tuple[Flip, str]] = {
    "the monitors are of two hours ago": (_old_monitors, "monitors_stale"),
    "a monitor is missing": (lambda paths: paths.monitor("ev_gap").unlink(), "monitors_missing"),
    "a monitor is torn": (_unreadable("ev_gap"), "reading_unreadable"),
}


@pytest.mark.parametrize(("flip", "word"), FILES.values(), ids=FILES)
def test_monitors_that_cannot_be_gone_by_are_their_reason_everywhere(
    paths: Paths, flip: Flip, word: str
) -> None:
    flip(paths)
    assert decided(paths) == Said(0, set(), [word], [word], [word], (), [word])


# --- what stops consumer prices alone ---------------------------------------------------------


def _scanned(reason: str, detail: str) -> Flip:
    """The latest scan of consumer prices found something in its quality gates."""

    def flip(paths: Paths) -> None:
        entry = {"generated_at": CLOCK, "readings": [{"name": "quality_gates"}]}
        entry |= {"reasons": [{"reason": reason, "detail": detail}]}
        head = {"schema": 1, "generated_at": CLOCK, "go": False}
        write_json(paths.go_no_go, head | {"series": {"CPI": entry}})

    return flip


def _lost_of_late(paths: Paths) -> None:
    """The last releases came out where they cost most, though closing mids had not moved."""
    last = list(rows_of_cpi(paths).items())[-LOST_RELEASES:]
    values = {unit: min(PRINTS, key=lambda value: paid_at(rows, value)) for unit, rows in last}
    printing(values)(paths)


OWN: dict[str, tuple[Flip, str | None, str]] = {
    "the model drifts": (
        _scanned("model_drift", "model_drift: 1, tolerated are 0"),
        *("model_drift", "model_drift"),
    ),
    "a survival curve rises": (
        _scanned("non_monotone_ladders", "non_monotone_ladders: 1, tolerated are 0"),
        *("non_monotone_ladders", "non_monotone_ladders"),
    ),
    "a proposal is worth nothing": (
        _scanned("negative_ev_after_fees", "negative_ev_after_fees: 1, tolerated are 0"),
        *("negative_ev_after_fees", "negative_ev_after_fees"),
    ),
    "realised edge fell of late": (_lost_of_late, "ev_seq_guard", "sequential_alert"),
    **{w: (flip, None, word) for w, (flip, [word]) in EVIDENCE.items()},
}


@pytest.mark.parametrize(("flip", "monitor", "word"), OWN.values(), ids=OWN)
def test_what_concerns_one_family_stops_it_alone(
    paths: Paths, flip: Flip, monitor: str | None, word: str
) -> None:
    flip(paths)
    said = asked(paths)
    alerts = {monitor} if monitor else set()
    assert said == Said(3 if monitor else 0, alerts, [word], [], [], ("CLAIMS",), [word])


def test_a_freeze_is_that_reason_everywhere(paths: Paths) -> None:
    said = asked(paths, "2024-12-11T13:25:00Z")
    word = ["freeze_window"]
    assert said == Said(0, set(word), word, [], [], ("CLAIMS",), word)


def test_a_calendar_without_a_coming_release_is_that_reason_everywhere(paths: Paths) -> None:
    coming = (pl.col("event") == "cpi") & (pl.col("release_at") > AT)
    without("macro_calendar", coming)(paths.root)
    said = asked(paths)
    word = ["calendar_missing"]
    assert said == Said(0, {"freeze_window"}, word, [], [], ("CLAIMS",), word)
    freeze = json.loads(paths.monitor("freeze_window").read_bytes())
    assert "calendar_missing" in json.dumps(freeze)


# --- what a scan heeds too --------------------------------------------------------------------

SCANNED = [
    "the kill switch is on",
    "three monitors alerted within half an hour",
    "the day lost two thousand dollars",
    "the heartbeat is of the future",
]


@pytest.mark.parametrize("what", SCANNED)
def test_a_scan_of_that_desk_is_no_go_by_the_same_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    paths = open_go_root(tmp_path, monkeypatch, whole=True)
    flip, _, word = ALL[what]
    flip(paths)
    monitors.main(["--as-of", CLOCK, "--quiet"])
    given = ("--series", "CPI", "--offline", "--quiet", "--as-of", CLOCK)
    folders = ("--fixtures-root", str(MARKETS), "--driver-fixtures", str(FEEDS))
    assert scan_ladders.main([*given, *folders]) == 3
    verdict = json.loads(paths.go_no_go.read_bytes())["series"]["CPI"]
    assert {each["reason"] for each in verdict["reasons"]} == {word}
