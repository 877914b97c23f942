from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desk import AT, wired
from kalshi_alpha.core.gates import Action, Finding, Reason, Verdict
from kalshi_alpha.exec.session.readiness import PilotTerms
from kalshi_alpha.exec.session.refusal import SessionRefusal, refusal_document, refusal_summary


def test_a_session_that_was_not_held_says_why_and_that_nothing_was_asked(tmp_path: Path) -> None:
    run = replace(wired(tmp_path / "root"), action=Action.LIVE)
    against = (Finding(Reason.RAMP_MISSING, "ramp: missing"),)
    verdict = Verdict(False, Action.LIVE, AT, against, True, False, ())
    refusal = SessionRefusal(run, verdict, PilotTerms(size=0.0))
    document = refusal_document(refusal)
    assert (document["family"], document["orders"], document["trades"]) == ("CPI", 0, [])
    assert document["verdict"]["go"] is False
    assert document["refused"] == [
        {"what": "session", "why": "ramp_missing: ramp: missing", "times": 1}
    ]
    assert document["size_multiplier"] == 0.0
    assert refusal_summary(refusal).splitlines() == [
        "CPI OFFLINE 2024-12-11T11:30:00Z: NO-GO (ramp_missing); no venue was asked",
        "  ramp_missing: ramp: missing",
    ]
