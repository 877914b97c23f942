"""One scan, from feeds to a verdict: the use case that the scanner and the daily pipeline share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.execution.fillratio import FillAlpha
from kalshi_alpha.core.execution.slippage import SlippageCurve
from kalshi_alpha.core.forecast.pooling import PoolWeight
from kalshi_alpha.core.gates import FeedVerdict, Reading, Verdict, verdict
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.proposal import Passed, Proposal, ScanResult
from kalshi_alpha.core.proposals.scan import ScanTrace, traced_scan
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.schedule import Phase, ReleaseCalendar
from kalshi_alpha.datastore.feeds import Driver, Payload
from kalshi_alpha.datastore.ingest import FeedSummary, ingest
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.plug_ins import DRIVERS, plug_ins
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.feed_verdicts import feed_verdicts, known_rows, release_calendar
from kalshi_alpha.exec.fill_odds import expected_fill_ratio, stored_curve
from kalshi_alpha.exec.forecast_marks import dry_only, observed_events
from kalshi_alpha.exec.forecasting import FamilyForecast, forecast
from kalshi_alpha.exec.gate_readings import live_quote, phase_of, quality, surroundings
from kalshi_alpha.exec.holdings import held_and_allowed
from kalshi_alpha.exec.inputs import CALENDAR, Inputs, InputUsed, inputs_used, sources_needed
from kalshi_alpha.exec.ladder_snapshots import Ladders, ladder_snapshots
from kalshi_alpha.exec.monitors.standing import standing_memos
from kalshi_alpha.exec.pool_weights import pool_weights
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import ForecastSet, ModelQuality, Strategy


@dataclass(frozen=True, slots=True)
class Known:
    """What the feeds say at the clock, before any price is looked at.

    Attributes
    ----------
    ingested, feeds
        What came of the ingest, and the state of every required feed.
    calendar, phase
        Announced releases, and the family's freeze or window.
    readings
        The gate's readings of the surroundings.
    """

    ingested: tuple[FeedSummary, ...]
    feeds: tuple[FeedVerdict, ...]
    calendar: ReleaseCalendar
    phase: Phase
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """Everything a scan found and decided.

    Attributes
    ----------
    proposals
        What may be sent; empty unless the verdict is GO.
    withheld
        What was worth proposing and is held back by the gate.
    passed
        Every market that is not in ``proposals``, with the first thing that stopped it.
    inputs
        The newest payload of every feed that the decision was made from.
    trace
        What the scan computed on its way; None where no ladder was listed.
    """

    verdict: Verdict
    proposals: tuple[Proposal, ...]
    withheld: tuple[Proposal, ...]
    passed: tuple[Passed, ...]
    result: ScanResult
    snapshots: tuple[LadderSnapshot, ...]
    inputs: tuple[InputUsed, ...]
    forecasts: ForecastSet
    quality: ModelQuality
    calibration_hash: str
    alpha: FillAlpha
    curve: SlippageCurve
    weights: Mapping[str, PoolWeight]
    policy: ScanPolicy
    var_limit: float
    known: Known
    trace: ScanTrace | None

    @property
    def dry_only(self) -> str | None:
        """Why no broker but the dry one may take the proposals, or None if any may."""
        return dry_only(self.forecasts.forecasts)


def ingest_payloads(run: Run, payloads: Sequence[Payload]) -> tuple[FeedSummary, ...]:
    """Take in the payloads of the feeds that are needed; one without any has failed."""
    return ingest(needed_drivers(run), payloads, run.store, run.clock.at)


def needed_drivers(run: Run) -> list[Driver[Any]]:
    """Load the drivers of the feeds that are needed; no other costs time or can stop the run."""
    needed = sources_needed(run)
    return [point.load().DRIVER for name, point in plug_ins(DRIVERS).items() if name in needed]


def foreseen_phase(run: Run, payloads: Sequence[Payload]) -> Phase:
    """Return the family's phase as an ingest of these payloads would find it.

    The tables are made in a scratch folder: nothing is written below the root.
    """
    at = run.clock.at
    drivers = [each for each in needed_drivers(run) if each.source == CALENDAR]
    with TemporaryDirectory() as folder:
        scratch = FeedStore(Paths(Path(folder)))
        ingest(drivers, payloads, scratch, at)
        announced = known_rows(scratch, CALENDAR, at)
    return phase_of(run, release_calendar([*known_rows(run.store, CALENDAR, at), *announced]))


def look_around(run: Run, ingested: tuple[FeedSummary, ...], *, window_only: bool) -> Known:
    """Read calendar, schedule, feeds and surroundings at the clock."""
    at = run.clock.at

    def read(source: str) -> Sequence[Any]:
        return known_rows(run.store, source, at)

    calendar = release_calendar(read("macro_calendar"))
    phase = phase_of(run, calendar)
    required = run.settings.series.required_feeds
    feeds = feed_verdicts(read, run.settings.freshness, calendar, ingested, required, at)
    readings = surroundings(run, phase, feeds, window_only=window_only)
    return Known(ingested, feeds, calendar, phase, readings)


def scan_family(
    run: Run,
    known: Known,
    strategy: Strategy,
    calibration: Any,
    inputs: Inputs,
    options: ScanOptions,
    *,
    run_scope: str,
    tuned_in: Paths | None = None,
) -> Scanned:
    """Forecast, price, size and judge; nothing is written but a tuned fill ratio.

    That is read and kept below ``tuned_in``, by default the run's own paths.

    Raises
    ------
    UsageError
        If an option is out of range or would loosen a configured cap.
    """
    entries = LedgerStore(run.paths).entries()
    alpha = expected_fill_ratio(
        options.fill_alpha,
        (tuned_in or run.paths).fill_alpha,
        entries,
        run.family,
        run.clock.at,
    )
    curve = options.slippage_curve(
        stored_curve(options.slippage_mode, run.paths.slippage, run.family, run.clock.at)
    )
    ladders = _ladders(run, known, inputs)
    snapshots = ladders.snapshots
    weights = pool_weights(run, snapshots, entries) if options.pool else {}
    family_forecast = forecast(run, strategy, calibration)
    made = family_forecast.made.forecasts
    policy = replace(
        _policy(run, options, alpha, weights, observed_events(made, snapshots)),
        no_skill=_no_skill(family_forecast.made, snapshots),
    )
    risk = risk_model(run, options)
    result, trace = traced_scan(
        snapshots,
        {(f.quantity, f.period): f.pmf for f in made},
        held_and_allowed(run, entries, snapshots, run.settings.pal_policy, run_scope),
        policy,
        risk,
    )
    judged = strategy.quality(calibration)
    decision = _decide(run, known, result, family_forecast, judged)
    go = decision.go
    return Scanned(
        verdict=decision,
        proposals=result.proposals if go else (),
        withheld=() if go else result.proposals,
        passed=(*_passed(result, family_forecast.made, snapshots, decision), *ladders.unread),
        result=result,
        snapshots=snapshots,
        inputs=inputs_used(inputs.payloads, run.clock.at),
        forecasts=family_forecast.made,
        quality=judged,
        calibration_hash=strategy.identity(calibration),
        alpha=alpha,
        curve=curve,
        weights=weights,
        policy=policy,
        var_limit=risk.limit,
        known=known,
        trace=trace,
    )


def _no_skill(made: ForecastSet, snapshots: Sequence[LadderSnapshot]) -> frozenset[str]:
    """Return the events that the family forecasts without skill of its own."""
    return frozenset(
        snapshot.ladder.event_ticker
        for snapshot in snapshots
        if (snapshot.ladder.quantity, snapshot.period) in made.no_skill
    )


def _policy(
    run: Run,
    options: ScanOptions,
    alpha: FillAlpha,
    weights: Mapping[str, PoolWeight],
    observed: frozenset[str],
) -> ScanPolicy:
    policy = options.policy(run.settings, alpha, run.clock.at, weights)
    if policy.pooling is None:
        return policy
    return replace(policy, pooling=replace(policy.pooling, observed=observed))


def _decide(
    run: Run,
    known: Known,
    result: ScanResult,
    made: FamilyForecast,
    judged: ModelQuality,
) -> Verdict:
    readings = (
        *known.readings,
        *live_quote(run, made.made.forecasts),
        quality(run, result, made.faulty_models, judged),
    )
    return verdict(run.action, readings, run.clock.at, standing_memos(run.paths))


def _ladders(run: Run, known: Known, inputs: Inputs) -> Ladders:
    terms = {each.ticker: each for each in run.settings.series.series}
    read = [
        ladder_snapshots(events, terms[ticker], known.calendar, run.clock)
        for ticker, events in inputs.events.items()
    ]
    return Ladders(
        tuple(snapshot for each in read for snapshot in each.snapshots),
        tuple(passed for each in read for passed in each.unread),
    )


def risk_model(run: Run, options: ScanOptions) -> RiskModel:
    """Return the value-at-risk model of the configured portfolio, with its limit."""
    return portfolio_risk(run.settings, options.var_limit(run.settings))


def portfolio_risk(settings: Settings, limit: float) -> RiskModel:
    """Return the value-at-risk model of a portfolio file, with a limit in dollars."""
    portfolio = settings.portfolio
    factors = list(portfolio.factor_vols)
    correlation = [[1.0 if f == g else portfolio.rho(f, g) for g in factors] for f in factors]
    return RiskModel(
        betas={
            group: [loadings.get(factor, 0.0) for factor in factors]
            for group, loadings in portfolio.betas.items()
        },
        vols=np.array([portfolio.factor_vols[factor] for factor in factors]),
        correlation=np.array(correlation),
        idio=portfolio.idio_vol,
        level=portfolio.value_at_risk.level,
        limit=limit,
    )


def _passed(
    result: ScanResult,
    made: ForecastSet,
    snapshots: Sequence[LadderSnapshot],
    decision: Verdict,
) -> tuple[Passed, ...]:
    about = {s.ladder.event_ticker: (s.ladder.quantity, s.period) for s in snapshots}

    def explained(passed: Passed) -> Passed:
        quantity, period = about[passed.event_ticker]
        why = None
        if passed.reason is NotProposed.NO_FORECAST:
            why = made.refused.get(quantity)
        elif passed.reason is NotProposed.NO_SKILL:
            why = made.no_skill.get((quantity, period))
        return passed if why is None else replace(passed, detail=why)

    stopped = tuple(explained(passed) for passed in result.passed)
    return stopped if decision.go else (*_gated(result.proposals, decision), *stopped)


def _gated(proposals: Sequence[Proposal], decision: Verdict) -> tuple[Passed, ...]:
    return tuple(
        Passed(
            market_ticker=p.market_ticker,
            event_ticker=p.event_ticker,
            strike=p.strike,
            reason=NotProposed.GATE_CLOSED,
            detail=f"the gate is closed: {', '.join(decision.words)}",
            side=p.side,
            price=p.price,
            prob_model=p.prob_model,
            prob_market=p.prob_market,
            ev_raw=p.ev_raw,
            ev_honest=p.ev_honest,
        )
        for p in proposals
    )
