"""Settling ledger rows whose news has been printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.settle import Settlement, settle
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.feed_verdicts import known_rows
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Outcome, Strategy


def settle_known(
    run: Run, strategy: Strategy, snapshots: Iterable[LadderSnapshot], store: LedgerStore
) -> tuple[LedgerEntry, ...]:
    """Settle this mode's open rows by the first prints known at the clock; return those settled.

    Rows of other modes and rows placed later than the clock are left alone.
    """
    ledger = store.entries()
    open_rows = [
        row
        for row in ledger
        if not row.is_settled and row.mode is run.ledger_mode and row.placed_at <= run.clock.at
    ]
    if not open_rows:
        return ()
    prints = strategy.outcomes(
        lambda source: known_rows(run.store, source, run.clock.at), run.clock.at
    )
    settled, _ = settle(open_rows, market_settlements(snapshots, prints))
    changed = tuple(row for row in settled if row.is_settled)
    if changed:
        store.upsert(changed, run.clock.at)
    return changed


def market_settlements(
    snapshots: Iterable[LadderSnapshot], prints: Mapping[tuple[str, date], Outcome]
) -> dict[str, Settlement]:
    """Return the settlement of every market whose ladder's value has been printed."""
    found: dict[str, Settlement] = {}
    for snapshot in snapshots:
        outcome = prints.get((snapshot.ladder.quantity, snapshot.period))
        if outcome is None:
            continue
        for market in snapshot.ladder.markets:
            pays = interval(market.strike, snapshot.ladder.grid)
            found[market.ticker] = Settlement.on_value(
                outcome.index, pays.lo, pays.hi, outcome.known_at
            )
    return found
