"""``README_pilot.md``: what the reader of a bundle checks, with the verdict and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from kalshi_alpha.core.gates import Reason, describe
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.exec.bundle.review import Review
from kalshi_alpha.exec.monitors.files import MonitorFiles
from kalshi_alpha.exec.ramp.readiness import BinRow, Readiness

_PROVEN = "✓"
_REJECTS = ("reject", "rate_limited", "unknown")
_STREAM = ("ws_disconnect", "ws_gap", "ws_stall", "ws_error")
_HEALTH = {
    Monitor.WEBSOCKET: "websocket health",
    Monitor.AUTH_ERROR_STREAK: "auth health",
}
_OF_THE_RAMP = (
    *("against all series", "EV honesty", "CuSum", "freeze violations", "drawdown"),
    *("age of the ledger", "age of the monitors", "data freshness"),
)

Item = tuple[bool, str, str]
"""Whether it is in order, what was checked, and what was found."""


def pilot_readme(review: Review) -> str:
    """Render the page; the same review gives the same bytes."""
    sections = (_verdict(review), _checklist(review), _honesty(review), _absent(review))
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _verdict(review: Review) -> Iterator[str]:
    yield "# Pilot bundle"
    yield ""
    yield f"Made at {review.at:%Y-%m-%dT%H:%M:%SZ}, clock {review.clock_source}."
    readiness = review.readiness
    if readiness is not None and readiness.practice:
        yield ""
        yield f"**{readiness.label}.** It rests on practice and allows no money to be sent."
    yield ""
    yield f"## Final verdict: {'GO' if review.go else 'NO-GO'}"
    yield ""
    if review.go:
        yield (
            f"Nothing speaks against a pilot of {', '.join(review.going)}: the ramp's decision, "
            "the monitors and the kill switch were read and agree."
        )
        return
    yield "What speaks against a pilot, each with its remedy:"
    yield ""
    for reason, findings in groupby(review.findings, key=lambda each: each.reason):
        yield f"- **{reason.value}**. {describe(reason).remedy}"
        yield from (f"    - {_line(each.detail)}" for each in findings)


def _checklist(review: Review) -> Iterator[str]:
    yield "## Checklist"
    yield ""
    items = [*_ramp_items(review), *_monitor_items(review), *_session_items(review)]
    for well, what, said in items:
        yield f"- [{'x' if well else ' '}] **{what}**: {_line(said)}"


def _ramp_items(review: Review) -> Iterator[Item]:
    found = review.readiness
    if found is None:
        yield False, "readiness", review.readiness_fault or "not known"
        for what in _OF_THE_RAMP:
            yield False, what, "not known without a readiness to go by"
        return
    if review.readiness_fault:
        yield False, "readiness may be relied on", review.readiness_fault
    overall = found.overall
    when = f"{found.generated_at:%Y-%m-%dT%H:%M:%SZ}"
    said = (
        f"{overall.decision} of {when}, overall.go {_word(yes=overall.go)}, overall.no_go "
        f"{_word(yes=overall.no_go)}, size multiplier {overall.size_multiplier:.2f}"
    )
    yield overall.go and not overall.no_go, "readiness", said
    page = (
        "is that of pilot_ready.json" if review.page_is_its else "is absent or of another decision"
    )
    yield review.page_is_its, "pilot_readiness.md", page
    yield not overall.global_reasons, "against all series", _names(overall.global_reasons)
    for each in found.series:
        words = _names(tuple(dict.fromkeys(row.reason for row in each.reasons)))
        yield each.go, f"series {each.series}", f"{each.decision}, reasons: {words}"
    yield _honesty_item(found)
    yield _cusum_item(found)
    frozen = overall.freeze_violation_series
    yield not frozen, "freeze violations", _names(frozen)
    yield from _drawdown(found)
    yield from _freshness(found)


def _honesty_item(found: Readiness) -> Item:
    bins = [each for family in found.series for each in family.ev_honesty_bins]
    flagged = [each for each in bins if _flag(each)]
    if not bins:
        return False, "EV honesty", "no bin has a settled fill"
    said = f"{len(flagged)} bins below full trust, listed below" if flagged else "no bin is flagged"
    return not flagged, "EV honesty", said


def _cusum_item(found: Readiness) -> Item:
    alerts = found.overall.sequential_alert_series
    states = [f"{each.series} {each.cusum_state.status}" for each in found.series]
    well = bool(found.series) and all(each.cusum_state.status == "OK" for each in found.series)
    said = f"sequential alerts: {_names(alerts)}; {', '.join(states) or 'no series'}"
    return well and not alerts, "CuSum", said


def _drawdown(found: Readiness) -> Iterator[Item]:
    well = bool(found.series) and all(each.drawdown.status == "OK" for each in found.series)
    said = [f"{each.series} {each.drawdown.status} {each.drawdown.cause}" for each in found.series]
    yield well, "drawdown", "; ".join(line.strip() for line in said) or "no series"


def _freshness(found: Readiness) -> Iterator[Item]:
    ages = found.freshness
    yield _age_item("age of the ledger", ages.ledger_age_minutes, found, "max_ledger_age_minutes")
    yield _age_item(
        "age of the monitors", ages.monitors_age_minutes, found, "max_monitors_age_minutes"
    )
    feeds = found.data_freshness
    wrong = [
        f"{row.get('feed')} {row.get('status')}"
        for row in feeds.feeds
        if row.get("status") != "OK" and row.get("required")
    ]
    said = "required feeds are in order" if feeds.required_feeds_ok else "STALE_FEEDS"
    yield feeds.required_feeds_ok, "data freshness", ", ".join([said, *wrong])


def _age_item(what: str, age: float | None, found: Readiness, policy: str) -> Item:
    limit = found.policy.get(policy)
    if age is None or not isinstance(limit, int | float):
        return False, what, "not known"
    # Stated as what must hold, so that a NaN fails too.
    said = f"{age:.0f} minutes at the decision, at most {limit:.0f}"
    return 0.0 <= age <= limit, what, said


def _monitor_items(review: Review) -> Iterator[Item]:
    panic = [each for each in review.findings if each.reason is Reason.PANIC_BACKOFF]
    yield not panic, "panic backoff", "; ".join(each.detail for each in panic) or "none stated"
    switch = "ON, or it cannot be told" if review.kill_switch_on else "off"
    yield not review.kill_switch_on, "kill switch", switch
    for monitor in Monitor:
        yield _monitor_item(_HEALTH.get(monitor, f"monitor {monitor}"), review.monitors, monitor)


def _monitor_item(what: str, files: MonitorFiles, monitor: Monitor) -> Item:
    said = files.documents.get(monitor)
    if said is None:
        _, why = files.problems.get(monitor, (None, "its file is not there"))
        return False, what, f"not known: {why}"
    when = f"{said.generated_at:%Y-%m-%dT%H:%M:%SZ}"
    cause = f": {said.cause}" if said.cause else ""
    blocks = ", blocks trading" if said.blocks else ""
    return said.status is MonitorStatus.OK, what, f"{said.status} at {when}{blocks}{cause}"


def _session_items(review: Review) -> Iterator[Item]:
    session = review.session
    if session is None:
        yield False, "last pilot session", "none that can be read"
    else:
        alerts = session.alerts_summary or ()
        said = (
            f"{session.family} {session.mode} of {session.generated_at:%Y-%m-%dT%H:%M:%SZ}, "
            f"{len(alerts) if isinstance(alerts, list | dict) else 0} alerts"
        )
        yield not alerts, "last pilot session", said
    yield _telemetry_item(review, "rejects in the telemetry", _REJECTS)
    yield _telemetry_item(review, "auth errors in the telemetry", ("auth_error",))
    yield _telemetry_item(review, "stream faults in the telemetry", _STREAM)


def _telemetry_item(review: Review, what: str, events: Sequence[str]) -> Item:
    if not review.events:
        return False, what, "there is no telemetry in the bundle"
    counts = {event: review.events.get(event, 0) for event in events}
    said = ", ".join(f"{event} {count}" for event, count in counts.items())
    return not any(counts.values()), what, said


def _honesty(review: Review) -> Iterator[str]:
    yield "## EV honesty flags"
    yield ""
    if review.readiness is None:
        yield "Not known: there is no readiness to go by."
        return
    flagged = [
        f"- {each.series} {bin_.side.value} {bin_.price_bucket} {bin_.lead_bucket}: {_flag(bin_)}"
        for each in review.readiness.series
        for bin_ in each.ev_honesty_bins
        if _flag(bin_)
    ]
    yield from flagged or ["No bin is flagged."]


def _flag(row: BinRow) -> str:
    """Return why a bin is not fully trusted; empty if it is."""
    flags = [f"badge {row.badge}"] if row.badge != _PROVEN else []
    flags += [f"weight {row.weight:.2f}"] if row.weight < 1.0 else []
    flags += [f"cap {row.cap:.2f}"] if row.cap < 1.0 else []
    flags += [f"lots {row.cap_lots}"] if row.cap_lots is not None else []
    return ", ".join(flags)


def _absent(review: Review) -> Iterator[str]:
    yield "## Not in this bundle"
    yield ""
    if not review.absent:
        yield "Nothing is missing. `manifest.json` lists every file with its hash."
        return
    for each in review.absent:
        yield f"- `{each.name}`: {_line(each.why)}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _word(*, yes: bool) -> str:
    return "true" if yes else "false"


def _line(text: str) -> str:
    """Return foreign text as one line that Markdown shows as it is."""
    return " ".join(text.split()).replace("<", "&lt;").replace(">", "&gt;")
