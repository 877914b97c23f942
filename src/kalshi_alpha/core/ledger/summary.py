"""What a paper ledger adds up to, with forecasts of fills kept apart from fills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, EntryKind, LedgerEntry
from kalshi_alpha.core.types import Contracts, Money, Side


@dataclass(frozen=True, slots=True)
class KindSummary:
    """Totals of the rows of one kind.

    ``trades`` counts orders and ``fills`` those with any contract. ``expected_pnl`` is what the
    beliefs stored at placement promise after fees, rounded to 1e-6 dollars per order.
    ``max_loss`` is what is lost if every market goes the worse way for us, fees included: YES
    and NO of one market offset each other, different markets do not, so it bounds the loss
    of any ladder from above. ``realised_pnl`` is over the ``settled`` orders only.
    """

    trades: int
    fills: int
    settled: int
    posted: Contracts
    contracts: Contracts
    expected_pnl: Money
    max_loss: Money
    fees: Money
    realised_pnl: Money


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """Summaries of real or queue-model fills, and of expected fills; never added together."""

    filled: KindSummary
    expected: KindSummary


def summarise(entries: Iterable[LedgerEntry]) -> LedgerSummary:
    """Sum a ledger by kind of row."""
    rows = list(entries)
    return LedgerSummary(
        filled=_total([row for row in rows if row.kind is EntryKind.FILLED]),
        expected=_total([row for row in rows if row.kind is EntryKind.EXPECTED]),
    )


def _total(rows: Sequence[LedgerEntry]) -> KindSummary:
    realised = [row.realised.e6 for row in rows if row.realised is not None]
    return KindSummary(
        trades=len(rows),
        fills=sum(row.count_e2 > 0 for row in rows),
        settled=len(realised),
        posted=Contracts(sum(row.posted_e2 for row in rows)),
        contracts=Contracts(sum(row.count_e2 for row in rows)),
        expected_pnl=Money(sum(_expected_e6(row) for row in rows)),
        max_loss=max_loss(rows),
        fees=Money(sum(row.fee_e6 for row in rows)),
        realised_pnl=Money(sum(realised)),
    )


def _expected_e6(row: LedgerEntry) -> int:
    return round(row.ev_expected * row.count_e2 * PAYOUT_E6_PER_E2)


def max_loss(rows: Iterable[LedgerEntry]) -> Money:
    """Return the loss, at least zero, if each market settles the worse way for our rows in it."""
    return Money(max(-profit_bounds(rows)[0].e6, 0))


def profit_bounds(rows: Iterable[LedgerEntry]) -> tuple[Money, Money]:
    """Return net profit if every market settles the worse, and the better, way for our rows.

    YES and NO of one market offset each other. Markets of a ladder cannot all go the same way,
    so the ladder's own worst and best lie within these.
    """
    held: dict[str, dict[Side, int]] = defaultdict(lambda: {Side.YES: 0, Side.NO: 0})
    spent_e6 = 0
    for row in rows:
        held[row.market_ticker][row.side] += row.count_e2
        spent_e6 += row.cost.e6 + row.fee_e6
    low_e2 = sum(min(sides.values()) for sides in held.values())
    high_e2 = sum(max(sides.values()) for sides in held.values())
    return (
        Money(low_e2 * PAYOUT_E6_PER_E2 - spent_e6),
        Money(high_e2 * PAYOUT_E6_PER_E2 - spent_e6),
    )
