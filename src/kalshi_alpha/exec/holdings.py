"""What the ledger says is held already, by event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.risk.pal import Commitment, Exposure
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.exec.wiring import Run


def held_and_allowed(
    run: Run,
    entries: Iterable[LedgerEntry],
    snapshots: Iterable[LadderSnapshot],
    policy: PalPolicy,
    run_scope: str,
) -> Holdings:
    """Return the unsettled fills of this run's mode, and every ladder's position limits.

    Rows that this very run wrote before are left out: it is about to replace them.
    """
    held: dict[str, list[Exposure]] = {}
    for row in entries:
        if _is_held(run, row, run_scope):
            held.setdefault(row.event_ticker, []).append(_exposure(row, run.clock.at))
    limits = {s.ladder.event_ticker: policy.limits(s.ladder) for s in snapshots}
    return Holdings(held, limits)


def _is_held(run: Run, row: LedgerEntry, run_scope: str) -> bool:
    own = row.as_of == run.clock.at and row.run_scope == run_scope
    return (
        row.kind is EntryKind.FILLED
        and row.filled_e2 > 0
        and not row.is_settled
        and row.mode is run.ledger_mode
        and row.environment == run.environment
        and row.as_of <= run.clock.at
        and not own
    )


def _exposure(row: LedgerEntry, at: datetime) -> Exposure:
    # An order whose tape fills it later still rests at the clock, with all that it posted.
    resting = row.filled_at is not None and row.filled_at > at
    return Exposure(
        ticker=row.market_ticker,
        side=row.side,
        commitment=Commitment.RESTING if resting else Commitment.FILLED,
        price=Price(row.price_e4),
        contracts=Contracts(row.posted_e2 if resting else row.filled_e2),
        fee=Money(row.fee_e6),
    )
