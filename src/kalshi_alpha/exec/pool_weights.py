"""How much our probabilities weigh against the market's, event by event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from kalshi_alpha.core.forecast.pooling import PoolWeight, learn_weight, prior_weight
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.exec.wiring import Run

_DAY_S = 86_400.0


def pool_weights(
    run: Run, snapshots: Iterable[LadderSnapshot], entries: Iterable[LedgerEntry]
) -> dict[str, PoolWeight]:
    """Return the weight of each event's forecast, by event ticker.

    The prior is the family's at the event's lead; it moves with the log score of the family's
    settled fills that count as evidence, every piece of news counting once.
    """
    settled = _settled(run, entries)
    return {snapshot.ladder.event_ticker: _weight(run, snapshot, settled) for snapshot in snapshots}


def _weight(run: Run, snapshot: LadderSnapshot, settled: list[LedgerEntry]) -> PoolWeight:
    closes_at = max(market.close_at for market in snapshot.ladder.markets)
    lead_days = max(0.0, (closes_at - run.clock.at).total_seconds() / _DAY_S)
    prior = prior_weight(run.family, lead_days)
    rows_of: Mapping[str, int] = Counter(row.risk_unit for row in settled)
    return learn_weight(
        [np.array([1.0 - row.p, row.p]) for row in settled],
        [np.array([1.0 - _mid(row), _mid(row)]) for row in settled],
        [int(row.outcome or 0) for row in settled],
        prior,
        [1.0 / rows_of[row.risk_unit] for row in settled],
    )


def _settled(run: Run, entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    return [
        row
        for row in evidence_rows(entries)
        if row.family == run.family
        and row.outcome is not None
        and row.m_at_fill is not None
        and row.settled_at is not None
        and row.settled_at <= run.clock.at
    ]


def _mid(row: LedgerEntry) -> float:
    return 0.5 if row.m_at_fill is None else row.m_at_fill
