"""Settling ledger rows whose news has been printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from kalshi_alpha.core.errors import BadMarket, BadStrike, MissingData
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.ledger.entry import LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.settle import Settlement, settle
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import Strike, StrikeType
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.event_news import event_about
from kalshi_alpha.exec.feed_verdicts import known_rows, release_calendar
from kalshi_alpha.exec.inputs import CALENDAR
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Outcome, Strategy

_REAL = frozenset({LedgerMode.PAPER, LedgerMode.DEMO, LedgerMode.LIVE})


def settle_known(
    run: Run, strategy: Strategy, snapshots: Iterable[LadderSnapshot], store: LedgerStore
) -> tuple[LedgerEntry, ...]:
    """Settle open rows by the first prints known at the clock; return those settled.

    At a real venue the rows of all real venues are settled, live ones too: a print is the same
    for all of them, and what a venue pays later goes before it. Otherwise rows of other modes are
    left alone, and always those placed later than the clock.
    """
    ledger, modes = store.entries(), _settled_together(run)
    open_rows = [
        row
        for row in ledger
        if not row.is_settled and row.mode in modes and row.placed_at <= run.clock.at
    ]
    if not open_rows:
        return ()
    prints = strategy.outcomes(
        lambda source: known_rows(run.store, source, run.clock.at), run.clock.at
    )
    listed = tuple(snapshots)
    found = unlisted_settlements(run, open_rows, listed, prints)
    settled, _ = settle(open_rows, found | market_settlements(listed, prints))
    changed = tuple(row for row in settled if row.is_settled)
    if changed:
        store.upsert(changed, run.clock.at)
    return changed


def _settled_together(run: Run) -> frozenset[LedgerMode]:
    return _REAL if run.ledger_mode in _REAL else frozenset({run.ledger_mode})


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


def unlisted_settlements(
    run: Run,
    rows: Iterable[LedgerEntry],
    listed: Iterable[LadderSnapshot],
    prints: Mapping[tuple[str, date], Outcome],
) -> dict[str, Settlement]:
    """Settle rows of events that the venue lists no longer, by what the rows themselves say.

    A row whose series, period or strike cannot be read stays open.
    """
    events = {snapshot.ladder.event_ticker for snapshot in listed}
    terms = {series.ticker: series for series in run.settings.series.series}
    left = [row for row in rows if row.event_ticker not in events and row.series in terms]
    if not left:
        return {}
    calendar = release_calendar(known_rows(run.store, CALENDAR, run.clock.at))
    found: dict[str, Settlement] = {}
    for row in left:
        series = terms[row.series]
        try:
            period = event_about(row.event_ticker, series, calendar)
            pays = interval(written_strike(row.strike), series.grid)
        except (BadMarket, BadStrike, MissingData):
            continue
        outcome = prints.get((row.quantity, period))
        if outcome is not None:
            found[row.market_ticker] = Settlement.on_value(
                outcome.index, pays.lo, pays.hi, outcome.known_at
            )
    return found


def written_strike(text: str) -> Strike:
    """Read a strike back from a ledger row: ``> 0.1``, ``>= 220000``, ``< 35``, ``35 to 36``.

    Raises
    ------
    BadStrike
        If it is none of these.
    """
    match text.split():
        case [">" | ">=" as sign, bound]:
            kind = StrikeType.GREATER if sign == ">" else StrikeType.GREATER_OR_EQUAL
            return Strike(kind, floor=_bound(bound))
        case ["<" | "<=" as sign, bound]:
            kind = StrikeType.LESS if sign == "<" else StrikeType.LESS_OR_EQUAL
            return Strike(kind, cap=_bound(bound))
        case [floor, "to", cap]:
            return Strike(StrikeType.BETWEEN, _bound(floor), _bound(cap))
        case _:
            raise BadStrike(f"no strike can be read from {text!r}")


def _bound(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadStrike(f"{text!r} is no strike") from error
