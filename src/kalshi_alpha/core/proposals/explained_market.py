"""What is told of one market: the chain from distribution to decision, as values."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.ladder import GridInterval
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.types import Contracts, Market, Money, Price, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The quote of a market that was worth most, and what it is worth.

    Price and probabilities are those of the side to buy; ``fee`` and the edges are dollars per
    contract before the fee of a whole order is rounded.

    Parameters
    ----------
    prob_honest
        The pooled probability after its edge was shrunk by ``shrink`` and the bin's ``weight``.
    adverse_selection
        What being filled by somebody who knows more is expected to cost.
    fill_ratio
        Expected share of the order that fills.
    """

    side: Side
    placement: str
    price: Price
    prob_model: float
    prob_market: float
    prob_pooled: float
    prob_honest: float
    shrink: float
    weight: float
    adverse_selection: float
    fee: float
    ev_raw: float
    ev_honest: float
    fill_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What the quote asks for before any cap.

    Parameters
    ----------
    kelly_fraction
        Full Kelly fraction of the bankroll, given a fill.
    staked_fraction
        Fraction that is asked for, after multiplier, shrinkage and the cap on one order.
    contracts
        The same in whole lots.
    """

    kelly_fraction: float
    staked_fraction: float
    contracts: Contracts


@dataclass(frozen=True, slots=True)
class CapLeft:
    """One cap, in dollars, and what it left of the order.

    Parameters
    ----------
    cap
        ``strike`` and ``ladder`` are the position limits, ``unit`` the cap on one piece of news,
        ``var`` the value-at-risk limit of everything held and proposed.
    limit
        Its size.
    room
        What was free of it. Of ``strike``, ``ladder`` and ``unit``, when this market's turn came:
        the limit without what is held and what the position limits left to the orders before it,
        each as if all of it were lost. A market that had no turn is told what the orders of this
        scan leave. A negative room of ``unit`` cuts nothing where no outcome loses all of that,
        and else all its orders alike. Of ``var``, which does not add up, beside all that was
        wanted, so that a negative room cuts every order alike.
    contracts
        What was left of the order; None if it never came so far. Both position limits are
        applied at once, and leave the same.
    """

    cap: str
    limit: float
    room: float
    contracts: Contracts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingOrder:
    """The order that is worth resting; money in dollars of the whole, edges per contract."""

    contracts: Contracts
    fee: Money
    max_loss: Money
    ev_raw: float
    ev_honest: float
    ev_order: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedMarket:
    """One market from distribution to decision; None for what was never worked out.

    Parameters
    ----------
    interval
        The settlement values for which YES pays, as indices of the ladder's grid.
    prob_model, prob_market, prob_pooled
        Of YES: our model's, the book's mid, and what is believed.
    prob_heard
        What the market was heard to say in the pool: its mid, or the end nearer to ours of a book
        that is too wide; None where it was not heard.
    pool_weight
        Weight that ours had in the pool: 1 where the market was not heard; None if nothing is
        pooled, and without a forecast.
    stopped
        The first thing that stopped it; None where there is an ``order``.
    """

    market: Market
    interval: GridInterval
    book: OrderBook | None
    prob_model: float | None
    prob_market: float | None
    prob_heard: float | None
    prob_pooled: float | None
    pool_weight: float | None
    quote: Quote | None
    size: Size | None
    caps: tuple[CapLeft, ...]
    order: RestingOrder | None
    stopped: NotProposed | None
