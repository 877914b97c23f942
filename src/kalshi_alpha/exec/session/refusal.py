"""A session that was refused before any venue was asked, and what it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kalshi_alpha.core.gates import Verdict
from kalshi_alpha.exec.artifacts import head, verdict_document
from kalshi_alpha.exec.session.readiness import PilotTerms
from kalshi_alpha.exec.session.session_keys import gate_refusals, monitor_alerts, ramp_keys
from kalshi_alpha.exec.wiring import Run


@dataclass(frozen=True, slots=True)
class SessionRefusal:
    """A session that its own disk spoke against: no venue was asked.

    Attributes
    ----------
    run, verdict, terms
        What was to be held, what speaks against it, and what the ramp allowed.
    """

    run: Run
    verdict: Verdict
    terms: PilotTerms


def refusal_document(refusal: SessionRefusal) -> dict[str, Any]:
    """Return what ``pilot_session.json`` holds of a session that was not held."""
    return {
        **head(refusal.run),
        "family": refusal.run.family,
        "verdict": verdict_document(refusal.verdict),
        "orders": 0,
        "orders_filled": 0,
        "contracts_filled": "0.00",
        "delta_bps": None,
        "t_stat": None,
        **ramp_keys(refusal.run, refusal.terms),
        "alerts_summary": monitor_alerts(refusal.run),
        "refused": gate_refusals(refusal.verdict),
        "trades": [],
    }


def refusal_summary(refusal: SessionRefusal) -> str:
    """Return one screen: what speaks against the session, and that nothing was asked."""
    run, found = refusal.run, refusal.verdict
    said = f"NO-GO ({', '.join(found.words)}); no venue was asked"
    head_line = f"{run.family} {run.mode} {run.clock.at:%Y-%m-%dT%H:%M:%SZ}: {said}"
    details = (f"  {each.reason.value}: {each.detail}" for each in found.reasons)
    return "\n".join([head_line, *details])
