"""One family's decision as the readiness file holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kalshi_alpha.core.gates import Verdict
from kalshi_alpha.core.ledger.honesty_bins import BinKey, HonestyBin
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.ramp.figures import Figures
from kalshi_alpha.core.ramp.plan import Missing
from kalshi_alpha.core.ramp.statistic import Declaration, Judged
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.ramp.monitors import MonitorSet
from kalshi_alpha.exec.ramp.readiness import (
    BinRow,
    MissingRow,
    PlanRow,
    ReasonRow,
    SeriesReadiness,
    StatisticRow,
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was found of a family, and what the gate says.

    ``size_day_start`` and ``weights_day_start`` are what the day's rise counts from.
    """

    verdict: Verdict
    figures: Figures
    declared: Declaration
    size_multiplier: float
    missing: tuple[Missing, ...]
    size_day_start: float = 0.0
    weights_day_start: Mapping[BinKey, float] = field(default_factory=dict)


def series_row(decided: Decided, monitors: MonitorSet, at: datetime) -> SeriesReadiness:
    """Return a family's entry."""
    shown, judged = decided.figures, decided.verdict
    family, by = shown.family, shown.judged
    return SeriesReadiness(
        series=family,
        decision="GO" if judged.go else "NO-GO",
        go=judged.go,
        safety_go=judged.safety_go,
        evidence_go=bool(judged.evidence_go),
        reasons=tuple(
            ReasonRow(reason=found.reason.value, detail=found.detail) for found in judged.reasons
        ),
        size_multiplier=decided.size_multiplier,
        size_day_start=decided.size_day_start,
        fills=shown.fills,
        open_fills=shown.open_fills,
        units=shown.units,
        badge=shown.badge.value,
        delta_bps=_mean(by.settled),
        t_stat=_t_stat(by.settled),
        delta_bps_cv=_mean(by.closing),
        t_stat_cv=_t_stat(by.closing),
        statistic=_statistic(by, decided.declared),
        e_value=shown.e_value,
        largest_unit_share=shown.largest_unit_share,
        guardrail_breaches=len(shown.guardrail_breaches),
        breaches=shown.guardrail_breaches,
        drawdown=monitors.row(Monitor.DRAWDOWN, family),
        cusum_state=monitors.row(Monitor.EV_SEQ_GUARD, family),
        fill_realism_gap=monitors.row(Monitor.FILL_REALISM, family).figure,
        ev_honesty_bins=tuple(
            _bin(each, decided.weights_day_start) for each in shown.bins.values()
        ),
        missing=tuple(_missing(each) for each in decided.missing),
        plan=_plan(decided, at),
    )


def _mean(sample: ClusteredMean | None) -> float | None:
    return sample.mean if sample else None


def _t_stat(sample: ClusteredMean | None) -> float | None:
    return sample.t_stat if sample else None


def _statistic(by: Judged, declared: Declaration) -> StatisticRow:
    found = by.calibration
    return StatisticRow(
        declared=declared.statistic.value,
        declared_at=declared.declared_at,
        used=by.used.value,
        beta=by.beta,
        closing_share=by.closing_share,
        calibrated=found is not None and found.is_calibrated,
        slope=found.slope if found else None,
        slope_se=found.slope_se if found else None,
        intercept=found.intercept if found else None,
        intercept_se=found.intercept_se if found else None,
    )


def _bin(each: HonestyBin, day_start: Mapping[BinKey, float]) -> BinRow:
    key = each.key
    return BinRow(
        bin=f"{key.side.value} {key.price_bucket} {key.lead_bucket}",
        side=key.side,
        price_bucket=key.price_bucket,
        lead_bucket=key.lead_bucket,
        n_fills=each.n_fills,
        n_units=each.n_units,
        exp_bps=each.exp_bps,
        real_bps=each.real_bps,
        beta_hat=each.beta_hat,
        se=each.se,
        weight=each.weight,
        cap=each.cap,
        cap_lots=each.cap_lots,
        badge=each.badge.value,
        weight_day_start=day_start.get(key, each.weight),
    )


def _missing(each: Missing) -> MissingRow:
    return MissingRow(
        reason=each.reason.value,
        have=each.have,
        need=each.need,
        more=each.more,
        days=None if each.days is None else round(each.days, 1),
    )


def _plan(decided: Decided, at: datetime) -> PlanRow:
    shown = decided.figures
    days = _longest(decided.missing)
    ready = (
        None
        if days is None or days > _LONGEST_DAYS
        else new_york(at + timedelta(days=days)).date().isoformat()
    )
    return PlanRow(
        fills_per_day=round(shown.fills_per_day, 4),
        units_per_day=round(shown.units_per_day, 4),
        days=None if days is None else round(days, 1),
        ready_on=ready,
    )


_LONGEST_DAYS = 36_500


def _longest(lacking: Sequence[Missing]) -> float | None:
    """Return how long the slowest takes: 0 if nothing is missing, None if waiting cannot do."""
    waits = [each.days for each in lacking]
    known = [days for days in waits if days is not None]
    return None if len(known) < len(waits) else max(known, default=0.0)
