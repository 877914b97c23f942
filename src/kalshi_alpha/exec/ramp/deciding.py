"""The ramp decision: gather what lies on disk, ask the gate, and put the answer together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kalshi_alpha.config.ramp import Policy, Ramp, policy_loosening
from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import DomainError
from kalshi_alpha.core.gates import (
    Action,
    Finding,
    Memo,
    Reading,
    ReadingName,
    Reason,
    Verdict,
    ramp_reading,
    verdict,
)
from kalshi_alpha.core.gates.evidence import EvidenceLimits
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import RISE_LIMIT
from kalshi_alpha.core.ramp.breaches import breaches, unjudged
from kalshi_alpha.core.ramp.figures import Figures, figures, remembered
from kalshi_alpha.core.ramp.plan import missing
from kalshi_alpha.core.ramp.size import size_multiplier
from kalshi_alpha.core.ramp.statistic import Declaration
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import read_memos
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors.freshness import Freshness, look
from kalshi_alpha.exec.ramp.declarations import declaration_of
from kalshi_alpha.exec.ramp.memory import Memory
from kalshi_alpha.exec.ramp.monitors import MonitorSet, read_monitor_set
from kalshi_alpha.exec.ramp.readiness import (
    SCHEMA,
    Ages,
    DataFreshness,
    DeclarationRow,
    Overall,
    Readiness,
    ReasonRow,
    SeriesReadiness,
)
from kalshi_alpha.exec.ramp.readings import (
    LedgerRead,
    Schedule,
    feeds,
    ladder_cap,
    read_ledger,
    standing,
    strike_cap,
)
from kalshi_alpha.exec.ramp.rows import Decided, series_row

PRACTICE = "PRACTICE/SIM"
_NEUTRAL = (Reading(ReadingName.SCHEDULE), Reading(ReadingName.RAMP))


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy in force: the file's, with what the command line puts in its place.

    Attributes
    ----------
    ramp
        ``configs/ramp.yaml``.
    sha256
        Hash of its bytes.
    policy
        The thresholds in force.
    min_units
        Units that every family must have, or None for each family's own.
    """

    ramp: Ramp
    sha256: str
    policy: Policy
    min_units: int | None = None

    def limits(self, family: str) -> EvidenceLimits:
        """Return what a family's evidence must reach."""
        return self.ramp.limits(family, self.policy, self.min_units)

    def overrides(self) -> tuple[str, ...]:
        """Return one line per threshold in force that is looser than the file's."""
        lines = policy_loosening(self.policy, self.ramp.policy)
        if self.min_units is None:
            return lines
        lower = [
            f"min_units: {self.min_units} is looser than {own.min_units} of {family}"
            for family, own in self.ramp.families.items()
            if self.min_units < own.min_units
        ]
        return (*lines, *lower)

    @property
    def ledger_age(self) -> timedelta:
        """How old the ledger may be."""
        return timedelta(minutes=self.policy.max_ledger_age_minutes)

    @property
    def monitors_age(self) -> timedelta:
        """How old the oldest monitor may be."""
        return timedelta(minutes=self.policy.max_monitors_age_minutes)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Everything that was read."""

    settings: Settings
    terms: Terms
    clock: RunClock
    ledger: LedgerRead
    monitors: MonitorSet
    freshness: Freshness
    schedule: Schedule
    memory: Memory
    memos: tuple[Memo, ...]
    common: tuple[Reading, ...]
    declarations: Mapping[str, DeclarationRow]

    def declared(self, family: str) -> Declaration:
        """Return what judges a family, and from when on."""
        return declaration_of(self.declarations[family])

    def judge(self, own: Sequence[Reading], family: str | None) -> Verdict:
        """Ask the gate, with what is a family's own and the monitors as they speak of it."""
        of_monitors = self.monitors.readings(family, self.terms.monitors_age)
        readings = (*self.common, *of_monitors, *own)
        return verdict(Action.RAMP, readings, self.clock.at, self.memos)


