"""The ramp decision on a desk at GO: in order as it is, and with one thing wrong at a time, each
exactly the refusal that belongs to it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk_root import (
    AT,
    CLOCK,
    Flip,
    decide,
    edit_json,
    of_cpi,
    open_go_root,
    words,
)
from evidence_flips import EVIDENCE
from kalshi_alpha.core.ledger.entry import LedgerEntry, LedgerMode
from kalshi_alpha.datastore.atomic import append_lines
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors import cli as monitors
from kalshi_alpha.exec.reports import ramp
from spoilt_tables import no_table


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    return open_go_root(tmp_path, monkeypatch)


def test_a_desk_with_evidence_and_everything_in_order_is_go(paths: Paths) -> None:
    code, found = decide(paths)
    assert code == 0
    assert (found.overall.go, found.overall.no_go, found.overall.decision) == (True, False, "GO")
    assert found.overall.global_reasons == ()
    cpi = found.of("CPI")
    assert cpi is not None
    assert (cpi.go, cpi.safety_go, cpi.evidence_go, cpi.reasons) == (True, True, True, ())
    assert cpi.fills >= 300
    assert cpi.units >= 12
    assert cpi.size_multiplier == 0.25
    assert found.overall.size_multiplier == 0.25
    assert found.freshness.ledger_age_minutes == found.freshness.monitors_age_minutes == 0.0
    assert found.data_freshness.required_feeds_ok


def test_practice_says_so_everywhere_and_no_real_venue_takes_it(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ramp.main(["--as-of", CLOCK])
    assert "\npilot readiness: GO [PRACTICE/SIM]\n" in capsys.readouterr().out
    document = json.loads(paths.pilot_ready.read_bytes())
    assert (document["practice"], document["label"]) == (True, "PRACTICE/SIM")
    assert "**PRACTICE/SIM.**" in paths.pilot_readiness.read_text()
    for env in ("prod", "demo"):
        monkeypatch.setenv("KALSHI_ENV", env)
        assert ramp.main(["--quiet"]) == 2
        assert "practice" in capsys.readouterr().err


def test_practice_rows_never_count_where_the_policy_is_the_real_one(paths: Paths) -> None:
    real = Path(__file__).parents[2] / "configs/ramp.yaml"
    paths.config("ramp").write_bytes(real.read_bytes())
    code, found = decide(paths)
    cpi = found.of("CPI")
    assert cpi is not None
    assert (code, cpi.fills, cpi.units, found.practice) == (3, 0, 0, False)


def test_the_same_clock_gives_the_same_bytes(paths: Paths) -> None:
    decide(paths)
    before = paths.pilot_ready.read_bytes(), paths.pilot_readiness.read_bytes()
    document = json.loads(before[0])
    decide(paths)
    again = json.loads(paths.pilot_ready.read_bytes())
    for each in (document, again):
        del each["inputs"]["previous_decision"]
    assert again == document
    assert paths.pilot_readiness.read_bytes() == before[1]


# --- evidence -----------------------------------------------------------------------------


@pytest.mark.parametrize(("flip", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_lacking_evidence_is_exactly_its_reason(
    paths: Paths, flip: Flip, expected: list[str]
) -> None:
    flip(paths)
    code, found = decide(paths, "--series", "CPI")
    assert words(found) == expected
    cpi = found.of("CPI")
    assert cpi is not None
    assert (code, cpi.go, cpi.size_multiplier) == (3, False, 0.0)
    # Nothing else changed: another family goes on.
    assert words(found, "CLAIMS") == []
    assert found.overall.go


def test_without_closing_mids_consumer_prices_cannot_be_judged(paths: Paths) -> None:
    of_cpi(lambda row: replace(row, close_mid=None))(paths)
    _, found = decide(paths)
    cpi = found.of("CPI")
    assert cpi is not None
    assert "closing_line" in words(found)
    assert (cpi.statistic.declared, cpi.statistic.used) == ("closing_line", "settled")
    assert (cpi.delta_bps_cv, cpi.t_stat_cv) == (cpi.delta_bps, cpi.t_stat)


def test_rows_that_contradict_each_other_stop_their_own_family(paths: Paths) -> None:
    """The newest piece of news of consumer prices lost on both sides of its markets."""
    newest = max(
        (row for row in LedgerStore(paths).entries() if row.family == "CPI" and row.settled_at),
        key=lambda row: row.settled_at or row.placed_at,
    ).risk_unit

    def lose(row: LedgerEntry) -> LedgerEntry:
        return replace(row, outcome=0, payout_e6=0) if row.risk_unit == newest else row

    of_cpi(lose)(paths)
    code, found = decide(paths)
    cpi = found.of("CPI")
    assert cpi is not None
    (reason,) = cpi.reasons
    assert reason.reason == "reading_unreadable"
    assert f"the ledger's rows of {newest} contradict each other" in reason.detail
    assert (cpi.safety_go, cpi.evidence_go, cpi.size_multiplier) == (False, True, 0.0)
    assert (code, words(found, "CLAIMS"), found.overall.global_reasons) == (0, [], ())


@pytest.mark.parametrize(
    "mode", [LedgerMode.OFFLINE, LedgerMode.PAPER, LedgerMode.DEMO, LedgerMode.LIVE]
)
def test_practice_counts_no_other_row(paths: Paths, mode: LedgerMode) -> None:
    of_cpi(lambda row: replace(row, mode=mode))(paths)
    _, found = decide(paths)
    cpi = found.of("CPI")
    assert cpi is not None
    assert (cpi.fills, cpi.units) == (0, 0)


# --- safety -------------------------------------------------------------------------------


def _ledger_of(at: datetime) -> Flip:
    return lambda paths: LedgerStore(paths).upsert([], at)


def _torn(path: Callable[[Paths], Path]) -> Flip:
    def flip(paths: Paths) -> None:
        file = path(paths)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return flip


def _monitor(name: str, **values: Any) -> Flip:
    return lambda paths: edit_json(paths.monitor(name), lambda found: found.update(values))


def _every_monitor(**values: Any) -> Flip:
    def flip(paths: Paths) -> None:
        for path in paths.monitors.glob("*.json"):
            edit_json(path, lambda found: found.update(values))

    return flip


def _no_monitors(paths: Paths) -> None:
    for path in paths.monitors.glob("*.json"):
        path.unlink()


def _three_alerts(paths: Paths) -> None:
    append_lines(
        paths.alert_log,
        [
            json.dumps({"at": f"2024-12-11T11:{minute}:00Z", "monitor": name})
            for minute, name in (("05", "websocket"), ("15", "ev_gap"), ("25", "clock_skew"))
        ],
    )


def _torn_log(paths: Paths) -> None:
    append_lines(paths.alert_log, ['{"at": "2024-12-1'])


def _drawdown(paths: Paths) -> None:
    fall = {"mode": "live", "span": "day", "fallen_usd": "2100", "limit_usd": "2000"}
    edit_json(
        paths.state / "drawdown.json",
        lambda found: found.update(falls=[fall | {"reached": True}]),
    )


def _in_utc(_: Paths) -> None:
    os.environ["TZ"] = "UTC"
    time.tzset()


def _heartbeat_ahead(paths: Paths) -> None:
    edit_json(paths.heartbeat, lambda found: found.update(generated_at="2024-12-11T12:00:00Z"))


def _lower_minimum(paths: Paths) -> None:
    file = paths.config("ramp")
    text = file.read_text()
    assert "min_fills: 300" in text
    file.write_text(text.replace("min_fills: 300", "min_fills: 299"))


OLD = (AT - timedelta(minutes=121)).isoformat()
LATER = (AT + timedelta(minutes=10)).isoformat()
SAFETY: dict[str, tuple[Flip, list[str]]] = {
    "ledger of two hours ago": (_ledger_of(AT - timedelta(minutes=121)), ["ledger_stale"]),
    "no ledger": (lambda paths: paths.ledger_all.unlink(), ["ledger_missing"]),
    "ledger torn": (_torn(lambda paths: paths.ledger_all), ["reading_unreadable"]),
    "ledger of the future": (_ledger_of(AT + timedelta(minutes=10)), ["future_dated"]),
    "monitors of two hours ago": (_every_monitor(generated_at=OLD), ["monitors_stale"]),
    "one monitor of two hours ago": (_monitor("ev_gap", generated_at=OLD), ["monitors_stale"]),
    "no monitors": (_no_monitors, ["monitors_missing"]),
    "one monitor missing": (
        lambda paths: paths.monitor("websocket").unlink(),
        ["monitors_missing"],
    ),
    "a monitor torn": (_torn(lambda paths: paths.monitor("drawdown")), ["reading_unreadable"]),
    "a monitor of the future": (_monitor("drawdown", generated_at=LATER), ["future_dated"]),
    "a monitor of a later version": (_monitor("drawdown", schema=99), ["newer_schema"]),
    "drawdown": (_drawdown, ["drawdown"]),
    "the drawdown monitor": (
        _monitor("drawdown", status="ALERT", blocks=True, cause="$2,100 of $2,000"),
        ["drawdown"],
    ),
    "panic": (_three_alerts, ["panic_backoff"]),
    "a torn alert log": (_torn_log, ["panic_backoff"]),
    "no gasoline": (lambda paths: no_table("aaa_gas")(paths.root), ["STALE_FEEDS"]),
    "kill switch": (
        lambda paths: set_kill_switch(paths.kill_switch, AT, "a test"),
        ["kill_switch"],
    ),
    "machine in another zone": (_in_utc, ["tz_not_et"]),
    "heartbeat of the future": (_heartbeat_ahead, ["heartbeat_stale"]),
    "a minimum lowered": (_lower_minimum, ["config_weakened"]),
    "websocket": (_monitor("websocket", status="ALERT", blocks=True), ["monitor_alert"]),
}
_NO_ROWS = {"insufficient_fills", "insufficient_units", "insufficient_delta_bps"} | {
    "insufficient_t_stat"
}


@pytest.mark.parametrize(("flip", "expected"), SAFETY.values(), ids=SAFETY)
def test_one_thing_wrong_stops_every_series_with_exactly_its_reason(
    paths: Paths, flip: Flip, expected: list[str]
) -> None:
    flip(paths)
    code, found = decide(paths)
    assert list(found.overall.global_reasons) == expected
    assert (code, found.overall.go, found.overall.no_go) == (3, False, True)
    assert found.overall.size_multiplier == 0.0
    for each in found.series:
        assert expected[0] in {row.reason for row in each.reasons}
        assert (each.go, each.safety_go, each.size_multiplier) == (False, False, 0.0)
    # Where the ledger itself cannot be read there is no evidence either, and that is said.
    assert set(words(found)) - _NO_ROWS == set(expected)
    assert "remedy" in paths.pilot_readiness.read_text()


def _looser_feed(paths: Paths) -> None:
    file = paths.config("freshness")
    text = file.read_text()
    assert "grace_minutes: 60" in text
    file.write_text(text.replace("grace_minutes: 60", "grace_minutes: 61", 1))


def _in_order(_: Paths) -> None:
    """Leave everything as it is."""


@pytest.mark.parametrize(
    ("flip", "word"),
    [
        (SAFETY["kill switch"][0], "kill_switch"),
        (SAFETY["machine in another zone"][0], "tz_not_et"),
        (SAFETY["heartbeat of the future"][0], "heartbeat_stale"),
        (SAFETY["no gasoline"][0], "STALE_FEEDS"),
        (_looser_feed, "config_weakened"),
        (_in_order, ""),
    ],
)
def test_one_fault_that_monitors_saw_too_is_one_line(paths: Paths, flip: Flip, word: str) -> None:
    flip(paths)
    monitors.main(["--as-of", CLOCK, "--quiet"])
    _, found = decide(paths)
    assert [row.reason for row in found.overall.global_details] == ([word] if word else [])


def test_a_sequential_alert_stops_its_own_series(paths: Paths) -> None:
    state = {"status": "ALERT", "figure": 1.2, "threshold": 1, "cause": "CUSUM 7.2 of 6.0"}
    calm = {"status": "OK", "figure": 0.1, "threshold": 1, "cause": ""}
    _monitor("ev_seq_guard", status="ALERT", blocks=True, series={"CPI": state, "CLAIMS": calm})(
        paths
    )
    code, found = decide(paths)
    assert (words(found), words(found, "CLAIMS")) == (["sequential_alert"], [])
    assert found.overall.sequential_alert_series == ("CPI",)
    assert (code, found.overall.go, found.overall.global_reasons) == (0, True, ())
    cpi = found.of("CPI")
    assert cpi is not None
    assert (cpi.cusum_state.status, cpi.cusum_state.figure) == ("ALERT", 1.2)
    assert decide(paths, "--series", "CPI")[0] == 3


def test_a_frozen_series_is_refused_and_others_go_on(paths: Paths) -> None:
    code, found = decide(paths, at="2024-12-11T13:25:00Z")
    assert (words(found), words(found, "CLAIMS")) == (["freeze_window"], [])
    assert "CPI" in found.overall.freeze_violation_series
    assert (code, found.overall.go) == (0, True)


def test_a_memo_lifts_panic_and_nothing_lifts_stale_feeds(paths: Paths) -> None:
    _three_alerts(paths)
    memo = {"schema": 2, "generated_at": CLOCK, "who": "ops", "why": "a test"}
    memo |= {"reason": "panic_backoff", "until": "2024-12-11T20:00:00Z"}
    paths.memos.mkdir(parents=True)
    (paths.memos / "panic.json").write_text(json.dumps(memo))
    assert decide(paths)[1].overall.go
    no_table("aaa_gas")(paths.root)
    assert decide(paths)[1].overall.global_reasons == ("STALE_FEEDS",)
