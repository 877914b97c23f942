"""``pilot_readiness.md``: the ramp decision as an operator reads it; the one renderer of that page.

The same decision always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kalshi_alpha.core.gates import Reason, describe
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.ramp.readiness import MonitorRow, Readiness, ReasonRow, SeriesReadiness
from kalshi_alpha.exec.reports.markdown import table

_NONE = "-"


def readiness_page(readiness: Readiness) -> str:
    """Return the page."""
    return "\n".join(_page(readiness)) + "\n"


def _page(found: Readiness) -> Iterator[str]:
    overall = found.overall
    yield f"# Pilot readiness: {overall.decision}"
    yield ""
    if found.practice:
        yield f"**{found.label}.** This decision rests on practice and allows no money to be sent."
        yield ""
    yield (
        f"At {new_york(found.generated_at):%Y-%m-%d %H:%M:%S} ET, clock {found.clock_source}. "
        f"Size multiplier {overall.size_multiplier:.2f}."
    )
    yield ""
    yield from _verdict(found)
    yield from _series_table(found.series)
    for each in found.series:
        yield from _series(each)
    yield from _freshness(found)
    yield from _policy(found)


def _verdict(found: Readiness) -> Iterator[str]:
    overall = found.overall
    ages = found.freshness
    yield "## Verdict"
    yield ""
    going = [each.series for each in found.series if each.go]
    yield f"- GO: {', '.join(going) if overall.go else 'no series'}"
    yield f"- against all series: {', '.join(overall.global_reasons) or 'nothing'}"
    yield f"- sequential alert: {', '.join(overall.sequential_alert_series) or 'no series'}"
    yield f"- freeze window: {', '.join(overall.freeze_violation_series) or 'no series'}"
    yield f"- panic backoff: {'on' if overall.panic_backoff else 'off'}"
    yield f"- ledger: {_minutes(ages.ledger_age_minutes)}"
    yield f"- monitors: {_minutes(ages.monitors_age_minutes)}"
    yield ""
    if overall.global_details:
        yield from _reasons(overall.global_details)


def _series_table(series: Iterable[SeriesReadiness]) -> Iterator[str]:
    yield "## Series"
    yield ""
    head = (
        *("series", "decision", "safety", "evidence", "size", "fills", "units", "Δbps", "t"),
        *("Δbps closing", "t closing", "judged by", "e-value", "breaches", "drawdown", "badge"),
    )
    yield from table(head, [_series_cells(each) for each in series])
    yield ""


def _series_cells(each: SeriesReadiness) -> tuple[str, ...]:
    return (
        each.series,
        each.decision,
        "go" if each.safety_go else "no",
        "go" if each.evidence_go else "no",
        f"{each.size_multiplier:.2f}",
        str(each.fills),
        str(each.units),
        _signed(each.delta_bps),
        _signed(each.t_stat),
        _signed(each.delta_bps_cv),
        _signed(each.t_stat_cv),
        each.statistic.used.replace("_", " "),
        f"{each.e_value:.3g}",
        str(each.guardrail_breaches),
        each.drawdown.status,
        each.badge,
    )


def _series(each: SeriesReadiness) -> Iterator[str]:
    yield f"## {each.series}: {each.decision}"
    yield ""
    if each.reasons:
        yield from _reasons(each.reasons)
    yield f"- drawdown: {_monitor(each.drawdown)}"
    yield f"- sequential guard: {_monitor(each.cusum_state)}"
    gap = each.fill_realism_gap
    yield f"- fill realism gap: {_NONE if gap is None else f'{gap:+.1f} points'}"
    yield f"- statistic: {_statistic(each)}"
    for line in each.breaches:
        yield f"- breach: {line}"
    yield ""
    yield from _bins(each)
    yield from _plan(each)


def _statistic(each: SeriesReadiness) -> str:
    found = each.statistic
    said = f"{found.declared.replace('_', ' ')}, declared {found.declared_at:%Y-%m-%d}"
    if found.slope is None or found.slope_se is None:
        mids = "closing mids cannot be tested"
    else:
        mids = (
            f"closing mids {'are' if found.calibrated else 'are not'} calibrated, "
            f"slope {found.slope:.2f} with error {found.slope_se:.2f}"
        )
    return f"{said}; {mids}; judged by {found.used.replace('_', ' ')}"


def _bins(each: SeriesReadiness) -> Iterator[str]:
    yield f"### EV honesty by bin: {each.series}"
    yield ""
    if not each.ev_honesty_bins:
        yield "No fill has settled: every bin has weight 1 and one contract an order."
        yield ""
        return
    head = (
        *("side", "price", "lead", "fills", "units", "expected bps", "realised bps"),
        *("beta", "error", "weight", "cap", "lots", "badge"),
    )
    rows = [
        (
            row.side.value,
            row.price_bucket,
            row.lead_bucket,
            str(row.n_fills),
            str(row.n_units),
            f"{row.exp_bps:+.0f}",
            f"{row.real_bps:+.0f}",
            _signed(row.beta_hat),
            _plain(row.se),
            f"{row.weight:.2f}",
            f"{row.cap:.2f}",
            _NONE if row.cap_lots is None else str(row.cap_lots),
            row.badge,
        )
        for row in each.ev_honesty_bins
    ]
    yield from table(head, rows)
    yield ""


def _plan(each: SeriesReadiness) -> Iterator[str]:
    if not each.missing:
        return
    yield f"### What is missing: {each.series}"
    yield ""
    head = ("what", "have", "need", "more", "days at the present rate")
    rows = [
        (
            row.reason,
            _plain(row.have),
            _plain(row.need),
            _NONE if row.more is None else str(row.more),
            "waiting does not bring it" if row.days is None else f"{row.days:.0f}",
        )
        for row in each.missing
    ]
    yield from table(head, rows)
    plan = each.plan
    when = "cannot be said" if plan.ready_on is None else f"about {plan.ready_on}"
    yield ""
    yield (
        f"Present rate: {plan.fills_per_day:.2f} fills and {plan.units_per_day:.2f} units a day; "
        f"all of it: {when}."
    )
    yield ""


def _freshness(found: Readiness) -> Iterator[str]:
    data = found.data_freshness
    yield "## Data Freshness"
    yield ""
    yield f"Required feeds {'are' if data.required_feeds_ok else 'are NOT'} in order."
    yield ""
    head = ("feed", "newest", "age", "limit", "status", "reason", "remedy")
    yield from table(head, [_feed(row) for row in data.feeds])
    yield ""


def _feed(row: dict[str, Any]) -> tuple[str, ...]:
    status = row.get("status", "")
    age, unit = row.get("age_days"), str(row.get("unit", "")).replace("_", " ")
    return (
        str(row.get("feed", "")),
        str(row.get("newest_on") or _NONE),
        _NONE if age is None else f"{age} {unit}",
        f"{row.get('max_age_days')} {unit}",
        f"{status}" if row.get("required") else f"{status}, not required",
        str(row.get("reason", "")),
        str(row.get("remedy", "")) or _NONE,
    )


def _policy(found: Readiness) -> Iterator[str]:
    policy = found.policy
    yield "## Policy"
    yield ""
    names = [name for name in policy if name.startswith(("min_", "max_"))]
    yield from table(("threshold", "value"), [(name, str(policy[name])) for name in sorted(names)])
    yield ""
    families = policy.get("families", {})
    for family, own in families.items():
        yield f"- {family}: at least {own['min_units']} units of news"
    yield f"- evidence: {', '.join(policy.get('evidence_modes', ()))}"
    for line in policy.get("overrides", ()):
        yield f"- policy override: {line}"


def _reasons(rows: Iterable[ReasonRow]) -> Iterator[str]:
    yield from table(
        ("reason", "found", "remedy"), [(row.reason, row.detail, _remedy(row)) for row in rows]
    )
    yield ""


def _remedy(row: ReasonRow) -> str:
    known = {reason.value: reason for reason in Reason}
    reason = known.get(row.reason)
    return describe(reason).remedy if reason else _NONE


def _monitor(row: MonitorRow) -> str:
    figure = "" if row.figure is None else f", {row.figure:.3g} of {row.threshold or 0:.3g}"
    cause = f": {row.cause}" if row.cause else ""
    return f"{row.status}{figure}{cause}"


def _minutes(age: float | None) -> str:
    return "of no known age" if age is None else f"{age:.0f} min old"


def _signed(value: float | None) -> str:
    return _NONE if value is None else f"{value:+.2f}"


def _plain(value: float | None) -> str:
    return _NONE if value is None else f"{value:g}" if value == int(value) else f"{value:.2f}"