def decide(
    paths: Paths,
    settings: Settings,
    terms: Terms,
    clock: RunClock,
    memory: Memory | None = None,
) -> Readiness:
    """Decide on every family that is switched on; nothing is written.

    Parameters
    ----------
    paths, settings
        Where everything lies, and the other settings.
    terms
        The policy in force.
    clock
        The clock.
    memory
        What is remembered of the last decision; None reads it.
    """
    remembers = Memory.read(paths.pilot_ready, clock) if memory is None else memory
    gathered = _gather(paths, settings, terms, clock, remembers)
    overall = gathered.judge(_NEUTRAL, None)
    enabled = dict.fromkeys(series.family for series in settings.series.enabled)
    families = [family for family in enabled if family in terms.ramp.families]
    series = tuple(_series(gathered, family) for family in families)
    return Readiness(
        schema=SCHEMA,
        generated_at=clock.at,
        clock_source=clock.source.value,
        practice=terms.ramp.evidence.practice,
        label=PRACTICE if terms.ramp.evidence.practice else "",
        overall=_overall(overall, series),
        policy=_policy(terms, families),
        freshness=_ages(gathered, clock.at),
        data_freshness=DataFreshness(
            required_feeds_ok=gathered.freshness.outcome.ok,
            feeds=tuple(msgspec.to_builtins(row) for row in gathered.freshness.rows),
        ),
        series=series,
        inputs=_inputs(gathered),
        declarations=tuple(gathered.declarations.values()),
    )


def _gather(
    paths: Paths, settings: Settings, terms: Terms, clock: RunClock, memory: Memory
) -> _Gathered:
    ledger = read_ledger(paths, terms.ledger_age)
    found = look(paths, settings, clock)
    memos, _ = read_memos(paths.memos)
    overrides = tuple(Finding(Reason.POLICY_OVERRIDE, line) for line in terms.overrides())
    common = (
        *standing(paths, settings, terms.ramp, clock, memory.doubts(terms.ramp)),
        feeds(found),
        ledger.reading,
        Reading(ReadingName.RAMP, overrides),
    )
    return _Gathered(
        settings=settings,
        terms=terms,
        clock=clock,
        ledger=ledger,
        monitors=read_monitor_set(paths, clock),
        freshness=found,
        schedule=Schedule(paths, clock.at),
        memory=memory,
        memos=memos,
        common=common,
        declarations=memory.declarations(terms.ramp, _oldest(terms.ramp, ledger.rows)),
    )


def _oldest(ramp: Ramp, ledger: Sequence[LedgerEntry]) -> dict[str, datetime]:
    """Return when the oldest order was placed that counts as evidence, by family."""
    rule = ramp.evidence.rule()
    placed = {
        family: [row.placed_at for row in rule.rows(ledger, family)] for family in ramp.families
    }
    return {family: min(times) for family, times in placed.items() if times}


def _series(gathered: _Gathered, family: str) -> SeriesReadiness:
    terms, at = gathered.terms, gathered.clock.at
    shown, doubts = _figures(gathered, family)
    limits = terms.limits(family)
    own = (
        gathered.schedule.reading(family),
        ramp_reading(shown.evidence(), limits, made_at=at),
        Reading(ReadingName.LEDGER, (*_unreadable(doubts), *_unjudged(gathered, family))),
    )
    judged = gathered.judge(own, family)
    day_start = gathered.memory.size(family)
    multiplier = size_multiplier(
        terms.ramp.size.steps(),
        go=judged.go,
        badge=shown.badge,
        e_value=shown.e_value,
        previous=day_start,
    )
    return series_row(
        Decided(
            verdict=judged,
            figures=shown,
            declared=gathered.declared(family),
            size_multiplier=multiplier,
            missing=missing(shown, limits),
            size_day_start=day_start,
            weights_day_start=gathered.memory.weights(family),
        ),
        gathered.monitors,
        at,
    )


def _unreadable(doubts: Sequence[str]) -> Iterator[Finding]:
    """Yield one reason of all that is wrong with a family's rows."""
    if doubts:
        more = f" (and {len(doubts) - 1} more such)" if len(doubts) > 1 else ""
        yield Finding(Reason.READING_UNREADABLE, f"{doubts[0]}{more}")


def _unjudged(gathered: _Gathered, family: str) -> Iterator[Finding]:
    """Yield one reason of all orders that may have been placed within a freeze, as nobody knows."""
    rows = gathered.terms.ramp.evidence.rule().rows(gathered.ledger.rows, family)
    since = gathered.declared(family).declared_at
    found = unjudged(rows, frozen=gathered.schedule.frozen(family), since=since)
    if found:
        days = sorted(new_york(row.placed_at).date() for row in found)
        yield Finding(
            Reason.CALENDAR_MISSING,
            f"{family}: {len(found)} orders of {days[0]} to {days[-1]} were not judged for a "
            "freeze, as the calendar misses releases around them; take its history in",
        )


