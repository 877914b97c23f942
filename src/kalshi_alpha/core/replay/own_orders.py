"""What orders that were really sent would have been filled with, by a recorded tape alone.

A session's own instructions are passed by the tape a second time: which orders came to rest when,
what was taken off them, when they were gone. Fills, fees and cash follow from the prints and the
rule of the queue, and can then be compared with what the venue really did.

What no stream shows is who of those ahead of us took an order back. The rule reads that against
us: who was ahead stays until prints have used him up. Where the venue was asked for our place in
the queue, its answers stand in the recording, and the rule begins anew from each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.paper_queue import PaperOrder, paper_fills
from kalshi_alpha.core.fees import FeeSchedule
from kalshi_alpha.core.replay.clocks import from_us
from kalshi_alpha.core.replay.depth import DepthView, known_levels
from kalshi_alpha.core.replay.fills import UNKNOWN, Fills, MarketPrints, RestingOrder, resting_fills
from kalshi_alpha.core.replay.maker_fees import fill_fees
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Price, Side, Trade

_ENDLESS_E2 = 10**15  # where nobody knows the queue, only a print through the price fills
_E6_PER_PAIR_E2 = 10_000  # a hundredth of a YES and of a NO together are a cent


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrder:
    """An order of ours as the venue had it.

    Attributes
    ----------
    client_order_id, ticker
        Its name and its market.
    side, price_e4, count_e2
        What it bought, at which price of that side, and how many hundredths of contracts.
    from_us, until_us
        When it came to rest, and when it was gone; prints after the first and up to the last
        could meet it.
    cuts
        When how many hundredths of contracts were taken off it in place.
    places
        When the venue said how many hundredths of contracts were ahead of it, in time order; a
        place holds for prints after it.
    """

    client_order_id: str
    ticker: str
    side: Side
    price_e4: int
    count_e2: int
    from_us: int
    until_us: int
    cuts: tuple[tuple[int, int], ...] = ()
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OwnFill:
    """A fill of one: when, of which order, how many, its net fee, and what it did to the cash."""

    at_us: int
    client_order_id: str
    ticker: str
    side: Side
    price_e4: int
    count_e2: int
    fee_e6: int
    cash_e6: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of an order's time: what it begins with, and the place if the venue told it."""

    order: OwnOrder
    from_us: int
    until_us: int
    left_e2: int
    ahead_e2: int


Walk = Callable[[MarketPrints, _Span], tuple[Fills, int]]
"""Passes prints by a span of an order: its fills, and what is ahead of it afterwards."""


def replayed_walk(prints: MarketPrints, span: _Span) -> tuple[Fills, int]:
    """Pass prints by the rule of a replay, all at once."""
    order = span.order
    fills = resting_fills(
        prints,
        RestingOrder(
            side=order.side,
            price_e4=order.price_e4,
            count_e2=span.left_e2,
            from_us=span.from_us,
            until_us=span.until_us,
            ahead_e2=span.ahead_e2,
        ),
    )
    met = _met(prints, span)
    traded = prints.yes_price_e4[met]
    if order.side is Side.NO:
        traded = E4_PER_DOLLAR - traded
    hits = prints.taker_yes[met] == (0 if order.side is Side.YES else 1)
    if bool((hits & (traded < order.price_e4)).any()):
        return fills, 0
    used = int(prints.count_e2[met][hits & (traded == order.price_e4)].sum())
    return fills, max(0, span.ahead_e2 - used)


def paper_walk(prints: MarketPrints, span: _Span) -> tuple[Fills, int]:
    """Pass prints by the rule of paper orders, one after the other."""
    order, met = span.order, _met(prints, span)
    trades = [
        Trade(
            trade_id="",
            ticker=order.ticker,
            at=from_us(at_us),
            yes_price=Price(price_e4),
            contracts=Contracts(count_e2),
            taker_side=Side.YES if taker_yes else Side.NO,
        )
        for at_us, price_e4, count_e2, taker_yes in zip(
            *(
                column[met].tolist()
                for column in (
                    prints.at_us,
                    prints.yes_price_e4,
                    prints.count_e2,
                    prints.taker_yes,
                )
            ),
            strict=True,
        )
    ]
    resting = PaperOrder(
        order.side,
        Price(order.price_e4),
        Contracts(span.left_e2),
        Contracts(span.ahead_e2),
        from_us(span.from_us),
    )
    found, after = paper_fills(resting, trades)
    at_us = {from_us(us): us for us in prints.at_us[met].tolist()}
    fills = Fills(
        np.array([at_us[each.at] for each in found], dtype=np.int64),
        np.array([each.contracts.e2 for each in found], dtype=np.int64),
    )
    return fills, after.ahead.e2


