"""What a scan believed of a market, as an order keeps it, and the touch that it met."""

from __future__ import annotations

import hashlib

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.execution.expected_fill import Touch
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.orders.belief import Belief
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot

ONE_CENT_E4 = 100


def belief_of(family: str, proposal: Proposal, snapshot: LadderSnapshot, pmf_sha256: str) -> Belief:
    """Return the grounds of a proposal.

    Raises
    ------
    BadMarket
        If the book has no touch on both sides.
    """
    touch, shrink = touch_of(proposal, snapshot), proposal.ev_shrink
    return Belief(
        family=family,
        quantity=proposal.quantity,
        risk_unit=proposal.risk_unit,
        strike=proposal.strike,
        p=proposal.prob_pooled,
        p_model=proposal.prob_model,
        p_market=proposal.prob_market,
        shrink=shrink.s,
        w_bin=shrink.w_bin,
        adverse=shrink.lambda_adv,
        pmf_sha256=pmf_sha256,
        closes_at=proposal.closes_at,
        touch_e4=touch.bid.e4,
        touch_depth_e2=touch.depth.e2,
        tick_e4=touch.tick_e4,
    )


def touch_of(proposal: Proposal, snapshot: LadderSnapshot) -> Touch:
    """Return the best prices of others for the side that a proposal buys.

    Raises
    ------
    BadMarket
        If the book has no touch on both sides.
    """
    book = snapshot.books[proposal.market_ticker]
    bid, ask = book.best_bid(proposal.side), book.best_ask(proposal.side)
    depth = book.bid_size(proposal.side)
    if bid is None or ask is None or depth is None:
        raise BadMarket(f"{proposal.market_ticker} was proposed on a one-sided book")
    market = next(m for m in snapshot.ladder.markets if m.ticker == proposal.market_ticker)
    yes_bid = book.best_yes_bid
    above = None if yes_bid is None else market.tick_grid.step_up(yes_bid)
    tick = ONE_CENT_E4 if yes_bid is None or above is None else above.e4 - yes_bid.e4
    return Touch(bid, ask, tick, depth)


def pmf_sha256(pmf: GridPmf) -> str:
    """Return the hash under which a distribution is remembered: its grid and its probabilities."""
    head = f"{pmf.grid.step}|{pmf.lo}|".encode()
    return hashlib.sha256(head + pmf.probs.tobytes()).hexdigest()
