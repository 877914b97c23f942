"""Settlement: entries and outcomes in, settled entries and breaks out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.types import E4_PER_DOLLAR, Price, Side


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one YES contract of a market paid, and when; ``yes_payout`` None means void.

    Raises
    ------
    BadParameter
        If ``settled_at`` carries no zone.
    """

    yes_payout: Price | None
    settled_at: datetime

    def __post_init__(self) -> None:
        if self.settled_at.tzinfo is None:
            raise BadParameter("a settlement's time carries no zone")

    @classmethod
    def yes(cls, at: datetime) -> Self:
        """Return the settlement of a market whose statement held."""
        return cls(Price(E4_PER_DOLLAR), at)

    @classmethod
    def no(cls, at: datetime) -> Self:
        """Return the settlement of a market whose statement did not hold."""
        return cls(Price(0), at)

    @classmethod
    def void(cls, at: datetime) -> Self:
        """Return the settlement of a market that was cancelled: its rows are dropped."""
        return cls(None, at)

    @classmethod
    def on_value(cls, index: int, lo: int | None, hi: int | None, at: datetime) -> Self:
        """Settle by the value's grid index against the market's inclusive interval.

        ``None`` is an unbounded end.
        """
        holds = (lo is None or lo <= index) and (hi is None or index <= hi)
        return cls.yes(at) if holds else cls.no(at)


class BreakReason(StrEnum):
    """Why an entry was not simply settled."""

    VOID = "void"
    CONFLICT = "conflict"
    SETTLED_BEFORE_PLACED = "settled_before_placed"


@dataclass(frozen=True, slots=True)
class Break:
    """An entry that settlement could not agree with: a value to report, not an exception."""

    entry_id: str
    market_ticker: str
    reason: BreakReason


def settle(
    entries: Iterable[LedgerEntry], outcomes: Mapping[str, Settlement]
) -> tuple[list[LedgerEntry], list[Break]]:
    """Settle every entry whose market has an outcome.

    Parameters
    ----------
    entries
        Entries in any state; they are not changed.
    outcomes
        Settlement by market ticker.

    Returns
    -------
    entries
        New entries in the order given. Entries without an outcome come back as they were, those
        of void markets are dropped, and a settled entry that the outcome contradicts keeps what
        it says: a correction is made by whoever resolves the break.
    breaks
        One for each dropped or contradicted entry.

    Notes
    -----
    Settling twice is harmless. A forecast row is settled too, on its expected contracts, so
    that expected and realised stay in the same basis points of a one dollar payout.
    """
    settled: list[LedgerEntry] = []
    breaks: list[Break] = []
    for entry in entries:
        outcome = outcomes.get(entry.market_ticker)
        after, reason = (entry, None) if outcome is None else _settle_one(entry, outcome)
        if after is not None:
            settled.append(after)
        if reason is not None:
            breaks.append(Break(entry.entry_id, entry.market_ticker, reason))
    return settled, breaks


def _settle_one(
    entry: LedgerEntry, outcome: Settlement
) -> tuple[LedgerEntry | None, BreakReason | None]:
    if outcome.yes_payout is None:
        return None, BreakReason.VOID
    if outcome.settled_at < entry.placed_at:
        return entry, BreakReason.SETTLED_BEFORE_PLACED
    paid = outcome.yes_payout if entry.side is Side.YES else outcome.yes_payout.complement()
    # A payout of 1e-4 dollars times 1e-2 contracts is a whole number of 1e-6 dollars.
    payout_e6 = paid.e4 * entry.count_e2
    if entry.payout_e6 is not None:
        return entry, None if entry.payout_e6 == payout_e6 else BreakReason.CONFLICT
    whole = paid.e4 // E4_PER_DOLLAR if paid.e4 in {0, E4_PER_DOLLAR} else None
    return (
        replace(entry, settled_at=outcome.settled_at, outcome=whole, payout_e6=payout_e6),
        None,
    )


def count_voids(breaks: Iterable[Break]) -> int:
    """Return how many entries were dropped because their market was void."""
    return sum(item.reason is BreakReason.VOID for item in breaks)
