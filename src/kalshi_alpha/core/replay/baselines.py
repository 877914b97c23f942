"""What costs no thought: quote the mid less a fixed edge, or buy what the market calls likely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from kalshi_alpha.core.replay.chain import Chain
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.engine import DayReplay, Look
from kalshi_alpha.core.replay.fills import RestingOrder
from kalshi_alpha.core.replay.maker_fees import maker_fee
from kalshi_alpha.core.replay.market_view import MarketView
from kalshi_alpha.core.replay.touches import ABSENT
from kalshi_alpha.core.types import E4_PER_DOLLAR, Price, Side

_CENT_E4 = 100


class Baseline(StrEnum):
    """Who else could have traded."""

    NOTHING = "do nothing"
    MID = "mid less a fixed edge"
    LIKELY = "buy the likely"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRules:
    """How large baseline orders are, and the edge asked of the mid.

    Attributes
    ----------
    count_e2
        Hundredths of contracts of every order.
    edge_e4
        Dollars below the mid at which both sides are quoted, in 1e-4.
    """

    count_e2: int = 1_000
    edge_e4: int = 200


@dataclass(frozen=True, slots=True)
class BaselineDay:
    """Sums of one event's baseline orders; hundredths of contracts and 1e-6 dollars."""

    event: int
    baseline: Baseline
    orders: int
    filled_orders: int
    posted_e2: int
    filled_e2: int
    gross_e6: int
    fee_e6: int


def baseline_day(day: DayReplay, chain: Chain, rules: BaselineRules) -> tuple[BaselineDay, ...]:
    """Trade the baselines at the decisions of a day, under the same rules of filling.

    Only markets with a touch no wider than the chain accepts and with a known payout are quoted.
    """
    names = (Baseline.MID, Baseline.LIKELY)
    sums = {(look.event, name): [0] * 6 for look in day.looks for name in names}
    for event, name, market, order in _orders(day, chain, rules, names):
        total, traded = sums[event, name], _traded(day.views[event], chain, market, order)
        total[:] = [a + b for a, b in zip(total, traded, strict=True)]
    return tuple(BaselineDay(event, name, *total) for (event, name), total in sums.items())


def _orders(
    day: DayReplay, chain: Chain, rules: BaselineRules, names: tuple[Baseline, ...]
) -> Iterator[tuple[int, Baseline, int, RestingOrder]]:
    """Yield event, baseline, market and order of all that rests, never two at one place."""
    gone_us: dict[tuple[int, Baseline, int, Side], int] = {}
    for look, name in product(day.looks, names):
        view = day.views[look.event]
        until_us = min(to_us(look.clock.rests_until) + chain.rules.cancel_us, view.close_us)
        for market, side, price_e4 in _quotes(view, look, chain, name, rules):
            place = look.event, name, market, side
            from_us = max(to_us(look.clock.at) + chain.rules.place_us, gone_us.get(place, 0))
            if view.would_cross(market, side, price_e4, from_us):
                continue
            gone_us[place] = until_us
            yield (
                look.event,
                name,
                market,
                RestingOrder(
                    side=side,
                    price_e4=price_e4,
                    count_e2=rules.count_e2,
                    from_us=from_us,
                    until_us=until_us,
                    ahead_e2=view.ahead_e2(market, side, price_e4, from_us),
                    any_taker=view.any_taker,
                ),
            )


def _quotes(
    view: MarketView, look: Look, chain: Chain, baseline: Baseline, rules: BaselineRules
) -> Iterator[tuple[int, Side, int]]:
    touches = view.touches_at(to_us(look.clock.at))
    for market, (bid, ask, *_) in enumerate(touches):
        if bid == ABSENT or ask - bid > chain.policy.max_spread_e4:
            continue
        if view.event.tape.markets[market].yes_payout_e4 is None:
            continue
        if baseline is Baseline.LIKELY:
            is_yes = bid + ask >= E4_PER_DOLLAR
            yield market, Side.YES if is_yes else Side.NO, bid if is_yes else E4_PER_DOLLAR - ask
            continue
        twice = bid + ask
        for side, double in ((Side.YES, twice), (Side.NO, 2 * E4_PER_DOLLAR - twice)):
            price_e4 = (double - 2 * rules.edge_e4) // (2 * _CENT_E4) * _CENT_E4
            if price_e4 > 0:
                yield market, side, price_e4


def _traded(
    view: MarketView, chain: Chain, market: int, order: RestingOrder
) -> tuple[int, int, int, int, int, int]:
    fills = view.fills(market, order)
    filled = fills.total_e2
    if not filled:
        return 1, 0, order.count_e2, 0, 0, 0
    payout_e4 = view.event.tape.markets[market].yes_payout_e4 or 0
    paid_e4 = payout_e4 if order.side is Side.YES else E4_PER_DOLLAR - payout_e4
    fee = maker_fee(view.event.fees, Price(order.price_e4), fills, chain.policy.balance_step_e6)
    return 1, 1, order.count_e2, filled, (paid_e4 - order.price_e4) * filled, fee.e6
