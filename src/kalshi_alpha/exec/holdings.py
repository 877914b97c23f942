"""What the ledger says is committed already, by event: fills, and orders that still rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.core.fees import FeeTerms, Liquidity, order_fee
from kalshi_alpha.core.fees.rounding import DIRECT_STEP_E6
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.risk.pal import Commitment, Exposure, ladder_exposure
from kalshi_alpha.core.risk.unit_book import UnitBook
from kalshi_alpha.core.schedule.families import weather_phase
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.exec.wiring import Run


def held_and_allowed(
    run: Run,
    entries: Iterable[LedgerEntry],
    snapshots: Iterable[LadderSnapshot],
    policy: PalPolicy,
    run_scope: str,
) -> Holdings:
    """Return what this run's mode has committed and not settled, and every ladder's limits.

    A venue's order rests until it is known to have ended. A paper order rests until its market
    closes, and counts with all that it posted: how much of it the tape fills later is not known at
    the clock. Rows that this very run wrote before are
    left out, since it is about to replace them.
    """
    ladders = {s.ladder.event_ticker: s for s in snapshots}
    fees = {event: snapshot.fee_terms for event, snapshot in ladders.items()}
    held: dict[str, list[Exposure]] = {}
    elsewhere: dict[str, list[Exposure]] = {}
    rows = tuple(entries)
    seen = {_order_of(row) for row in rows if row.kind is EntryKind.FILLED}
    for row in rows:
        if row.kind is EntryKind.EXPECTED and _order_of(row) in seen:
            continue  # What was forecast of an order counts until it is known what filled.
        if _is_open(run, row, run_scope):
            found = list(exposures_of(row, run.clock.at, fees))
            place = held if row.event_ticker in ladders else elsewhere
            key = row.event_ticker if row.event_ticker in ladders else row.risk_unit
            if found:
                place.setdefault(key, []).extend(found)
    limits = {event: policy.limits(snapshot.ladder) for event, snapshot in ladders.items()}
    return Holdings(held, limits, {unit: all_or_nothing(each) for unit, each in elsewhere.items()})


def all_or_nothing(exposures: Sequence[Exposure]) -> UnitBook:
    """Return a book without its ladder: all of it pays or none, as the prices paid have it.

    That is the widest the payoffs can lie apart at their mean, and the largest possible loss.
    """
    count_e2 = sum(each.contracts.e2 for each in exposures)
    paid = sum(each.price.e4 * each.contracts.e2 for each in exposures)
    yes_e2 = sum(each.contracts.e2 for each in exposures if each.side is Side.YES)
    prob = paid / (1e4 * count_e2)
    return UnitBook(
        ladder_exposure(exposures), (0, count_e2), (1.0 - prob, prob), (2 * yes_e2 - count_e2) / 100
    )


def _order_of(row: LedgerEntry) -> tuple[object, ...]:
    # Without the price: what is expected of an order may be booked at a worse one than its own.
    return (row.mode, row.environment, row.market_ticker, row.side, row.as_of)


def _is_open(run: Run, row: LedgerEntry, run_scope: str) -> bool:
    own = row.as_of == run.clock.at and row.run_scope == run_scope
    return (
        not row.is_settled
        and row.mode is run.ledger_mode
        and row.environment == run.environment
        and row.as_of <= run.clock.at
        and not own
    )


def exposures_of(
    row: LedgerEntry, at: datetime, fees: Mapping[str, FeeTerms]
) -> Iterator[Exposure]:
    """Yield what a row that is not settled has at risk: what is filled, and what still rests.

    Parameters
    ----------
    row
        The row.
    at
        The clock.
    fees
        Fee terms by event; an order that rests in an event without any counts no fee.
    """
    has_filled = row.filled_at is not None and row.filled_at <= at
    filled_e2 = row.filled_e2 if has_filled else 0
    if filled_e2:
        yield _exposure(row, Commitment.FILLED, filled_e2, Money(row.fee_e6))
    resting_e2 = row.posted_e2 - filled_e2
    if resting_e2 and _rests(row, at):
        terms = fees.get(row.event_ticker)
        yield _exposure(row, Commitment.RESTING, resting_e2, _maker_fee(row, resting_e2, terms))


def _rests(row: LedgerEntry, at: datetime) -> bool:
    """Say whether the order still rests; one whose end is not known does until its market closes.

    One whose close is not known either rests until it is settled.
    """
    if row.ended_at is not None and row.ended_at <= at:
        return False
    if row.lead_hours is None:
        return row.kind is EntryKind.FILLED
    closes_at = (row.filled_at or row.placed_at) + timedelta(hours=row.lead_hours)
    return at < closes_at and not _cancelled(row, at)


def _cancelled(row: LedgerEntry, at: datetime) -> bool:
    """Say whether a weather order's window is over: its market closes half a day later."""
    if row.family != "WEATHER":
        return False
    until = weather_phase(row.placed_at).rests_until
    return until is not None and at > until


def _maker_fee(row: LedgerEntry, count_e2: int, terms: FeeTerms | None) -> Money:
    if terms is None:
        return Money(0)
    price, count = Price(row.price_e4), Contracts(count_e2)
    return order_fee(terms, price, count, Liquidity.MAKER, DIRECT_STEP_E6)


def _exposure(row: LedgerEntry, commitment: Commitment, count_e2: int, fee: Money) -> Exposure:
    return Exposure(
        ticker=row.market_ticker,
        side=row.side,
        commitment=commitment,
        price=Price(row.price_e4),
        contracts=Contracts(count_e2),
        fee=fee,
    )
