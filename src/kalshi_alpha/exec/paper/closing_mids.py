"""Closing mids of the markets that were traded in, asked of the venue once they have closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kalshi_alpha.brokers.kalshi import decode
from kalshi_alpha.core.errors import ParseRefused, VenueError, VenueRefused
from kalshi_alpha.core.ledger.closing_mid import NoMid, QuoteSnapshot, closing_quote
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.datastore.closing_mids import MidAttempt, read_mid_attempts, write_mid_attempts
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.wiring import Run

if TYPE_CHECKING:
    from kalshi_alpha.brokers.kalshi.market_reads import MarketReads

LISTED_AFTER = timedelta(minutes=2)
"""How long after its close a market waits for its last candle to be listed."""
MARKETS_MAX = 40
"""Markets that one run asks, each with one request."""
ASKED_AGAIN_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""Pauses before a market without a mid is asked again; after the last it is given up."""
OF_THE_MARKET = frozenset({400, 404})
"""Refusals that speak of the market and not of whoever asks."""
_MINUTE, _LOOKED_BACK = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ClosedMarket:
    """A market that has closed and whose closing mid is wanted."""

    series: str
    ticker: str
    close_at: datetime


@dataclass(frozen=True, slots=True)
class MidAnswer:
    """What the venue said of a closed market.

    Attributes
    ----------
    market
        Which.
    quote
        Its last valid quotes; None if it had none.
    why
        What it lacked.
    """

    market: ClosedMarket
    quote: QuoteSnapshot | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ClosingMids:
    """Rows that got their closing mid, and what markets without one lacked, by ticker.

    ``given_up`` names those that are not asked any more.
    """

    rows: tuple[LedgerEntry, ...] = ()
    without: Mapping[str, str] | None = None
    given_up: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """One line for people; empty if nothing was asked."""
        lacking = self.without or {}
        if not self.rows and not lacking:
            return ""
        orders = "1 order" if len(self.rows) == 1 else f"{len(self.rows)} orders"
        said = [f"closing mids: {orders}"]
        said += [
            f"{ticker} has none ({why}{', given up' if ticker in self.given_up else ''})"
            for ticker, why in lacking.items()
        ]
        return "; ".join(said)


def awaiting(run: Run) -> tuple[ClosedMarket, ...]:
    """Return the markets to ask about now, those that closed first at the head.

    They are the markets of this venue's filled orders without a mid. One that had none is asked
    again an hour later, a day and a week later, and no more.

    Raises
    ------
    TornFile, NewerSchema
        If the ledger, or the memory of what was asked, cannot be read.
    """
    at = run.clock.at
    closed: dict[str, ClosedMarket] = {}
    for row in sorted(_lacking(run, LedgerStore(run.paths)), key=lambda row: row.placed_at):
        # The venue may have moved the close: the order that was placed last knows best.
        if row.closes_at is not None:
            closed[row.market_ticker] = ClosedMarket(row.series, row.market_ticker, row.closes_at)
    if not closed:
        return ()
    asked = read_mid_attempts(run.paths.closing_mids(run.environment))
    due = [
        each
        for each in closed.values()
        if each.close_at + LISTED_AFTER <= at and _may_be_asked(asked.get(each.ticker), at)
    ]
    return tuple(sorted(due, key=lambda each: (each.close_at, each.ticker))[:MARKETS_MAX])


def _lacking(run: Run, store: LedgerStore) -> list[LedgerEntry]:
    """Return the filled orders at a run's venue that have no closing mid."""
    if run.venue is None:
        return []
    return [
        row
        for row in store.entries()
        if row.close_mid is None
        and row.environment == run.environment
        and row.mode is not LedgerMode.OFFLINE
        and row.kind is EntryKind.FILLED
        and row.filled_e2 > 0
        and row.placed_at <= run.clock.at
    ]


def _may_be_asked(before: MidAttempt | None, at: datetime) -> bool:
    if before is None:
        return True
    return not _given_up(before) and (
        at >= before.asked_at + ASKED_AGAIN_AFTER[max(before.attempts, 1) - 1]
    )


def _given_up(before: MidAttempt) -> bool:
    return before.attempts > len(ASKED_AGAIN_AFTER)


async def read_closing(
    client: MarketReads, markets: Sequence[ClosedMarket]
) -> tuple[MidAnswer, ...]:
    """Ask the venue for the candles around every market's close.

    A market whose candles are refused or cannot be read has no mid. A venue that does not answer
    ends the asking: nothing is known of the markets that are left, and mids are no reason to
    fail.
    """
    found: list[MidAnswer] = []
    for market in markets:
        try:
            found.append(await _ask(client, market))
        except ParseRefused as error:
            found.append(MidAnswer(market, None, str(error)))
        except VenueError as error:
            if not isinstance(error, VenueRefused) or error.status not in OF_THE_MARKET:
                break
            found.append(MidAnswer(market, None, str(error)))
    return tuple(found)


async def _ask(client: MarketReads, market: ClosedMarket) -> MidAnswer:
    # The minute after the close begins with the quotes that stood at the close.
    begun, ended = market.close_at - _LOOKED_BACK, market.close_at + _MINUTE
    candles = await client.candles(market.series, market.ticker, begun, ended, 1)
    found = closing_quote(decode.quote_snapshots(candles, _MINUTE), market.close_at)
    return (
        MidAnswer(market, None, found.value)
        if isinstance(found, NoMid)
        else MidAnswer(market, found)
    )


def record(run: Run, store: LedgerStore, answers: Iterable[MidAnswer]) -> ClosingMids:
    """Write the mids into the ledger's rows, and remember the markets that had none.

    Raises
    ------
    TornFile, NewerSchema
        If the ledger, or the memory of what was asked, cannot be read.
    """
    told = {each.market.ticker: each for each in answers}
    if not told:
        return ClosingMids()
    lacking = _lacking(run, store)
    rows = tuple(
        replace(row, close_mid=quote.mid(row.side))
        for row in lacking
        if row.market_ticker in told and (quote := told[row.market_ticker].quote) is not None
    )
    if rows:
        store.upsert(rows, run.clock.at)
    without = {ticker: each.why for ticker, each in told.items() if each.quote is None}
    still = {row.market_ticker for row in lacking} - {row.market_ticker for row in rows}
    attempts = _remember(run, without, still)
    given_up = [ticker for ticker in without if _given_up(attempts[ticker])]
    return ClosingMids(rows, without, tuple(given_up))


def _remember(run: Run, without: Mapping[str, str], still: set[str]) -> Mapping[str, MidAttempt]:
    """Note one more attempt of each market; those that nobody waits for any more are forgotten."""
    path, at = run.paths.closing_mids(run.environment), run.clock.at
    known = read_mid_attempts(path)
    kept = {ticker: each for ticker, each in known.items() if ticker in still}
    for ticker, why in without.items():
        before = known[ticker].attempts if ticker in known else 0
        kept[ticker] = MidAttempt(attempts=before + 1, asked_at=at, why=why)
    if kept != known:
        write_mid_attempts(path, kept, at)
    return kept
