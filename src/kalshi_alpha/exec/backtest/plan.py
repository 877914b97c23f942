"""One variant made ready to run: everything that a worker needs but the tapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.config.series import Series
from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.fees import FeeSchedule
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.replay.baselines import BaselineRules
from kalshi_alpha.core.replay.chain import Chain, KnownForecast, ReplayEvent
from kalshi_alpha.core.replay.gate import NOTHING_STANDS, GateHistory, ReplayGate, Standing
from kalshi_alpha.core.replay.outcome import DayOutcome, day_outcome
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.core.schedule import BondCalendar, ReleaseCalendar
from kalshi_alpha.core.types import Ladder, Market, MarketStatus, TickGrid
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.backtest.shelf import ShelvedEvent, store_root
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.event_news import event_about, risk_unit
from kalshi_alpha.exec.scanning import portfolio_risk

AMBIGUOUS = "ambiguous"
UNSETTLED = (
    "it is unsettled, for nothing says what one of its markets paid: its orders are replayed and "
    "left out of profit"
)
NO_CALENDAR = ReleaseCalendar(())


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A variant with the terms of every series.

    Attributes
    ----------
    chain, baseline_rules
        What decides, and the baselines beside it.
    series, fees, pal_policy
        Terms by series ticker, fee schedules likewise, and position limits.
    """

    chain: Chain
    baseline_rules: BaselineRules
    series: Mapping[str, Series]
    fees: Mapping[str, FeeSchedule]
    pal_policy: PalPolicy


@dataclass(frozen=True, slots=True, eq=False)
class DayTask:
    """The events of one day, with what was known of each, and what stood against decisions."""

    events: tuple[ShelvedEvent, ...]
    forecasts: tuple[tuple[KnownForecast, ...], ...]
    standing: Standing = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOutEvent:
    """An event that cannot be judged, or whose profit cannot be told, and why."""

    event_ticker: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class DayDone:
    """What became of a day: its outcome, None if no event could be judged, and those left out."""

    outcome: DayOutcome | None
    left_out: tuple[LeftOutEvent, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What was known in the past beside the tapes."""

    calendar: ReleaseCalendar = NO_CALENDAR
    bond_days: BondCalendar | None = None
    gate: GateHistory | None = None


NO_PAST = Past()


def plan_of(
    family: str,
    variant: Variant,
    settings: Settings,
    fees: Mapping[str, FeeSchedule],
    past: Past = NO_PAST,
) -> Plan:
    """Return the plan of a variant.

    Parameters
    ----------
    family, variant, settings, fees
        What is replayed, and on which terms.
    past
        Releases, the bond market's days, and what the gate could read.

    Raises
    ------
    UsageError
        If a setting is out of range or would loosen a configured cap.
    """
    chain = Chain(
        family=family,
        policy=variant.policy(settings),
        risk=_risk(settings, variant),
        rules=variant.rules,
        calendar=past.calendar,
        pool_weight=variant.pool_weight,
        gate=ReplayGate(
            action=variant.action or Action.PAPER,
            quality=settings.quality_gates.limits(family),
            history=past.gate if variant.action is not None else None,
        ),
        bond_days=past.bond_days,
    )
    series = {each.ticker: each for each in settings.series.series if each.family == family}
    return Plan(chain, variant.baseline_rules, series, fees, settings.pal_policy)


def _risk(settings: Settings, variant: Variant) -> RiskModel:
    return portfolio_risk(settings, variant.options.var_limit(settings))


def run_days(plan: Plan, tasks: Sequence[DayTask]) -> list[DayDone]:
    """Replay some days; the unit of work of every executor."""
    stores: dict[str, MarketStore] = {}
    done = []
    for task in tasks:
        tapes = []
        for each in task.events:
            if each.root not in stores:
                stores[each.root] = MarketStore(store_root(each.root))
            tapes.append(stores[each.root].load(each.ref))
        done.append(replay_tapes(plan, tapes, task.forecasts, task.standing))
    return done


def replay_tapes(
    plan: Plan,
    tapes: Sequence[EventTape],
    forecasts: Sequence[Sequence[KnownForecast]],
    standing: Standing = NOTHING_STANDS,
) -> DayDone:
    """Replay the tapes of one day, leaving out those that cannot be judged.

    Those that are unsettled are replayed, for a decision comes before any result; they are named
    among those left out, because what they earn counts nowhere.
    """
    faults = [fault_of(tape, plan) for tape in tapes]
    kept = [
        replay_event(plan, tape, known)
        for tape, known, fault in zip(tapes, forecasts, faults, strict=True)
        if fault is None
    ]
    whys = [
        fault or (None if _is_settled(tape) else UNSETTLED)
        for tape, fault in zip(tapes, faults, strict=True)
    ]
    left_out = tuple(
        LeftOutEvent(tape.event_ticker, why)
        for tape, why in zip(tapes, whys, strict=True)
        if why is not None
    )
    if not kept:
        return DayDone(None, left_out)
    return DayDone(day_outcome(kept, plan.chain, plan.baseline_rules, standing), left_out)


def replay_event(plan: Plan, tape: EventTape, known: Sequence[KnownForecast]) -> ReplayEvent:
    """Put a series' terms to a tape.

    An event is settled as a whole or not at all: with the results of some of its markets alone,
    what it earned would be told in part.
    """
    if not _is_settled(tape):
        unpaid = tuple(replace(market, yes_payout_e4=None) for market in tape.markets)
        tape = replace(tape, markets=unpaid)
    series = plan.series[tape.series]
    markets = tuple(
        Market(
            ticker=market.ticker,
            event_ticker=tape.event_ticker,
            strike=market.strike,
            tick_grid=TickGrid.linear_cent(),
            status=MarketStatus.ACTIVE,
            close_at=tape.closes_at,
        )
        for market in tape.markets
    )
    ladder = Ladder(
        event_ticker=tape.event_ticker,
        series_ticker=series.ticker,
        quantity=series.quantity,
        risk_unit=risk_unit(tape.event_ticker, series, plan.chain.calendar),
        grid=series.grid,
        markets=markets,
    )
    return ReplayEvent(
        tape=tape,
        ladder=ladder,
        period=event_about(tape.event_ticker, series, plan.chain.calendar),
        city=series.station or series.quantity,
        fees=plan.fees[tape.series],
        limits=plan.pal_policy.limits(ladder),
        forecasts=tuple(known),
    )


def _is_settled(tape: EventTape) -> bool:
    return all(market.yes_payout_e4 is not None for market in tape.markets)


def fault_of(tape: EventTape, plan: Plan) -> str | None:
    """Say why an event cannot be judged; None if it can."""
    if AMBIGUOUS in tape.result_source:
        return "its result is ambiguous"
    series = plan.series[tape.series]
    for market in tape.markets:
        if market.strike.strike_type not in series.strike_types:
            return f"{market.ticker} has a strike type that {series.ticker} is not known for"
        try:
            interval(market.strike, series.grid)
        except BadStrike as error:
            return str(error)
    return None
