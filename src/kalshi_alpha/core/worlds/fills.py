"""What becomes of a proposal in a world: queue, prints, fees, and its row in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.execution.paper_queue import PaperOrder, paper_fills
from kalshi_alpha.core.fees import Liquidity, OrderFees
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import (
    E2_PER_CONTRACT,
    E4_PER_DOLLAR,
    Contracts,
    Price,
    Side,
    Trade,
)
from kalshi_alpha.core.worlds.draws import N_STAGES, N_STEPS, Draws
from kalshi_alpha.core.worlds.ladders import RESTS
from kalshi_alpha.core.worlds.terms import FAMILY, DeskTerms

_CENT_E4 = 100
_ENVIRONMENT = "prod"  # the world stands for the real venue; its rows never leave memory


@dataclass(frozen=True, slots=True)
class Placed:
    """Where and when a proposal is put.

    ``market`` is the place in the ladder, ``yes_pays`` what will come out, which only takers who
    know it may use.
    """

    unit: int
    stage: int
    market: int
    at: datetime
    pmf_sha256: str
    yes_pays: bool


def rest(
    proposal: Proposal, snapshot: LadderSnapshot, draws: Draws, place: Placed, terms: DeskTerms
) -> LedgerEntry:
    """Rest a proposal behind the queue that is shown, and return its ledger row when it is off.

    The row is unsettled. A proposal that nobody traded with has a row without contracts.

    Parameters
    ----------
    proposal, snapshot
        What is wanted, and the books it was wanted in.
    draws
        The span, with its prints and closing quotes.
    place
        Where and when.
    terms
        Fees and the account's precision.
    """
    shown = snapshot.books[proposal.market_ticker].bids(proposal.side)
    ahead = shown[0].size_e2 if shown and shown[0].price_e4 == proposal.price.e4 else 0
    order = PaperOrder(
        proposal.side, proposal.price, proposal.contracts, Contracts(ahead), place.at
    )
    fills, after = paper_fills(order, prints(draws, proposal, place))
    fees = OrderFees(terms.fees, terms.balance_step_e6)
    for fill in fills:
        fees.fill(True, proposal.price, fill.contracts, Liquidity.MAKER)  # noqa: FBT003
    filled = proposal.contracts - after.unfilled
    known_from = fills[0].at if fills else place.at
    return LedgerEntry(
        mode=LedgerMode.PAPER,
        environment=_ENVIRONMENT,
        clock_source=ClockSource.SYSTEM,
        kind=EntryKind.FILLED,
        as_of=place.at,
        run_scope=f"scan {place.stage + 1}",
        series=proposal.series_ticker,
        event_ticker=proposal.event_ticker,
        market_ticker=proposal.market_ticker,
        family=FAMILY,
        quantity=proposal.quantity,
        risk_unit=proposal.risk_unit,
        side=proposal.side,
        strike=proposal.strike,
        price_e4=proposal.price.e4,
        posted_e2=proposal.contracts.e2,
        filled_e2=filled.e2,
        fee_e6=fees.net_fee.e6 if fills else 0,
        p=proposal.prob_pooled,
        p_model=proposal.prob_model,
        shrink=proposal.ev_shrink.s,
        w_bin=proposal.ev_shrink.w_bin,
        adverse=proposal.ev_shrink.lambda_adv,
        placed_at=place.at,
        pmf_sha256=place.pmf_sha256,
        m_at_fill=proposal.prob_market,
        lead_hours=(proposal.closes_at - known_from).total_seconds() / 3600,
        filled_at=fills[0].at if fills else None,
        close_mid=closing_mid(draws, place.unit, place.market, proposal.side),
    )


def prints(draws: Draws, proposal: Proposal, place: Placed) -> Iterator[Trade]:
    """Yield the prints of a market that can meet a bid for the proposal's side, in time order.

    A taker who knows the outcome buys the side that pays; any other tosses a coin. Both trade at
    the market's best price of the moment, where there is one.
    """
    tape, ours = draws.tape, proposal.side
    n_strikes = draws.yes_bid.shape[-1]
    row = (place.unit * N_STAGES + place.stage) * N_STEPS
    for step in range(N_STEPS):
        index = (row + step) * n_strikes + place.market
        begin, end = int(tape.first[index]), int(tape.first[index + 1])
        bids = draws.yes_bid if ours is Side.YES else draws.no_bid
        bid = int(bids[place.unit, place.stage, step + 1, place.market])
        # Bids better than ours would trade first, and a print at theirs says nothing to our order.
        if not bid or bid * _CENT_E4 > proposal.price.e4:
            continue
        price = Price(bid * _CENT_E4)
        yes_price = price if ours is Side.YES else price.complement()
        for at in range(begin, end):
            buys_yes = place.yes_pays if tape.informed[at] else tape.buys[at]
            if bool(buys_yes) == (ours is Side.YES):
                continue
            when = place.at + RESTS * ((step + (at - begin + 1) / (end - begin + 1)) / N_STEPS)
            size = Contracts(int(tape.contracts[at]) * E2_PER_CONTRACT)
            yield Trade(str(at), proposal.market_ticker, when, yes_price, size, ours.other)


def closing_mid(draws: Draws, unit: int, market: int, side: Side) -> float | None:
    """Return our side's mid at the close; None where a side of the book is empty."""
    yes, no = int(draws.closing_yes_bid[unit, market]), int(draws.closing_no_bid[unit, market])
    if not yes or not no:
        return None
    mid = (yes * _CENT_E4 + E4_PER_DOLLAR - no * _CENT_E4) / (2 * E4_PER_DOLLAR)
    return mid if side is Side.YES else 1.0 - mid
