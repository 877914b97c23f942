"""Whether a ramp decision agrees with itself: what says GO in one place says it in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from kalshi_alpha.config.ramp import BASELINE_POLICY
from kalshi_alpha.core.gates import Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.exec.ramp.implied import more_than_implied
from kalshi_alpha.exec.ramp.readiness import Readiness, SeriesReadiness

_CLOCKS = frozenset(source.value for source in ClockSource)
_SIZE_ERROR = 1e-9


def disagreements(found: Readiness) -> tuple[str, ...]:
    """Return one line per thing in a decision that another one contradicts; empty if none does.

    The command writes every key from one verdict, so a file that disagrees with itself was changed
    since, or is not the command's. None of it is then acted on.
    """
    return (
        *_of_all(found),
        *_lists(found),
        *(line for each in found.series for line in _of_series(each, found.policy)),
    )


def _of_all(found: Readiness) -> Iterator[str]:
    whole, any_go = found.overall, any(each.go for each in found.series)
    if whole.no_go == whole.go:
        yield f"overall.no_go is {whole.no_go} beside go {whole.go}"
    if whole.decision != _word(go=whole.go):
        yield f"overall.decision is {whole.decision} beside go {whole.go}"
    if whole.global_reasons and (whole.go or any_go):
        yield f"GO beside global_reasons {', '.join(whole.global_reasons)}"
    elif whole.go != (any_go and not whole.global_reasons):
        yield f"overall.go is {whole.go}, and of the series {'one is' if any_go else 'none is'} GO"
    sizes = [each.size_multiplier for each in found.series if each.go]
    size = min(sizes, default=0.0) if whole.go else 0.0
    # Stated as what must hold, so that a NaN fails too.
    if not abs(whole.size_multiplier - size) <= _SIZE_ERROR:
        yield f"overall.size_multiplier is {whole.size_multiplier}, and the series allow {size}"
    if whole.go and not found.data_freshness.required_feeds_ok:
        yield "GO beside data_freshness.required_feeds_ok false"
    if whole.go and found.policy.get("overrides"):
        yield "GO beside policy.overrides"
    if whole.go:
        yield from (f"GO beside policy.{line}" for line in _looser(found.policy))
    if found.clock_source not in _CLOCKS:
        yield f"clock_source is {found.clock_source}"
    for name in ("ledger", "monitors"):
        age = getattr(found.freshness, f"{name}_age_minutes")
        most = found.policy.get(f"max_{name}_age_minutes")
        if whole.go and not _holds(age, most=most):
            yield f"GO beside freshness.{name}_age_minutes {age}, of at most {most}"


def _looser(policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield the thresholds that a decision names and that are looser than the agreed ones."""
    for name in BASELINE_POLICY.__struct_fields__:
        value, agreed = policy.get(name), getattr(BASELINE_POLICY, name)
        bound = {"least" if name.startswith("min_") else "most": agreed}
        if value is not None and not _holds(value, **bound):
            yield f"{name} {value}, which is looser than {agreed}"


def _lists(found: Readiness) -> Iterator[str]:
    """Yield what the lists of words and names say that the entries do not."""
    whole = found.overall
    words = tuple(dict.fromkeys(row.reason for row in whole.global_details))
    if words != whole.global_reasons:
        yield f"global_reasons are not those of global_details: {', '.join(words) or 'none'}"
    panic = Reason.PANIC_BACKOFF.value in whole.global_reasons
    if whole.panic_backoff != panic:
        yield f"panic_backoff is {whole.panic_backoff}, and is {'' if panic else 'not '}a reason"
    for name, reason in (
        ("sequential_alert_series", Reason.SEQUENTIAL_ALERT),
        ("freeze_violation_series", Reason.FREEZE_WINDOW),
    ):
        stopped = tuple(
            each.series
            for each in found.series
            if reason.value in {row.reason for row in each.reasons}
        )
        if getattr(whole, name) != stopped:
            yield f"{name} is not {', '.join(stopped) or 'empty'}"
    for family, count in Counter(each.series for each in found.series).items():
        if count > 1:
            yield f"{family} has {count} entries"


def _of_series(each: SeriesReadiness, policy: Mapping[str, Any]) -> Iterator[str]:
    name = each.series
    if each.decision != _word(go=each.go):
        yield f"{name}: decision is {each.decision} beside go {each.go}"
    if each.go != (not each.reasons):
        yield f"{name}: go is {each.go} beside {len(each.reasons)} reasons"
    if each.go != (each.safety_go and each.evidence_go):
        yield (
            f"{name}: go is {each.go} beside safety_go {each.safety_go}, "
            f"evidence_go {each.evidence_go}"
        )
    if each.guardrail_breaches != len(each.breaches):
        yield f"{name}: guardrail_breaches is {each.guardrail_breaches} of {len(each.breaches)}"
    if each.go:
        yield from (f"{name}: GO beside {line}" for line in _against_go(each, policy))


def _against_go(each: SeriesReadiness, policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield the figures of an entry that no GO can have under the policy it was made by."""
    if each.missing:
        yield f"missing {', '.join(row.reason for row in each.missing)}"
    if each.drawdown.status == MonitorStatus.ALERT:
        yield "drawdown ALERT"
    by_closing = each.statistic.used == "closing_line"
    families = policy.get("families", {})
    own = families.get(each.series, {}) if isinstance(families, dict) else {}
    for name, value, least in (
        ("fills", each.fills, policy.get("min_fills")),
        ("units", each.units, own.get("min_units") if isinstance(own, dict) else None),
        (
            "delta_bps",
            each.delta_bps_cv if by_closing else each.delta_bps,
            policy.get("min_delta_bps"),
        ),
        ("t_stat", each.t_stat_cv if by_closing else each.t_stat, policy.get("min_t_stat")),
    ):
        if not _holds(value, least=least):
            yield f"{name} {value}, of at least {least}"
    yield from more_than_implied(each, policy)
    for name, value, most in (
        ("guardrail_breaches", each.guardrail_breaches, policy.get("max_guardrail_breaches")),
        ("largest_unit_share", each.largest_unit_share, policy.get("max_unit_share")),
    ):
        if not _holds(value, most=most):
            yield f"{name} {value}, of at most {most}"


def _holds(value: float | None, *, least: Any = None, most: Any = None) -> bool:
    """Say whether a figure keeps its bound; without a bound any does, and with one no figure not.

    The gate gives no GO to a figure that it does not know.
    """
    if least is None and most is None:
        return True
    if value is None:
        return False
    try:
        return bool(value >= least) if most is None else bool(value <= most)
    except TypeError:
        return False


def _word(*, go: bool) -> str:
    return "GO" if go else "NO-GO"