def _figures(gathered: _Gathered, family: str) -> tuple[Figures, tuple[str, ...]]:
    """Return a family's figures, and what its rows say that cannot be: another's are still good."""
    try:
        shown = _figures_of(gathered, family, gathered.ledger.rows)
    except DomainError as error:
        return _figures_of(gathered, family, ()), (f"{family}: the ledger's rows: {error}",)
    return shown, shown.contradictions


def _figures_of(gathered: _Gathered, family: str, ledger: Sequence[LedgerEntry]) -> Figures:
    ramp, at = gathered.terms.ramp, gathered.clock.at
    rows = ramp.evidence.rule().rows(ledger, family)
    policy = gathered.settings.pal_policy
    shown = figures(
        family,
        rows,
        gathered.declared(family),
        at,
        shrink=ramp.shrink,
        breaches=breaches(
            rows,
            strike_cap=strike_cap(policy),
            ladder_cap=ladder_cap(policy),
            frozen=gathered.schedule.frozen(family),
            since=gathered.declared(family).declared_at,
        ),
    )
    return replace(shown, bins=remembered(shown.bins, gathered.memory.weights(family)))


def _overall(judged: Verdict, series: Sequence[SeriesReadiness]) -> Overall:
    go = judged.go and any(each.go for each in series)
    sizes = [each.size_multiplier for each in series if each.go]
    return Overall(
        go=go,
        no_go=not go,
        decision="GO" if go else "NO-GO",
        global_reasons=judged.words,
        global_details=tuple(
            ReasonRow(reason=found.reason.value, detail=found.detail) for found in judged.reasons
        ),
        sequential_alert_series=_with(series, Reason.SEQUENTIAL_ALERT),
        freeze_violation_series=_with(series, Reason.FREEZE_WINDOW),
        panic_backoff=Reason.PANIC_BACKOFF.value in judged.words,
        size_multiplier=min(sizes, default=0.0) if go else 0.0,
    )


def _with(series: Sequence[SeriesReadiness], reason: Reason) -> tuple[str, ...]:
    return tuple(
        each.series for each in series if reason.value in {row.reason for row in each.reasons}
    )


def _policy(terms: Terms, families: Sequence[str]) -> dict[str, Any]:
    ramp = terms.ramp
    return {
        **msgspec.to_builtins(terms.policy),
        "evidence_modes": [mode.value for mode in ramp.evidence.modes],
        "size": msgspec.to_builtins(ramp.size),
        "shrink": ramp.shrink,
        "max_weight_rise": RISE_LIMIT,
        "families": {
            family: {
                "min_units": terms.limits(family).min_units,
                "needs_closing_line": ramp.families[family].needs_closing_line,
                "statistic": ramp.families[family].statistic.value,
                "declared_at": ramp.families[family].declared_at,
            }
            for family in families
        },
        "overrides": list(terms.overrides()),
    }


def _ages(gathered: _Gathered, at: datetime) -> Ages:
    def minutes(made_at: datetime | None) -> float | None:
        return None if made_at is None else round((at - made_at).total_seconds() / 60, 2)

    ledger_at, monitors_at = gathered.ledger.generated_at, gathered.monitors.oldest_at
    return Ages(
        ledger_age_minutes=minutes(ledger_at),
        monitors_age_minutes=minutes(monitors_at),
        ledger_generated_at=ledger_at,
        monitors_generated_at=monitors_at,
    )


def _inputs(gathered: _Gathered) -> dict[str, Any]:
    memory = gathered.memory
    return {
        "ledger_sha256": gathered.ledger.sha256,
        "ledger_rows": len(gathered.ledger.rows),
        "feeds": list(gathered.freshness.inputs),
        "config_sha256": {"ramp.yaml": gathered.terms.sha256, **gathered.settings.sha256},
        "monitors": {
            name: {"generated_at": found.generated_at, "status": found.status}
            for name, found in gathered.monitors.files.documents.items()
        },
        "previous_decision": {"generated_at": memory.made_at, "problem": memory.problem},
        "memos": [
            {"reason": memo.reason, "who": memo.who, "until": memo.until} for memo in gathered.memos
        ],
    }
