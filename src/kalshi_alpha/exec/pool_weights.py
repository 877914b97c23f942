"""How much our probabilities weigh against the market's, event by event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from kalshi_alpha.core.forecast.pooling import PoolWeight, learn_weight, prior_weight
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.exec.wiring import Run

_DAY_S = 86_400.0


class Lesson(NamedTuple):
    """A settled fill: what our model and the market gave its side, and whether it paid."""

    model: float
    market: float
    outcome: int
    risk_unit: str


def pool_weights(
    run: Run, snapshots: Iterable[LadderSnapshot], entries: Iterable[LedgerEntry]
) -> dict[str, PoolWeight]:
    """Return the weight of each event's forecast, by event ticker.

    The prior is the family's at the event's lead; it moves with the log score of the family's
    settled fills that count as evidence, every piece of news counting once.
    """
    lessons = list(_lessons(run, entries))
    return {snapshot.ladder.event_ticker: _weight(run, snapshot, lessons) for snapshot in snapshots}


def _weight(run: Run, snapshot: LadderSnapshot, lessons: Sequence[Lesson]) -> PoolWeight:
    closes_at = max(market.close_at for market in snapshot.ladder.markets)
    lead_days = max(0.0, (closes_at - run.clock.at).total_seconds() / _DAY_S)
    fills_of = Counter(lesson.risk_unit for lesson in lessons)
    return learn_weight(
        [np.array([1.0 - lesson.model, lesson.model]) for lesson in lessons],
        [np.array([1.0 - lesson.market, lesson.market]) for lesson in lessons],
        [lesson.outcome for lesson in lessons],
        prior_weight(run.family, lead_days),
        [1.0 / fills_of[lesson.risk_unit] for lesson in lessons],
    )


def _lessons(run: Run, entries: Iterable[LedgerEntry]) -> Iterator[Lesson]:
    for row in evidence_rows(entries):
        if row.family != run.family or row.settled_at is None or row.settled_at > run.clock.at:
            continue
        # The model's own word is weighed, not what was pooled from it at the weight of that day.
        if row.p_model is None or row.m_at_fill is None or row.outcome is None:
            continue
        yield Lesson(row.p_model, row.m_at_fill, row.outcome, row.risk_unit)
