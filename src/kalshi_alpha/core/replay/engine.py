"""The replay: events of one day through the chain that trades, decision after decision.

The events of a day are decided together, as a scan of the family decides them: value at risk and
the order of preference look at all of its ladders at once. What settles on another day is not
seen; days are what a replay is cut into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast.pooling import prior_weight
from kalshi_alpha.core.gates.readings import Finding
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.proposal import Proposal, ScanResult
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.replay.chain import Chain, KnownForecast, ReplayEvent
from kalshi_alpha.core.replay.clocks import DecisionClock, decision_clocks, to_us
from kalshi_alpha.core.replay.fills import NO_FILLS, UNKNOWN, Fills, RestingOrder
from kalshi_alpha.core.replay.gate import NOTHING_STANDS, Standing
from kalshi_alpha.core.replay.maker_fees import fill_fees
from kalshi_alpha.core.replay.market_view import MarketView, SeenTouch
from kalshi_alpha.core.replay.touches import ABSENT
from kalshi_alpha.core.risk.pal import Commitment, Exposure
from kalshi_alpha.core.types import Contracts, Money, Side

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class ReplayOrder:
    """An order that was decided, and what became of it.

    Attributes
    ----------
    event, market
        Index of the event in the day, and of the market in the event.
    proposal, clock, forecast
        What was decided, when, and on which forecast.
    placed_us, gone_us
        First and last instant at which a print could meet it.
    ahead_e2
        Contracts ahead of it when it came to rest; -1 if nobody knew.
    refused
        Whether the venue would have refused it, because it had come to cross.
    touch_e4, touch_size_e2
        Best bid of its side at the decision; the size is -1 where the source carries none.
    fills, fees_e6
        What filled, and the net fee of each fill in 1e-6 dollars.
    """

    event: int
    market: int
    proposal: Proposal
    clock: DecisionClock
    forecast: KnownForecast
    placed_us: int
    gone_us: int
    ahead_e2: int
    refused: bool
    touch_e4: int
    touch_size_e2: int
    fills: Fills
    fees_e6: tuple[int, ...]

    @property
    def fee(self) -> Money:
        """The net fee of all that filled."""
        return Money(sum(self.fees_e6))


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was known of one event at a decision, whether or not anything was done about it.

    Attributes
    ----------
    event, clock, forecast
        Which event, when, and on which forecast; None without one.
    twice_mid_e4
        Bid plus ask of each market in 1e-4 dollars; -1 without a touch.
    prob_yes
        The forecast's probability of YES of each market; NaN without a forecast.
    """

    event: int
    clock: DecisionClock
    forecast: KnownForecast | None
    twice_mid_e4: tuple[int, ...]
    prob_yes: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DayReplay:
    """One day's events and everything that was decided about them.

    ``withheld`` are the gate's reasons against decisions, whatever had been proposed.
    """

    views: tuple[MarketView, ...]
    orders: tuple[ReplayOrder, ...]
    looks: tuple[Look, ...]
    results: tuple[ScanResult, ...]
    withheld: tuple[tuple[datetime, tuple[Finding, ...]], ...] = ()


def replay_day(
    events: Sequence[ReplayEvent], chain: Chain, standing: Standing = NOTHING_STANDS
) -> DayReplay:
    """Replay the events of one day, or any that are to be decided together.

    Parameters
    ----------
    events, chain
        What happened, and what decides.
    standing
        What monitors had left standing at some decisions, from fills of other days.
    """
    day = _Day(tuple(MarketView(event, chain.rules) for event in events), chain, standing)
    for clock in day.clocks:
        day.decide(clock)
    return DayReplay(
        day.views,
        tuple(day.orders),
        tuple(day.looks),
        tuple(day.results),
        tuple(day.withheld),
    )


