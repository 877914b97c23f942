"""A ramp decision that can be changed by hand: consumer prices at GO, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.types import Side
from kalshi_alpha.exec.ramp.readiness import (
    Ages,
    BinRow,
    DataFreshness,
    MonitorRow,
    Overall,
    PlanRow,
    Readiness,
    SeriesReadiness,
    StatisticRow,
)

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
KEY = BinKey("CPI", Side.YES, ".3-.7", "0-2h")


def series(**changes: Any) -> SeriesReadiness:
    """Return the entry of consumer prices."""
    ok = MonitorRow(status="OK", figure=0.1, threshold=1.0)
    fields: dict[str, Any] = {
        "series": "CPI",
        "decision": "GO",
        "go": True,
        "safety_go": True,
        "evidence_go": True,
        "reasons": (),
        "size_multiplier": 0.25,
        "fills": 345,
        "open_fills": 2,
        "units": 23,
        "badge": "△",
        "delta_bps": 120.0,
        "t_stat": 0.7,
        "delta_bps_cv": 160.0,
        "t_stat_cv": 8.85,
        "e_value": 4.7,
        "largest_unit_share": 0.04,
        "statistic": statistic(),
        "guardrail_breaches": 0,
        "breaches": (),
        "drawdown": ok,
        "cusum_state": ok,
        "fill_realism_gap": None,
        "ev_honesty_bins": (
            BinRow(
                bin="yes .3-.7 0-2h",
                side=Side.YES,
                price_bucket=".3-.7",
                lead_bucket="0-2h",
                n_fills=40,
                n_units=12,
                exp_bps=360.0,
                real_bps=300.0,
                beta_hat=0.8,
                se=0.4,
                weight=0.75,
                cap=0.9,
                cap_lots=None,
                badge="△",
            ),
        ),
        "missing": (),
        "plan": PlanRow(fills_per_day=0.5, units_per_day=0.04, days=0.0, ready_on="2024-12-11"),
    }
    return SeriesReadiness(**(fields | changes))


def statistic(**changes: Any) -> StatisticRow:
    """Return the closing line as the statistic that was declared, and calibrated since."""
    fields: dict[str, Any] = {
        "declared": "closing_line",
        "declared_at": datetime(2022, 1, 1, tzinfo=UTC),
        "used": "closing_line",
        "beta": 1.0,
        "closing_share": 1.0,
        "calibrated": True,
        "slope": 1.1,
        "slope_se": 0.2,
        "intercept": 0.0,
        "intercept_se": 0.1,
    }
    return StatisticRow(**(fields | changes))


def overall(**changes: Any) -> Overall:
    """Return GO for the whole desk."""
    fields: dict[str, Any] = {
        "go": True,
        "no_go": False,
        "decision": "GO",
        "global_reasons": (),
        "global_details": (),
        "sequential_alert_series": (),
        "panic_backoff": False,
        "freeze_violation_series": (),
        "size_multiplier": 0.25,
    }
    return Overall(**(fields | changes))


def readiness(*entries: SeriesReadiness, **changes: Any) -> Readiness:
    """Return a decision that holds entries, by default consumer prices at GO."""
    fields: dict[str, Any] = {
        "schema": 1,
        "generated_at": AT,
        "clock_source": "system",
        "practice": False,
        "label": "",
        "overall": overall(),
        "policy": {"min_fills": 300, "families": {"CPI": {"min_units": 12}}, "overrides": []},
        "freshness": Ages(
            ledger_age_minutes=5.0,
            monitors_age_minutes=None,
            ledger_generated_at=AT,
            monitors_generated_at=None,
        ),
        "data_freshness": DataFreshness(required_feeds_ok=True, feeds=()),
        "series": entries or (series(),),
        "inputs": {},
    }
    return Readiness(**(fields | changes))
