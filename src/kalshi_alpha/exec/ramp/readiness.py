"""``reports/pilot_ready.json``: what a ramp decision holds, how it is read, and what it allows."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.ramp.size import BinTerms
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.artifacts import read_typed

SCHEMA = 1
MAX_AGE = timedelta(hours=2)
"""How old a decision may be when a pilot acts on it."""


class ReasonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that speaks against GO."""

    reason: str
    detail: str


class BinRow(msgspec.Struct, frozen=True, kw_only=True):
    """One honesty bin, and the weight and caps it recommends."""

    bin: str
    side: Side
    price_bucket: str
    lead_bucket: str
    n_fills: int
    n_units: int
    exp_bps: float
    real_bps: float
    beta_hat: float | None
    se: float | None
    weight: float
    cap: float
    cap_lots: int | None
    badge: str
    weight_day_start: float | None = None

    def __post_init__(self) -> None:
        self.terms()
        _require_share(self.bin, "weight_day_start", self.weight_day_start)

    def terms(self) -> BinTerms:
        """Return what the bin allows; a number out of range raises `BadParameter`."""
        return BinTerms(self.weight, self.cap, self.cap_lots)

    def key(self, family: str) -> BinKey:
        """Return the bin's key."""
        return BinKey(family, self.side, self.price_bucket, self.lead_bucket)


class MissingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that evidence lacks: what there is, the least that passes, and how long it takes.

    ``more`` and ``days`` are None where waiting does not bring it.
    """

    reason: str
    have: float | None
    need: float
    more: int | None
    days: float | None


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """The present rate, and how long it takes to all that is missing; None if it cannot be said."""

    fills_per_day: float
    units_per_day: float
    days: float | None
    ready_on: str | None


class StatisticRow(msgspec.Struct, frozen=True, kw_only=True):
    """Which statistic was declared and when, which counts, and what closing mids were found to be.

    ``slope`` and ``intercept`` of outcomes on closing mids, with their standard errors.
    """

    declared: str
    declared_at: datetime
    used: str
    beta: float
    closing_share: float
    calibrated: bool
    slope: float | None
    slope_se: float | None
    intercept: float | None
    intercept_se: float | None


class DeclarationRow(msgspec.Struct, frozen=True, kw_only=True):
    """What was accepted of ``ramp.yaml`` for a family, and since when its orders count.

    ``counts_from`` is ``declared_at``, or when a declaration that replaced another was first seen.
    """

    series: str
    statistic: str
    declared_at: datetime
    counts_from: datetime

    def __post_init__(self) -> None:
        Declaration(Statistic(self.statistic), self.declared_at)
        Declaration(Statistic(self.statistic), self.counts_from)


class MonitorRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a monitor says of a series."""

    status: str
    figure: float | None = None
    threshold: float | None = None
    cause: str = ""


class SeriesReadiness(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on one family, and everything it rests on."""

    series: str
    decision: str
    go: bool
    safety_go: bool
    evidence_go: bool
    reasons: tuple[ReasonRow, ...]
    size_multiplier: float
    fills: int
    open_fills: int
    units: int
    badge: str
    delta_bps: float | None
    t_stat: float | None
    delta_bps_cv: float | None
    t_stat_cv: float | None
    statistic: StatisticRow
    e_value: float
    largest_unit_share: float | None
    guardrail_breaches: int
    breaches: tuple[str, ...]
    drawdown: MonitorRow
    cusum_state: MonitorRow
    fill_realism_gap: float | None
    ev_honesty_bins: tuple[BinRow, ...]
    missing: tuple[MissingRow, ...]
    plan: PlanRow
    size_day_start: float | None = None

    def __post_init__(self) -> None:
        _require_share(self.series, "size_day_start", self.size_day_start)
        # Stated as what must hold, so that a NaN fails too.
        if not 0.0 <= self.size_multiplier <= (1.0 if self.go else 0.0):
            raise BadParameter(f"{self.series}: size_multiplier {self.size_multiplier}")

    def terms(self) -> dict[BinKey, BinTerms]:
        """Return what each honesty bin allows, for `kalshi_alpha.core.ramp.size.bin_terms`."""
        return {row.key(self.series): row.terms() for row in self.ev_honesty_bins}


class Overall(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on the desk: GO if any series is GO and nothing speaks against all."""

    go: bool
    no_go: bool
    decision: str
    global_reasons: tuple[str, ...]
    global_details: tuple[ReasonRow, ...]
    sequential_alert_series: tuple[str, ...]
    freeze_violation_series: tuple[str, ...]
    panic_backoff: bool
    size_multiplier: float


class Ages(msgspec.Struct, frozen=True, kw_only=True):
    """Ages by what the files themselves say, in minutes; None where nothing can be read."""

    ledger_age_minutes: float | None
    monitors_age_minutes: float | None
    ledger_generated_at: datetime | None
    monitors_generated_at: datetime | None


class DataFreshness(msgspec.Struct, frozen=True, kw_only=True):
    """The freshness monitor's table."""

    required_feeds_ok: bool
    feeds: tuple[dict[str, Any], ...]


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """The whole decision."""

    schema: int
    generated_at: datetime
    clock_source: str
    practice: bool
    label: str
    overall: Overall
    policy: dict[str, Any]
    freshness: Ages
    data_freshness: DataFreshness
    series: tuple[SeriesReadiness, ...]
    inputs: dict[str, Any]
    declarations: tuple[DeclarationRow, ...] = ()

    def of(self, family: str) -> SeriesReadiness | None:
        """Return the entry of a family, or None."""
        return next((each for each in self.series if each.series == family), None)


def read_readiness(path: Path, at: datetime, max_age: timedelta | None = MAX_AGE) -> Readiness:
    """Read a decision.

    Parameters
    ----------
    path
        ``reports/pilot_ready.json``.
    at
        The clock.
    max_age
        Oldest that is accepted; None accepts any age.

    Raises
    ------
    MissingData, TornFile, NewerSchema, FutureData, StaleData
        By the name of what is wrong with it.
    """
    return read_typed(path, Readiness, SCHEMA, at, max_age)


def _require_share(of: str, name: str, value: float | None) -> None:
    # Stated as what must hold, so that a NaN fails too.
    if value is not None and not 0.0 <= value <= 1.0:
        raise BadParameter(f"{of}: {name} {value}")