class _Day:
    """A day while it is replayed."""

    def __init__(self, views: tuple[MarketView, ...], chain: Chain, standing: Standing) -> None:
        self.views, self.chain, self.standing = views, chain, standing
        self.orders: list[ReplayOrder] = []
        self._gone_us: dict[tuple[int, int, Side], int] = {}
        self.looks: list[Look] = []
        self.results: list[ScanResult] = []
        self.withheld: list[tuple[datetime, tuple[Finding, ...]]] = []
        self._clocks = [
            frozenset(
                decision_clocks(
                    chain.family,
                    view.event.tape.opens_at,
                    view.event.tape.closes_at,
                    chain.calendar,
                    chain.rules.every,
                    chain.bond_days,
                )
            )
            for view in views
        ]
        self._probs: dict[tuple[int, datetime], FloatArray] = {}
        self._place = {view.event.tape.event_ticker: n for n, view in enumerate(views)}

    @property
    def clocks(self) -> list[DecisionClock]:
        return sorted(frozenset().union(*self._clocks))

    def decide(self, clock: DecisionClock) -> None:
        at_us = to_us(clock.at)
        deciding = [n for n, clocks in enumerate(self._clocks) if clock in clocks]
        known = {n: self.views[n].known_at(clock.at) for n in deciding}
        touches = {n: self.views[n].touches_at(at_us) for n in deciding}
        for n in deciding:
            self.looks.append(self._look(n, clock, known[n], touches[n]))
        snapshots = [
            LadderSnapshot(
                ladder=self.views[n].event.ladder,
                period=self.views[n].event.period,
                books=self.views[n].books(touches[n], at_us),
                fee_terms=self.views[n].event.fees.at(clock.at),
            )
            for n in deciding
        ]
        forecasts = {
            (self.views[n].event.ladder.quantity, self.views[n].event.period): each.pmf
            for n, each in known.items()
            if each is not None
        }
        result = scan(
            snapshots,
            forecasts,
            self._holdings(deciding, at_us),
            self._policy(clock.at, known),
            self.chain.risk,
        )
        self.results.append(result)
        standing = self.standing.get(clock.at, ())
        said = self.chain.gate.verdict(
            self.chain.family, self.chain.phase(clock.at), result, standing
        )
        if not said.go:
            self.withheld.append((clock.at, said.reasons))
            return
        for proposal in result.proposals:
            n = self._place[proposal.event_ticker]
            forecast = known[n]
            assert forecast is not None  # noqa: S101 - nothing is proposed without a forecast
            self.orders.append(self._rest(n, proposal, clock, forecast, touches[n]))

    def _look(
        self,
        n: int,
        clock: DecisionClock,
        known: KnownForecast | None,
        touches: Sequence[SeenTouch],
    ) -> Look:
        twice = tuple(ABSENT if t.bid_e4 == ABSENT else t.bid_e4 + t.ask_e4 for t in touches)
        if known is None:
            return Look(n, clock, None, twice, np.full(len(touches), np.nan))
        key = (n, known.known_at)
        if key not in self._probs:
            self._probs[key] = self.views[n].model_prob(known)
        return Look(n, clock, known, twice, self._probs[key])

    def _policy(self, at: datetime, known: dict[int, KnownForecast | None]) -> ScanPolicy:
        chain, policy = self.chain, self.chain.policy
        events = {n: self.views[n].event for n in known}
        unskilled = frozenset(
            events[n].tape.event_ticker
            for n, each in known.items()
            if each is not None and each.no_skill is not None
        )
        if chain.rules.trade_without_skill:
            unskilled = frozenset()
        pooling = policy.pooling
        if pooling is not None:
            weights = {
                event.tape.event_ticker: self._weight(event, at) for event in events.values()
            }
            pooling = replace(pooling, weights=weights)
        return replace(policy, at=at, pooling=pooling, no_skill=unskilled)

    def _weight(self, event: ReplayEvent, at: datetime) -> float:
        if self.chain.pool_weight is not None:
            return self.chain.pool_weight
        lead = (event.tape.closes_at - at).total_seconds() / _DAY_S
        return prior_weight(self.chain.family, max(0.0, lead))

    def _holdings(self, deciding: Sequence[int], at_us: int) -> Holdings:
        held: dict[str, list[Exposure]] = {}
        for order in self.orders:
            event = self.views[order.event].event.tape.event_ticker
            held.setdefault(event, []).extend(exposures(order, at_us))
        limits = {
            self.views[n].event.tape.event_ticker: self.views[n].event.limits for n in deciding
        }
        ours = {event: each for event, each in held.items() if event in limits}
        return Holdings(ours, limits)

    def _rest(
        self,
        n: int,
        proposal: Proposal,
        clock: DecisionClock,
        forecast: KnownForecast,
        touches: Sequence[SeenTouch],
    ) -> ReplayOrder:
        view, rules = self.views[n], self.chain.rules
        tickers = [market.ticker for market in view.event.ladder.markets]
        market = tickers.index(proposal.market_ticker)
        side, price_e4 = proposal.side, proposal.price.e4
        place = n, market, side
        # Room is made first, as the desk does: two orders at one place would share a print.
        placed_us = max(to_us(clock.at) + rules.place_us, self._gone_us.get(place, 0))
        gone_us = min(to_us(clock.rests_until) + rules.cancel_us, view.close_us)
        refused = view.would_cross(market, side, price_e4, placed_us)
        ahead = UNKNOWN if refused else view.ahead_e2(market, side, price_e4, placed_us)
        fills = NO_FILLS
        if not refused:
            self._gone_us[place] = gone_us
            resting = RestingOrder(
                side=side,
                price_e4=price_e4,
                count_e2=proposal.contracts.e2,
                from_us=placed_us,
                until_us=gone_us,
                ahead_e2=ahead,
                any_taker=view.any_taker,
            )
            fills = view.fills(market, resting)
        bid, ask, bid_size, ask_size, _ = touches[market]
        is_yes = side is Side.YES
        return ReplayOrder(
            event=n,
            market=market,
            proposal=proposal,
            clock=clock,
            forecast=forecast,
            placed_us=placed_us,
            gone_us=gone_us,
            ahead_e2=ahead,
            refused=refused,
            touch_e4=bid if is_yes else 10_000 - ask,
            touch_size_e2=bid_size if is_yes else ask_size,
            fills=fills,
            fees_e6=tuple(
                fee.net_fee.e6
                for fee in fill_fees(
                    view.event.fees, proposal.price, fills, self.chain.policy.balance_step_e6
                )
            ),
        )


def exposures(order: ReplayOrder, at_us: int) -> list[Exposure]:
    """Return what an order has committed at an instant: filled by then, and still resting.

    What is filled later is not known yet. An order whose end has come rests until it is gone.
    """
    if order.refused:
        return []
    filled = int(order.fills.count_e2[order.fills.at_us <= at_us].sum())
    resting = order.proposal.contracts.e2 - filled if at_us < order.gone_us else 0
    parts = ((Commitment.FILLED, filled), (Commitment.RESTING, resting))
    return [
        Exposure(
            ticker=order.proposal.market_ticker,
            side=order.proposal.side,
            commitment=commitment,
            price=order.proposal.price,
            contracts=Contracts(count_e2),
        )
        for commitment, count_e2 in parts
        if count_e2
    ]
