"""The paper ledger: what the proposals would have filled, and what became of older ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.brokers.paper import PaperGateway, PaperResult
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.execution.expected_fill import (
    SlippageMode,
    Touch,
    expected_fill,
)
from kalshi_alpha.core.execution.fillratio import FillAlpha
from kalshi_alpha.core.execution.slippage import SlippageCurve
from kalshi_alpha.core.fees import Liquidity, OrderFees, order_fee
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import Money, Trade
from kalshi_alpha.exec.beliefs import pmf_sha256, touch_of
from kalshi_alpha.exec.wiring import Run


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """How paper orders are filled and booked where no tape says so, and when they expire."""

    alpha: FillAlpha
    mode: SlippageMode
    curve: SlippageCurve
    expires_at: datetime
    balance_step_e6: int
    run_scope: str


def paper_entries(
    run: Run,
    proposals: Sequence[Proposal],
    snapshots: Iterable[LadderSnapshot],
    forecasts: Iterable[Forecast],
    terms: PaperTerms,
) -> tuple[LedgerEntry, ...]:
    """Rest every proposal on paper and return a ledger row for each.

    An event with a tape gets the fills that its prints allow, none included. An event without
    one gets a row of expected fills, which is reported and settled and never counts as evidence.
    """
    by_event = {s.ladder.event_ticker: s for s in snapshots}
    hashes = {(f.quantity, f.period): pmf_sha256(f.pmf) for f in forecasts}
    rows: list[LedgerEntry] = []
    for event in dict.fromkeys(p.event_ticker for p in proposals):
        snapshot = by_event[event]
        wanted = [p for p in proposals if p.event_ticker == event]
        sha256 = hashes[snapshot.ladder.quantity, snapshot.period]
        tape = run.feed.trades(event)
        if tape is None:
            rows += [_expected_row(run, p, snapshot, sha256, terms) for p in wanted]
        else:
            results = _rest(wanted, snapshot.books, tape, run.clock.at, terms)
            rows += [
                _filled_row(run, p, snapshot, result, sha256, terms)
                for p, result in zip(wanted, results, strict=True)
            ]
    return tuple(rows)


def intent_of(proposal: Proposal, at: datetime) -> OrderIntent:
    """Return the order that a proposal asks for; the same proposal at one clock is one order."""
    return OrderIntent(
        series=proposal.series_ticker,
        event_ticker=proposal.event_ticker,
        ticker=proposal.market_ticker,
        side=proposal.side,
        price=proposal.price,
        contracts=proposal.contracts,
        expires_at=proposal.closes_at,
        decided_at=at,
        fee_max=proposal.fee,
    )


def _rest(
    proposals: Sequence[Proposal],
    books: Mapping[str, OrderBook],
    tape: Iterable[Trade],
    at: datetime,
    terms: PaperTerms,
) -> tuple[PaperResult, ...]:
    gateway = PaperGateway(books, at)
    for p in proposals:
        gateway.rest(intent_of(p, at))
    prints: dict[str, list[Trade]] = {}
    for trade in tape:
        prints.setdefault(trade.ticker, []).append(trade)
    return gateway.let_pass(prints, terms.expires_at)


def _filled_row(
    run: Run,
    proposal: Proposal,
    snapshot: LadderSnapshot,
    result: PaperResult,
    pmf_sha256: str,
    terms: PaperTerms,
) -> LedgerEntry:
    fees = OrderFees(snapshot.fee_terms, terms.balance_step_e6)
    for fill in result.fills:
        fees.fill(True, proposal.price, fill.contracts, Liquidity.MAKER)  # noqa: FBT003
    return _row(
        run,
        proposal,
        terms,
        pmf_sha256,
        kind=EntryKind.FILLED,
        price_e4=proposal.price.e4,
        filled_e2=result.filled.e2,
        fee=fees.net_fee if result.fills else Money(0),
        touch=touch_of(proposal, snapshot),
        filled_at=result.fills[0].at if result.fills else None,
    )


def _expected_row(
    run: Run,
    proposal: Proposal,
    snapshot: LadderSnapshot,
    pmf_sha256: str,
    terms: PaperTerms,
) -> LedgerEntry:
    touch = touch_of(proposal, snapshot)
    fill = expected_fill(
        proposal.contracts,
        proposal.price,
        terms.alpha,
        touch,
        terms.mode,
        terms.curve,
    )
    fee = Money(0)
    if fill.contracts.e2:
        fee = order_fee(
            snapshot.fee_terms, fill.price, fill.contracts, Liquidity.MAKER, terms.balance_step_e6
        )
    return _row(
        run,
        proposal,
        terms,
        pmf_sha256,
        kind=EntryKind.EXPECTED,
        price_e4=fill.price.e4,
        filled_e2=0,
        fee=fee,
        touch=touch,
        expected=(fill.contracts.e2, fill.lo.e2, fill.hi.e2),
    )


def _row(
    run: Run,
    proposal: Proposal,
    terms: PaperTerms,
    pmf_sha256: str,
    *,
    kind: EntryKind,
    price_e4: int,
    filled_e2: int,
    fee: Money,
    touch: Touch,
    expected: tuple[int, int, int] = (0, 0, 0),
    filled_at: datetime | None = None,
) -> LedgerEntry:
    known_from = filled_at or run.clock.at
    shrink = proposal.ev_shrink
    return LedgerEntry(
        mode=run.ledger_mode,
        environment=run.environment,
        clock_source=run.clock.source,
        kind=kind,
        as_of=run.clock.at,
        run_scope=terms.run_scope,
        series=proposal.series_ticker,
        event_ticker=proposal.event_ticker,
        market_ticker=proposal.market_ticker,
        family=run.family,
        quantity=proposal.quantity,
        risk_unit=proposal.risk_unit,
        side=proposal.side,
        strike=proposal.strike,
        price_e4=price_e4,
        posted_e2=proposal.contracts.e2,
        filled_e2=filled_e2,
        fee_e6=fee.e6,
        p=proposal.prob_pooled,
        p_model=proposal.prob_model,
        shrink=shrink.s,
        w_bin=shrink.w_bin,
        adverse=shrink.lambda_adv,
        placed_at=run.clock.at,
        pmf_sha256=pmf_sha256,
        expected_e2=expected[0],
        expected_lo_e2=expected[1],
        expected_hi_e2=expected[2],
        m_at_fill=proposal.prob_market,
        lead_hours=(proposal.closes_at - known_from).total_seconds() / 3600,
        filled_at=filled_at,
        touch_e4=touch.bid.e4,
        touch_depth_e2=touch.depth.e2,
        tick_e4=touch.tick_e4,
    )
