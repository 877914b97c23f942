"""Paper orders at a real venue: kept until their end, then judged by what was traded meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from kalshi_alpha.brokers.kalshi import decode
from kalshi_alpha.brokers.kalshi.market_reads import MarketReads
from kalshi_alpha.brokers.kalshi.payloads import TradesReply
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ParseRefused, VenueRefused
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.order_rows import OrderSource, keeping_settlements, rows_of_orders
from kalshi_alpha.core.ledger.paper_orders import OpenPaperOrder, judged
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import Contracts, Trade
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paper_orders import read_paper_orders, write_paper_orders
from kalshi_alpha.exec.beliefs import belief_of, pmf_sha256
from kalshi_alpha.exec.paper.closing_mids import OF_THE_MARKET
from kalshi_alpha.exec.paper.ledger import PaperTerms, intent_of
from kalshi_alpha.exec.wiring import Run

PRINTED_AFTER = timedelta(minutes=2)
"""How long after its end an order waits for the last prints to be listed."""

Tapes = Mapping[str, Sequence[Trade]]
"""Prints of an order's market while it rested, oldest first, by the id of the order."""


def due(run: Run) -> tuple[OpenPaperOrder, ...]:
    """Return the paper orders of a run's venue that have ended and can be judged.

    Raises
    ------
    TornFile, NewerSchema
        If the file of open orders cannot be read.
    """
    at = run.clock.at
    return tuple(
        order
        for order in read_paper_orders(run.paths.paper_orders(run.environment))
        if order.intent.expires_at + PRINTED_AFTER <= at
    )


async def read_tapes(
    client: MarketReads, orders: Iterable[OpenPaperOrder]
) -> dict[str, Sequence[Trade]]:
    """Ask the venue for the prints of every market that the orders rested in, and for no others.

    A tape with a hole is no tape: a market whose prints are refused or cannot be read is left out,
    and its orders wait for the next run.

    Raises
    ------
    VenueError
        If the venue does not answer.
    """
    ended, spans = tuple(orders), dict[str, tuple[datetime, datetime]]()
    for order in ended:
        meant = order.intent
        begun, over = spans.get(meant.ticker, (meant.decided_at, meant.expires_at))
        spans[meant.ticker] = min(begun, meant.decided_at), max(over, meant.expires_at)
    prints: dict[str, Sequence[Trade]] = {}
    for ticker, (begun, over) in spans.items():
        try:
            prints[ticker] = await _prints(client, ticker, begun, over)
        except ParseRefused:
            continue
        except VenueRefused as error:
            if error.status not in OF_THE_MARKET:
                raise
    return {
        order.intent.client_order_id: prints[order.intent.ticker]
        for order in ended
        if order.intent.ticker in prints
    }


async def _prints(
    client: MarketReads, ticker: str, begun: datetime, over: datetime
) -> tuple[Trade, ...]:
    second = timedelta(seconds=1)
    found = await client.trades(ticker, min_ts=begun - second, max_ts=over + second)
    return decode.trades(TradesReply(found, ""))


def opened(
    run: Run,
    proposals: Iterable[Proposal],
    snapshots: Iterable[LadderSnapshot],
    forecasts: Iterable[Forecast],
    terms: PaperTerms,
) -> tuple[OpenPaperOrder, ...]:
    """Return the orders that proposals rest on paper until their window ends.

    Its parameters are those of `paper_entries`.
    """
    hashes = {(f.quantity, f.period): pmf_sha256(f.pmf) for f in forecasts}
    by_event = {snapshot.ladder.event_ticker: snapshot for snapshot in snapshots}
    if not terms.expires_at > run.clock.at:
        return ()
    return tuple(_opened(run, p, by_event[p.event_ticker], hashes, terms) for p in proposals)


def _opened(
    run: Run,
    proposal: Proposal,
    snapshot: LadderSnapshot,
    hashes: Mapping[tuple[str, date], str],
    terms: PaperTerms,
) -> OpenPaperOrder:
    sha256 = hashes[snapshot.ladder.quantity, snapshot.period]
    belief = belief_of(run.family, proposal, snapshot, sha256)
    intent = replace(intent_of(proposal, run.clock.at), expires_at=terms.expires_at, belief=belief)
    shown = snapshot.books[proposal.market_ticker].bids(proposal.side)
    ahead = sum(level.size_e2 for level in shown if level.price_e4 == proposal.price.e4)
    return OpenPaperOrder(
        intent=intent,
        ahead=Contracts(ahead),
        fees=snapshot.fee_terms,
        balance_step_e6=terms.balance_step_e6,
    )


def renew(
    run: Run, store: LedgerStore, placed: Iterable[OpenPaperOrder], tapes: Tapes
) -> tuple[LedgerEntry, ...]:
    """Judge the orders whose tape was read, keep the others and the new ones, and return rows.

    A judged order without a fill has a row too: what fills is judged by what was posted. Rows are
    in the ledger before their orders are forgotten: a run that dies between the two is repeated by
    the next one, and writes the same rows.

    Raises
    ------
    TornFile, NewerSchema
        If the file of open orders, or the ledger, cannot be read.
    """
    path = run.paths.paper_orders(run.environment)
    ended = [o for o in read_paper_orders(path) if o.intent.client_order_id in tapes]
    source = OrderSource(run.ledger_mode, run.environment, run.clock.source)
    records = [judged(order, tapes[order.intent.client_order_id]) for order in ended]
    rows = rows_of_orders(records, source, {})
    if rows:
        store.upsert(keeping_settlements(store.entries(), rows), run.clock.at)
    fresh = tuple(placed)
    if ended or fresh:
        known = read_paper_orders(path)
        kept = [order for order in known if order.intent.client_order_id not in tapes]
        write_paper_orders(path, [*kept, *fresh], run.clock.at)
    return rows


def rests_on_paper(run: Run) -> bool:
    """Say whether a run's paper orders meet a venue's real tape later."""
    return run.venue is not None and run.venue is not KalshiEnv.SIM
