"""What ``pilot_session.json`` says of guard, fills, alerts and refusals, whether held or not."""

from __future__ import annotations

from typing import Any

from kalshi_alpha.core.gates import Verdict
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.exec.monitors.files import read_monitors
from kalshi_alpha.exec.ramp.monitors import read_monitor_set
from kalshi_alpha.exec.session.readiness import PilotTerms
from kalshi_alpha.exec.wiring import Run


def ramp_keys(run: Run, terms: PilotTerms) -> dict[str, Any]:
    """Return the guard's state and the gap of fills: the decision's word, else the monitors'."""
    monitors = read_monitor_set(run.paths, run.clock)
    guard, fills = (
        monitors.row(each, run.family) for each in (Monitor.EV_SEQ_GUARD, Monitor.FILL_REALISM)
    )
    gap = fills.figure if terms.fill_realism_gap is None else terms.fill_realism_gap
    return {
        "size_multiplier": terms.size,
        "bins_bind": terms.bins is not None,
        "cusum_state": terms.cusum_state or guard,
        "fill_realism_gap": gap,
    }


def monitor_alerts(run: Run) -> list[dict[str, Any]]:
    """Return the monitors that alert, each with its cause."""
    documents = read_monitors(run.paths, run.clock.at).documents
    return [
        {"source": "monitor", "alert": name, "detail": found.cause}
        for name, found in sorted(documents.items())
        if found.status is MonitorStatus.ALERT
    ]


def gate_refusals(found: Verdict) -> list[dict[str, Any]]:
    """Return what a verdict refuses the session for."""
    return [
        {"what": "session", "why": f"{each.reason.value}: {each.detail}", "times": 1}
        for each in found.reasons
    ]