def _met(prints: MarketPrints, span: _Span) -> slice:
    first, last = np.searchsorted(prints.at_us, (span.from_us, span.until_us), side="right")
    return slice(int(first), int(last))


def own_fills(
    tape: EventTape,
    orders: Sequence[OwnOrder],
    fees: FeeSchedule,
    balance_step_e6: int,
    *,
    walk: Walk = replayed_walk,
    with_places: bool = True,
) -> tuple[OwnFill, ...]:
    """Return what the tape fills orders with, in time order.

    Parameters
    ----------
    tape
        Recorded with books and prints; orders of other events are left out.
    orders
        What was sent.
    fees, balance_step_e6
        Terms by date, and the step in which the account's balance is kept.
    walk
        `replayed_walk` or `paper_walk`.
    with_places
        Whether the places that the venue told are believed; without, what is ahead is what the
        book showed when the order came to rest.

    Raises
    ------
    BadParameter
        If the tape carries no books.
    """
    if tape.depth is None:
        raise BadParameter(f"{tape.event_ticker}: nobody recorded its books")
    index = {market.ticker: n for n, market in enumerate(tape.markets)}
    books = DepthView.of(known_levels(tape.depth, tape.gaps), len(tape.markets), tape.gaps)
    prints = MarketPrints.by_market(tape.trades, len(tape.markets))
    found: list[OwnFill] = []
    for order in orders:
        market = index.get(order.ticker)
        if market is None:
            continue
        shown_e2 = books.size_at(market, order.side, order.price_e4, order.from_us)
        ahead_e2 = _ENDLESS_E2 if shown_e2 == UNKNOWN else shown_e2
        price = Price(order.price_e4)
        met = list(_walked(prints[market], order, ahead_e2, walk, with_places))
        charged = fill_fees(fees, price, met, balance_step_e6)
        for (at_us, count_e2), fee in zip(met, charged, strict=True):
            found.append(
                OwnFill(
                    at_us=at_us,
                    client_order_id=order.client_order_id,
                    ticker=order.ticker,
                    side=order.side,
                    price_e4=order.price_e4,
                    count_e2=count_e2,
                    fee_e6=fee.net_fee.e6,
                    cash_e6=fee.cash_change.e6,
                )
            )
    return tuple(sorted(found))


def _walked(
    prints: MarketPrints,
    order: OwnOrder,
    ahead_e2: int,
    walk: Walk,
    with_places: bool,  # noqa: FBT001 - passed on
) -> Iterator[tuple[int, int]]:
    """Pass an order's time by the prints, from one thing that happened to it to the next."""
    places = {at_us: ahead for at_us, ahead in order.places if with_places}
    cuts = dict(order.cuts)
    within = {at_us for at_us in (*places, *cuts) if order.from_us < at_us < order.until_us}
    begins = [order.from_us, *sorted(within)]
    left_e2 = order.count_e2
    for from_us_, until_us in zip(begins, [*begins[1:], order.until_us], strict=True):
        left_e2 -= cuts.get(from_us_, 0)
        if left_e2 <= 0:
            return
        ahead_e2 = places.get(from_us_, ahead_e2)
        fills, ahead_e2 = walk(prints, _Span(order, from_us_, until_us, left_e2, ahead_e2))
        left_e2 -= fills.total_e2
        yield from zip(fills.at_us.tolist(), fills.count_e2.tolist(), strict=True)


def closing_cash(
    opening_e6: int, fills: Sequence[OwnFill], yes_payouts_e4: Mapping[str, int]
) -> int:
    """Return the cash after fills and settlements, in 1e-6 dollars.

    A YES and a NO of one market are a dollar at once; what is left is paid at the settlement.

    Raises
    ------
    BadParameter
        If it is not known what a market paid that something is held of.
    """
    cash_e6, held_e2 = opening_e6, dict[str, int]()
    for fill in sorted(fills):
        signed = fill.count_e2 if fill.side is Side.YES else -fill.count_e2
        before = held_e2.get(fill.ticker, 0)
        closed = min(abs(before), abs(signed)) if before * signed < 0 else 0
        held_e2[fill.ticker] = before + signed
        cash_e6 += fill.cash_e6 + closed * _E6_PER_PAIR_E2
    for ticker, net_e2 in held_e2.items():
        if not net_e2:
            continue
        if ticker not in yes_payouts_e4:
            raise BadParameter(f"it is not known what {ticker} paid")
        paid_e4 = yes_payouts_e4[ticker]
        cash_e6 += abs(net_e2) * (paid_e4 if net_e2 > 0 else E4_PER_DOLLAR - paid_e4)
    return cash_e6
