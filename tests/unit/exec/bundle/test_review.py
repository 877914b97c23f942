from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bundle_root import AT, make_root, monitor, readiness, series, write_readiness
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.bundle.members import gather
from kalshi_alpha.exec.bundle.review import Review, review
from kalshi_alpha.exec.ramp.readiness import ReasonRow


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return make_root(tmp_path)


def reviewed(paths: Paths) -> Review:
    return review(paths, gather(paths, AT, ("CPI",), tuple(Monitor)), AT, ClockSource.SYSTEM)


def no_go(word: str, detail: str = "") -> Callable[[Paths], None]:
    row = ReasonRow(reason=word, detail=detail)
    refused = series(decision="NO-GO", go=False, size_multiplier=0.0, reasons=(row,))
    changes = {"go": False, "no_go": True, "decision": "NO-GO", "size_multiplier": 0.0}
    return lambda paths: write_readiness(paths, readiness(refused, **changes))


def alert(name: str, **changes: object) -> Callable[[Paths], None]:
    spoilt = monitor(name, status="ALERT", cause="it is", blocks=True, **changes)
    return lambda paths: write_json(paths.monitor(name), spoilt)


def test_a_desk_in_order_is_go_for_the_families_that_the_ramp_lets_go(paths: Paths) -> None:
    found = reviewed(paths)
    assert (found.go, found.going, found.findings, found.rationale) == (True, ("CPI",), (), ())
    assert found.session is not None
    assert found.session.family == "CPI"


FLIPS: dict[str, tuple[Callable[[Paths], None], str]] = {
    "the kill switch": (lambda p: set_kill_switch(p.kill_switch, AT), "kill_switch"),
    "no readiness": (lambda p: p.pilot_ready.unlink(), "ramp_missing"),
    "a torn readiness": (lambda p: _cut(p.pilot_ready), "reading_unreadable"),
    "an old readiness": (
        lambda p: write_readiness(p, readiness(generated_at=AT - timedelta(minutes=121))),
        "ramp_stale",
    ),
    "a readiness of the future": (
        lambda p: write_readiness(p, readiness(generated_at=AT + timedelta(minutes=1))),
        "future_dated",
    ),
    "too few fills": (no_go("insufficient_fills", "3, minimum 300"), "insufficient_fills"),
    "a reason of another version": (no_go("moon_phase"), "reading_unreadable"),
    "a GO without a family": (
        lambda p: write_readiness(p, readiness(series(go=False, size_multiplier=0.0))),
        "reading_unreadable",
    ),
    "panic in the summary": (
        lambda p: write_json(p.monitor("summary"), monitor("summary", panic_backoff=True)),
        "panic_backoff",
    ),
    "no monitor": (lambda p: p.monitor("drawdown").unlink(), "monitors_missing"),
    "an old monitor": (
        lambda p: write_json(
            p.monitor("heartbeat"), monitor("heartbeat", generated_at=AT - timedelta(hours=3))
        ),
        "monitors_stale",
    ),
    "a monitor of a set clock": (
        lambda p: write_json(p.monitor("heartbeat"), monitor("heartbeat", clock_source="set")),
        "reading_unreadable",
    ),
    "a drawdown": (alert("drawdown"), "drawdown"),
    "a sequential alert": (alert("ev_seq_guard"), "sequential_alert"),
    "stale feeds": (alert("freshness"), "STALE_FEEDS"),
    "a stream that breaks": (alert("websocket"), "monitor_alert"),
}


def test_a_readiness_that_contradicts_itself_is_refused(paths: Paths) -> None:
    write_readiness(paths, readiness(panic_backoff=True))
    assert [each.reason.value for each in reviewed(paths).findings] == [
        "panic_backoff",
        "reading_unreadable",
    ]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize("what", FLIPS)
def test_one_thing_that_is_wrong_is_no_go_with_exactly_that_reason(paths: Paths, what: str) -> None:
    spoil, word = FLIPS[what]
    spoil(paths)
    found = reviewed(paths)
    assert [each.reason.value for each in found.findings] == [word]
    assert (found.go, found.going) == (False, ())
    assert str(paths.root) not in "".join(found.rationale)


def test_what_speaks_against_all_is_said_once_and_what_families_share_together(
    paths: Paths,
) -> None:
    stale, few = ReasonRow(reason="STALE_FEEDS", detail="gas"), "insufficient_fills"
    rows = {
        name: (stale, ReasonRow(reason=few, detail=f"{name}: 0, minimum 300"))
        for name in ("CPI", "CLAIMS")
    }
    refused = [
        series(name, go=False, size_multiplier=0.0, reasons=reasons)
        for name, reasons in rows.items()
    ]
    changes = {"go": False, "no_go": True, "global_details": (stale,)}
    write_readiness(paths, readiness(*refused, **changes))
    assert reviewed(paths).rationale == (
        "STALE_FEEDS: gas",
        "insufficient_fills: CPI, CLAIMS: 0, minimum 300",
    )


def test_a_family_that_is_stopped_alone_does_not_stop_the_others(paths: Paths) -> None:
    write_readiness(paths, readiness(series("CPI"), series("CLAIMS")))
    frozen = {"status": "ALERT", "figure": 1.0, "threshold": 0.0, "cause": "frozen"}
    well = {**frozen, "status": "OK", "cause": ""}
    alert("freeze_window", series={"CPI": frozen, "CLAIMS": well})(paths)
    assert reviewed(paths).going == ("CLAIMS",)
    alert("freeze_window", series={"CPI": frozen, "CLAIMS": frozen})(paths)
    assert reviewed(paths).rationale == ("freeze_window: freeze_window: frozen",)


def test_a_decision_that_is_too_old_is_shown_all_the_same(paths: Paths) -> None:
    write_readiness(paths, readiness(generated_at=AT - timedelta(hours=9)))
    found = reviewed(paths)
    assert found.readiness is not None
    assert found.readiness_fault.startswith("expired")


def test_a_session_that_cannot_be_read_is_none(paths: Paths) -> None:
    paths.pilot_session.write_text("[]")
    assert reviewed(paths).session is None
