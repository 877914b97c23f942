"""What is kept of a replayed day: ledger rows, mark-outs, what was known, and the baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.replay.baselines import BaselineDay, BaselineRules, baseline_day
from kalshi_alpha.core.replay.chain import Chain, ReplayEvent
from kalshi_alpha.core.replay.clocks import from_us
from kalshi_alpha.core.replay.engine import DayReplay, ReplayOrder, replay_day
from kalshi_alpha.core.replay.gate import NOTHING_STANDS, Standing
from kalshi_alpha.core.replay.losses import EventLosses, event_losses, known_probabilities
from kalshi_alpha.core.replay.mark_outs import MarkSums, mark_outs, mark_sums
from kalshi_alpha.core.replay.settled_day import ledger_rows


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event that was replayed: its name, its place, how often it was looked at, and by what.

    ``book_gaps`` is how often books of it were lost for a second or more.
    """

    event_ticker: str
    city: str
    fidelity: str
    decisions: int
    models: tuple[str, ...]
    book_gaps: int


@dataclass(frozen=True, slots=True)
class DatedFill:
    """One fill of a row: when, hundredths of contracts, and its net fee in 1e-6 dollars."""

    at: datetime
    count_e2: int
    fee_e6: int


@dataclass(frozen=True, slots=True, eq=False)
class DayOutcome:
    """One replayed day.

    Attributes
    ----------
    day
        What its events are about.
    events
        What was replayed.
    rows, row_events, row_fills
        A settled ledger row per order that rested, the index of its event, and the row's fills in
        time order: the row itself knows the first instant and the sum.
    refused
        Orders that would have crossed on arrival.
    marks
        Of every order that filled; ``marks.order`` is the index of a row.
    losses
        What probabilities known at decisions cost, by event.
    baselines
        Sums of the baselines.
    passed
        How often a market was passed over, by reason.
    withheld
        How many decisions the gate spoke against, by its reason.
    clocks, proposed
        When was decided, and at which of these clocks something was proposed, withheld or not.
    """

    day: date
    events: tuple[EventFacts, ...]
    rows: tuple[LedgerEntry, ...]
    row_events: tuple[int, ...]
    row_fills: tuple[tuple[DatedFill, ...], ...]
    refused: int
    marks: MarkSums
    losses: tuple[EventLosses, ...]
    baselines: tuple[BaselineDay, ...]
    passed: Mapping[str, int]
    withheld: Mapping[str, int]
    clocks: tuple[datetime, ...] = ()
    proposed: tuple[datetime, ...] = ()


def day_outcome(
    events: Sequence[ReplayEvent],
    chain: Chain,
    baseline_rules: BaselineRules,
    standing: Standing = NOTHING_STANDS,
) -> DayOutcome:
    """Replay the events of one day and keep what reports are made of."""
    day = replay_day(events, chain, standing)
    return outcome_of(day, chain, baseline_rules)


def outcome_of(day: DayReplay, chain: Chain, baseline_rules: BaselineRules) -> DayOutcome:
    """Reduce a replayed day to what reports are made of."""
    rested = np.array([not order.refused for order in day.orders], dtype=np.bool_)
    marks = mark_sums(mark_outs(day))
    pooling, weight = chain.policy.pooling, chain.pool_weight
    known = known_probabilities(day)
    orders = [order for order in day.orders if not order.refused]
    place = np.cumsum(rested) - 1
    passed = Counter(str(each.reason) for result in day.results for each in result.passed)
    return DayOutcome(
        day=min(view.event.period for view in day.views),
        events=tuple(_facts(day, n) for n in range(len(day.views))),
        rows=ledger_rows(day, chain.family),
        row_events=tuple(order.event for order in orders),
        row_fills=tuple(tuple(_dated(order)) for order in orders),
        refused=int((~rested).sum()),
        marks=replace(marks, order=place[marks.order] if marks.order.size else marks.order),
        losses=event_losses(known, len(day.views), chain.family, pooling, weight),
        baselines=baseline_day(day, chain, baseline_rules),
        passed=dict(sorted(passed.items())),
        withheld=_withheld(day),
        clocks=tuple(result.at for result in day.results),
        proposed=tuple(result.at for result in day.results if result.proposals),
    )


def _dated(order: ReplayOrder) -> Iterator[DatedFill]:
    for (at_us, count_e2), fee_e6 in zip(order.fills, order.fees_e6, strict=True):
        yield DatedFill(from_us(at_us), count_e2, fee_e6)


def _withheld(day: DayReplay) -> dict[str, int]:
    """Count decisions, not findings: several feeds that are stale are one reason."""
    reasons = (sorted({str(each.reason) for each in found}) for _, found in day.withheld)
    return dict(Counter(reason for each in reasons for reason in each))


def _facts(day: DayReplay, n: int) -> EventFacts:
    looks = [look for look in day.looks if look.event == n]
    models = {look.forecast.model for look in looks if look.forecast is not None}
    view = day.views[n]
    return EventFacts(
        event_ticker=view.event.tape.event_ticker,
        city=view.event.city,
        fidelity=view.event.tape.fidelity.value,
        decisions=len(looks),
        models=tuple(sorted(models)),
        book_gaps=0 if view.depth is None else view.depth.lost_times(view.close_us),
    )
