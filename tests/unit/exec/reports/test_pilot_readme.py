from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bundle_root import (
    AT,
    honesty_bin,
    make_root,
    monitor,
    readiness,
    series,
    telemetry_line,
    write_readiness,
    write_telemetry,
)
from kalshi_alpha.core.gates import Finding, Reason, describe
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.bundle.members import gather
from kalshi_alpha.exec.bundle.review import Review, review
from kalshi_alpha.exec.ramp.readiness import MonitorRow
from kalshi_alpha.exec.reports.pilot_readme import pilot_readme


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return make_root(tmp_path)


def reviewed(paths: Paths) -> Review:
    parts = gather(paths, AT, ("CPI",), (*Monitor, "summary"))
    return review(paths, parts, AT, ClockSource.SYSTEM)


def item(text: str, what: str) -> str:
    (line,) = [each for each in text.splitlines() if f"] **{what}**" in each]
    return line


def test_a_desk_in_order_is_go_and_every_box_is_ticked(paths: Paths) -> None:
    text = pilot_readme(reviewed(paths))
    assert "## Final verdict: GO" in text
    assert "a pilot of CPI" in text
    assert "- [ ]" not in text
    assert "Nothing is missing" in text
    assert "No bin is flagged." in text


@pytest.mark.parametrize(
    "what",
    [
        *("readiness", "against all series", "series CPI", "EV honesty", "CuSum"),
        *(
            "freeze violations",
            "drawdown",
            "age of the ledger",
            "age of the monitors",
            "data freshness",
        ),
        *("panic backoff", "kill switch", "websocket health", "auth health"),
        *("monitor ev_seq_guard", "monitor freeze_window", "monitor kill_switch"),
        *("last pilot session", "rejects in the telemetry", "auth errors in the telemetry"),
    ],
)
def test_the_checklist_has_what_a_review_asks_for(paths: Paths, what: str) -> None:
    assert item(pilot_readme(reviewed(paths)), what).startswith("- [x]")


def test_an_empty_root_is_no_go_and_ticks_nothing_but_what_it_knows(tmp_path: Path) -> None:
    text = pilot_readme(reviewed(Paths(tmp_path)))
    ticked = [line for line in text.splitlines() if line.startswith("- [x]")]
    assert ticked == ["- [x] **panic backoff**: none stated", "- [x] **kill switch**: off"]
    for what in ("EV honesty", "CuSum", "drawdown", "data freshness", "websocket health"):
        assert item(text, what).startswith("- [ ]")
    assert "- `reports/pilot_ready.json`: is not there" in text


def test_the_rationale_names_each_reason_with_its_remedy(paths: Paths) -> None:
    found = replace(reviewed(paths), findings=(Finding(Reason.DRAWDOWN, "CPI: <b>\nfell"),))
    text = pilot_readme(found)
    assert "## Final verdict: NO-GO" in text
    remedy = describe(Reason.DRAWDOWN).remedy
    assert f"- **drawdown**. {remedy}\n    - CPI: &lt;b&gt; fell\n" in text


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"badge": "✗"}, "badge ✗"),
        ({"weight": 0.5}, "weight 0.50"),
        ({"cap": 0.25}, "cap 0.25"),
        ({"cap_lots": 1}, "lots 1"),
    ],
)
def test_a_bin_that_is_not_fully_trusted_is_flagged(
    paths: Paths, changes: dict[str, Any], flag: str
) -> None:
    write_readiness(paths, readiness(series(ev_honesty_bins=(honesty_bin(**changes),))))
    text = pilot_readme(reviewed(paths))
    assert item(text, "EV honesty") == (
        "- [ ] **EV honesty**: 1 bins below full trust, listed below"
    )
    assert f"- CPI no .3-.7 2-24h: {flag}" in text


def test_sequential_alerts_freezes_and_drawdowns_are_told_by_family(paths: Paths) -> None:
    worse = series(
        cusum_state=MonitorRow(status="ALERT"), drawdown=MonitorRow(status="ALERT", cause="$2,400")
    )
    changes = {"sequential_alert_series": ("CPI",), "freeze_violation_series": ("CPI",)}
    write_readiness(paths, readiness(worse, **changes))
    text = pilot_readme(reviewed(paths))
    assert item(text, "CuSum") == "- [ ] **CuSum**: sequential alerts: CPI; CPI ALERT"
    assert item(text, "freeze violations") == "- [ ] **freeze violations**: CPI"
    assert item(text, "drawdown") == "- [ ] **drawdown**: CPI ALERT $2,400"


def test_a_family_without_a_settled_fill_has_nothing_to_tick(paths: Paths) -> None:
    quiet = series(ev_honesty_bins=(), cusum_state=MonitorRow(status="NO_DATA"))
    write_readiness(paths, readiness(quiet))
    text = pilot_readme(reviewed(paths))
    assert item(text, "EV honesty") == "- [ ] **EV honesty**: no bin has a settled fill"
    assert item(text, "CuSum") == "- [ ] **CuSum**: sequential alerts: none; CPI NO_DATA"


def test_an_age_beyond_the_policy_or_of_nothing_is_not_ticked(paths: Paths) -> None:
    found = reviewed(paths)
    assert found.readiness is not None
    ages = msgspec.structs.replace(
        found.readiness.freshness, ledger_age_minutes=121.0, monitors_age_minutes=None
    )
    old = msgspec.structs.replace(found.readiness, freshness=ages)
    text = pilot_readme(replace(found, readiness=old))
    said = "121 minutes at the decision, at most 120"
    assert item(text, "age of the ledger") == f"- [ ] **age of the ledger**: {said}"
    assert item(text, "age of the monitors") == "- [ ] **age of the monitors**: not known"


def test_a_page_of_another_decision_is_not_ticked(paths: Paths) -> None:
    paths.pilot_readiness.write_text("# Pilot readiness: GO\n")
    assert "of another decision" in item(pilot_readme(reviewed(paths)), "pilot_readiness.md")


def test_rejects_auth_errors_and_stream_faults_are_counted(paths: Paths) -> None:
    lines = [telemetry_line(n, event) for n, event in enumerate(("reject", "auth_error", "ws_gap"))]
    write_telemetry(paths, 0, *lines)
    text = pilot_readme(reviewed(paths))
    assert "reject 1" in item(text, "rejects in the telemetry")
    assert "auth_error 1" in item(text, "auth errors in the telemetry")
    assert "ws_gap 1" in item(text, "stream faults in the telemetry")
    assert "[x]" not in item(text, "auth errors in the telemetry")


def test_a_monitor_that_alerts_says_why_and_one_that_is_torn_is_not_known(paths: Paths) -> None:
    write_json(
        paths.monitor("websocket"),
        monitor("websocket", status="ALERT", cause="seven disconnects", blocks=True),
    )
    paths.monitor("auth_error_streak").write_text("{")
    text = pilot_readme(reviewed(paths))
    assert item(text, "websocket health").endswith("blocks trading: seven disconnects")
    assert "not known" in item(text, "auth health")


def test_practice_is_said_above_the_verdict(paths: Paths) -> None:
    write_readiness(paths, readiness(practice=True))
    assert "allows no money" in pilot_readme(reviewed(paths)).partition("## Final verdict")[0]


def test_a_decision_that_is_too_old_is_no_decision(paths: Paths) -> None:
    text = pilot_readme(replace(reviewed(paths), readiness_fault="expired: of yesterday"))
    assert item(text, "readiness may be relied on").endswith("expired: of yesterday")
