"""The desk's verdict by the gate, and what is decided of each family."""

from __future__ import annotations

from typing import Any

import msgspec

from desk_root import AT, decided_at_go
from kalshi_alpha.core.errors import DataError, MissingData
from kalshi_alpha.core.gates import Fault, Finding, Reading, ReadingName, Reason
from kalshi_alpha.exec.desk.verdicts import (
    decided_at,
    desk_verdict,
    ramp_reading,
    reason_seen,
    series_seen,
)
from kalshi_alpha.exec.ramp.readiness import Readiness

GO = msgspec.json.decode(decided_at_go(), type=Readiness)
NEEDED = (
    *(ReadingName.CONFIG, ReadingName.KILL_SWITCH, ReadingName.TIME_ZONE, ReadingName.FEEDS),
    *(ReadingName.PANIC, ReadingName.DRAWDOWN, ReadingName.MONITORS, ReadingName.LEDGER),
)


def readings(*more: Reading) -> list[Reading]:
    return [*map(Reading, NEEDED), *more]


def changed(**fields: Any) -> Readiness:
    tree = msgspec.to_builtins(GO)
    tree["overall"] |= fields
    return msgspec.convert(tree, Readiness)


def test_a_fresh_go_with_nothing_against_it_is_go() -> None:
    found = desk_verdict(readings(ramp_reading(GO, AT)), (), AT, 0.25)
    assert (found.go, found.decision, found.reasons) == (True, "GO", ())
    assert (found.safety_go, found.evidence_go, found.size_multiplier) == (True, True, 0.25)


def test_a_desk_without_a_decision_is_no_go_for_that_reason() -> None:
    missing: DataError = MissingData("/desk/reports/pilot_ready.json is not there")
    given = readings(ramp_reading(missing, AT))
    found = desk_verdict(given, (), AT, None, lambda said: said.replace("/desk/", ""))
    assert [each.reason for each in found.reasons] == ["ramp_missing"]
    assert found.reasons[0].detail.endswith("missing, reports/pilot_ready.json is not there")
    assert "pilot-readiness" in found.reasons[0].remedy


def test_a_decision_that_contradicts_itself_is_no_go() -> None:
    reading = ramp_reading(changed(decision="NO-GO"), AT)
    assert [each.reason for each in reading.findings] == [Reason.READING_UNREADABLE]
    assert "contradicts itself" in reading.findings[0].detail


def test_a_no_go_without_a_reason_is_believed() -> None:
    tree = msgspec.to_builtins(GO)
    tree["overall"] |= {"go": False, "no_go": True, "decision": "NO-GO", "size_multiplier": 0.0}
    for each in tree["series"]:
        each |= {"go": False, "decision": "NO-GO", "size_multiplier": 0.0, "size_day_start": None}
    reading = ramp_reading(msgspec.convert(tree, Readiness), AT)
    assert reading.findings
    assert all(each.reason is Reason.READING_UNREADABLE for each in reading.findings)


STALE = {"reason": "STALE_FEEDS", "detail": "aaa_gas.daily MISSING"}
STOPPED: dict[str, Any] = {"global_reasons": ("STALE_FEEDS",), "global_details": (STALE,)}
NO_GO: dict[str, Any] = {"go": False, "decision": "NO-GO", "size_multiplier": 0.0}
UNFILLED = {"reason": "insufficient_fills", "detail": "CPI: 0, minimum 300"}


def stopped(evidence: dict[str, bool]) -> Readiness:
    """A desk that a stale feed stops, with families of which some have shown no edge."""
    tree = msgspec.to_builtins(GO)
    tree["overall"] |= STOPPED | NO_GO | {"no_go": True}
    one = tree["series"][0] | NO_GO | {"size_day_start": None, "safety_go": False}
    tree["series"] = [
        one
        | {"series": family, "evidence_go": proven}
        | {"reasons": (STALE,) if proven else (STALE, UNFILLED)}
        for family, proven in evidence.items()
    ]
    return msgspec.convert(tree, Readiness)


def test_what_stops_the_whole_desk_does_not_hide_that_no_family_has_evidence() -> None:
    reading = ramp_reading(stopped({"CPI": False, "TENY": False}), AT)
    found = desk_verdict(readings(reading), (), AT, 0.0)
    assert (found.safety_go, found.evidence_go) == (False, False)
    assert ("insufficient_fills", "CPI: 0, minimum 300") in [
        (each.reason, each.detail) for each in found.reasons
    ]


def test_the_desk_has_evidence_if_one_of_its_families_has() -> None:
    reading = ramp_reading(stopped({"CPI": True, "TENY": False}), AT)
    found = desk_verdict(readings(reading), (), AT, 0.0)
    assert (found.safety_go, found.evidence_go) == (False, True)


def test_a_decision_on_no_family_is_no_evidence() -> None:
    found = desk_verdict(readings(ramp_reading(stopped({}), AT)), (), AT, 0.0)
    assert (found.safety_go, found.evidence_go) == (False, False)


def test_what_any_reading_says_against_the_desk_is_a_reason() -> None:
    killed = Reading(
        ReadingName.KILL_SWITCH, (Finding(Reason.KILL_SWITCH, "set"),), detail="second"
    )
    found = desk_verdict(readings(ramp_reading(GO, AT), killed), (), AT, 0.25)
    assert [each.reason for each in found.reasons] == ["kill_switch"]
    torn = Reading(ReadingName.LEDGER, fault=Fault.UNREADABLE)
    assert not desk_verdict(readings(ramp_reading(GO, AT), torn), (), AT, 0.25).go


def test_families_carry_the_ramps_word_and_the_scans() -> None:
    scan = {
        "generated_at": "2024-12-11T11:30:00Z",
        "mode": "PAPER",
        "go": False,
        "reasons": [{"reason": "STALE_FEEDS", "detail": "aaa_gas.daily MISSING"}],
    }
    cpi, weather = series_seen(("CPI", "WEATHER"), GO, {"CPI": scan}, ())
    assert (cpi.ramp_go, cpi.scan_go, cpi.scan_mode, cpi.scan_at) == (True, False, "PAPER", AT)
    assert [(each.reason, each.series) for each in cpi.reasons] == [("STALE_FEEDS", "CPI")]
    assert (weather.scan_go, weather.scan_at) == (None, None)
    assert series_seen(("CPI",), None, {}, ())[0].ramp_decision == "no decision"


def test_a_word_of_another_version_has_no_remedy() -> None:
    assert reason_seen("of_later", "said\nmore").remedy == ""
    assert reason_seen("of_later", "said\nmore").detail == "said"
    assert decided_at({"generated_at": "soon"}) is None
