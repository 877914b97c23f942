"""One event's story: each decision, what was known, what the queue did, what it earned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from datetime import datetime

import numpy as np

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.proposals.proposal import Passed, ScanResult
from kalshi_alpha.core.replay.chain import ReplayEvent
from kalshi_alpha.core.replay.clocks import from_us, to_us
from kalshi_alpha.core.replay.engine import DayReplay, Look, ReplayOrder, replay_day
from kalshi_alpha.core.replay.fills import UNKNOWN
from kalshi_alpha.core.replay.market_view import MarketView, SeenTouch
from kalshi_alpha.core.replay.settled_day import ledger_rows
from kalshi_alpha.core.replay.touches import ABSENT
from kalshi_alpha.core.types import E4_PER_DOLLAR, Money, Side
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.backtest.gating import gated_days
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.plan import DayTask, Plan, fault_of, replay_event
from kalshi_alpha.exec.backtest.progress import Step
from kalshi_alpha.exec.backtest.shelf import store_root
from kalshi_alpha.exec.backtest.variant import Variant


def event_story(
    read: Materials,
    variant: Variant,
    event_ticker: str,
    executor: Executor | None = None,
    step: Step = lambda _: None,
) -> list[str]:
    """Tell what the run over all days decided about an event, and what came of it.

    What monitors leave standing at a decision comes from the orders of other days, before it and,
    where another event was decided at the same time, after it. So where the gate is asked the
    whole span is replayed first; the story's orders and cash are those of the backtest's rows.

    Parameters
    ----------
    read, variant, event_ticker
        What is replayed, and which event is told of.
    executor, step
        Who replays the days, and who is told how many are done.

    Raises
    ------
    UsageError
        If the event is not recorded, or cannot be judged.
    """
    plan, tasks = read.plan(variant), read.tasks(variant)
    place = next((n for n, task in enumerate(tasks) if event_ticker in _tickers(task)), None)
    if place is None:
        raise UsageError(f"--explain {event_ticker}: no such event is recorded in that span")
    events = _events(tasks[place], plan, event_ticker)
    task = tasks[place]
    if variant.action is not None:
        task = gated_days(read, plan, variant, executor, step).tasks[place]
    day = replay_day(events, plan.chain, task.standing)
    return list(_story(day, event_ticker, ledger_rows(day, plan.chain.family)))


def _tickers(task: DayTask) -> set[str]:
    return {each.event_ticker for each in task.events}


def _events(task: DayTask, plan: Plan, event_ticker: str) -> list[ReplayEvent]:
    """Return the events of a day that can be judged, the one that is told of among them."""
    events = []
    for shelved, known in zip(task.events, task.forecasts, strict=True):
        tape = MarketStore(store_root(shelved.root)).load(shelved.ref)
        fault = fault_of(tape, plan)
        if fault is None:
            events.append(replay_event(plan, tape, known))
        elif tape.event_ticker == event_ticker:
            raise UsageError(f"--explain {event_ticker}: {fault}")
    return events


def _story(day: DayReplay, event_ticker: str, rows: Sequence[LedgerEntry]) -> Iterator[str]:
    n, view = next(
        (n, view)
        for n, view in enumerate(day.views)
        if view.event.tape.event_ticker == event_ticker
    )
    yield from _opening(view)
    results = {result.at: result for result in day.results}
    withheld = dict(day.withheld)
    for look in (look for look in day.looks if look.event == n):
        against = withheld.get(look.clock.at, ())
        yield from _decision(view, look, results[look.clock.at], stopped=bool(against))
        for said in against:
            yield f"    withheld: {said.reason}, {said.detail}"
        for order in day.orders:
            if order.event == n and order.clock == look.clock:
                yield from _order(view, order)
    mine = [row for row in rows if row.event_ticker == event_ticker]
    earned = Money(sum(row.realised.e6 for row in mine if row.realised is not None))
    yield (
        f"settled: {_paid(view)}; {len(mine)} orders, "
        f"{sum(row.filled_e2 for row in mine) / 100:g} contracts filled, fees "
        f"{Money(sum(row.fee_e6 for row in mine))}, net {earned} dollars"
    )


def _opening(view: MarketView) -> Iterator[str]:
    tape, event = view.event.tape, view.event
    prints = 0 if tape.trades is None else tape.trades.at_us.size
    yield (
        f"{tape.event_ticker} ({event.city}, {event.period}): open {_clock(tape.opens_at)} to "
        f"{_clock(tape.closes_at)}, {len(tape.markets)} markets, {prints:,} prints, "
        f"recorded: {tape.fidelity.value}, results: {tape.result_source or 'no source named'}"
    )
    times = 0 if view.depth is None else view.depth.lost_times(view.close_us)
    if times:
        yield f"books were not known {times} times, each until they were shown again"
    for known in event.forecasts:
        skill = "" if known.no_skill is None else f"; {known.no_skill}"
        yield (
            f"forecast known {_clock(known.known_at)}: {known.model}, mean {known.pmf.mean:.1f}, "
            f"sd {known.pmf.sd:.1f}{skill}"
        )


def _decision(view: MarketView, look: Look, result: ScanResult, *, stopped: bool) -> Iterator[str]:
    known = "no forecast" if look.forecast is None else f"forecast of {look.forecast.model}"
    yield (
        f"{_clock(look.clock.at)} decides, orders rest until {_clock(look.clock.rests_until)}: "
        f"{known}, value at risk of the day {result.var:.2f}"
    )
    passed = {each.market_ticker: each for each in result.passed}
    touches = view.touches_at(to_us(look.clock.at))
    for market, touch, prob in zip(
        view.event.ladder.markets, touches, look.prob_yes.tolist(), strict=True
    ):
        yield (
            f"  {market.strike!s:>12}  {_touch(view, touch, to_us(look.clock.at))}  "
            f"model {'-' if np.isnan(prob) else f'{prob:.3f}'}  "
            f"{_verdict(passed.get(market.ticker), stopped=stopped)}"
        )


def _touch(view: MarketView, touch: SeenTouch, at_us: int) -> str:
    bid, ask, _, _, seen_us = touch
    if bid == ABSENT:
        return "no touch       "
    age = (at_us - seen_us) / 60e6
    inferred = f" ({age:.0f} min)" if view.is_inferred else ""
    return f"{bid / 1e4:.2f}/{ask / 1e4:.2f}{inferred}"


def _verdict(passed: Passed | None, *, stopped: bool) -> str:
    if passed is not None:
        return f"{passed.reason.value}: {passed.detail}"
    return "would be quoted, and is withheld" if stopped else "quoted"


def _order(view: MarketView, order: ReplayOrder) -> Iterator[str]:
    p = order.proposal
    yield (
        f"    bids {p.contracts} {p.side.value} of {p.strike} at {p.price} ({p.placement}): "
        f"model {p.prob_model:.3f}, market {p.prob_market:.3f}, pooled {p.prob_pooled:.3f}, "
        f"honest edge {p.ev_honest:+.4f}, at risk {p.max_loss}"
    )
    if order.refused:
        market, price_e4 = order.market, p.price.e4
        why = view.refusal(market, p.side, price_e4, order.placed_us)
        yield f"    refused on arrival: {why}"
        return
    yield f"    {_queue(view, order)}"
    for at_us, count_e2 in zip(
        order.fills.at_us.tolist(), order.fills.count_e2.tolist(), strict=True
    ):
        yield f"    filled {count_e2 / 100:g} at {_clock(from_us(at_us), 'seconds')}"
    yield f"    {_earned(view, order)}"


def _queue(view: MarketView, order: ReplayOrder) -> str:
    prints = view.prints[order.market]
    met = (prints.at_us > order.placed_us) & (prints.at_us <= order.gone_us)
    is_yes = order.proposal.side is Side.YES
    traded = prints.yes_price_e4 if is_yes else E4_PER_DOLLAR - prints.yes_price_e4
    price_e4 = order.proposal.price.e4
    level = int(prints.count_e2[met & (traded == price_e4)].sum())
    through = int(prints.count_e2[met & (traded < price_e4)].sum())
    ahead = (
        "queue ahead unknown, so only prints through the price fill"
        if order.ahead_e2 == UNKNOWN
        else f"{order.ahead_e2 / 100:g} ahead"
    )
    return f"{ahead}; met {level / 100:g} at its price and {through / 100:g} through it"


def _earned(view: MarketView, order: ReplayOrder) -> str:
    filled = order.fills.total_e2
    if not filled:
        return "nothing filled"
    payout = view.event.tape.markets[order.market].yes_payout_e4
    if payout is None:
        return (
            f"filled {filled / 100:g}, fee {order.fee}, and what it earned is not known: unsettled"
        )
    is_yes = order.proposal.side is Side.YES
    paid_e4 = payout if is_yes else E4_PER_DOLLAR - payout
    net = Money((paid_e4 - order.proposal.price.e4) * filled - order.fee.e6)
    return f"filled {filled / 100:g}, fee {order.fee}, paid {paid_e4 / 1e4:g} each: net {net}"


def _paid(view: MarketView) -> str:
    tape = view.event.tape
    if any(market.yes_payout_e4 is None for market in tape.markets):
        return "by no result that is recorded, so not yet"
    won = [str(market.strike) for market in tape.markets if market.yes_payout_e4 == E4_PER_DOLLAR]
    value = "value not recorded" if tape.settlement_value is None else tape.settlement_value
    return f"{value}, {', '.join(won) or 'no listed market'} paid"


def _clock(at: datetime, unit: str = "minutes") -> str:
    return at.isoformat(timespec=unit).replace("+00:00", "Z")
