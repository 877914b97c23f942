"""Caps on what proposals may cost: per strike and ladder, and per piece of news.

Both are checked for the worst set of fills, because a maker never knows which legs will trade:
a leg that was meant as a hedge may be the only one that fills.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.fees import FeeTerms, Liquidity, order_fee
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.legs import Legs
from kalshi_alpha.core.proposals.payoffs import LadderPayoffs
from kalshi_alpha.core.proposals.policy import SizingPolicy
from kalshi_alpha.core.risk.pal import (
    Commitment,
    Exposure,
    PalLimits,
    allowed_contracts,
    ladder_exposure,
    strike_exposure,
)
from kalshi_alpha.core.sizing.fractional import LadderOutcomes, unit_loss, unit_scale
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.core.types.money import E6_PER_DOLLAR

_NOTHING = PalLimits(Money(0))


class RunningRoom:
    """The position limits of one ladder while orders are added to it.

    Keeps the sums that `room` would add up again for every order.

    Parameters
    ----------
    limits
        The ladder's caps; None for an event that may not be traded at all.
    held
        Everything of this ladder that is filled, resting or of unknown state.
    """

    def __init__(self, limits: PalLimits | None, held: Sequence[Exposure]) -> None:
        self._limits = _NOTHING if limits is None else limits
        self._held = held
        self._ladder_left_e6 = (self._limits.ladder_cap - ladder_exposure(held)).e6
        self._strike_left_e6: dict[str, int] = {}

    @property
    def ladder_left_e6(self) -> int:
        """Room of the whole ladder in 1e-6 dollars; negative if its cap is broken."""
        return self._ladder_left_e6

    def room_e6(self, ticker: str) -> int:
        """Return the room of a strike in 1e-6 dollars; negative if a cap is broken."""
        left_e6 = self._strike_left_e6.get(ticker)
        if left_e6 is None:
            left_e6 = (self._limits.cap_of(ticker) - strike_exposure(self._held, ticker)).e6
            self._strike_left_e6[ticker] = left_e6
        return min(self._ladder_left_e6, left_e6)

    def commit(self, ticker: str, at_risk_e6: int) -> None:
        """Count an order, whose room has been asked for, against the limits."""
        self._strike_left_e6[ticker] -= at_risk_e6
        self._ladder_left_e6 -= at_risk_e6


class PositionCut(NamedTuple):
    """What the position limits leave of some legs; arrays of shape (n_legs,).

    Parameters
    ----------
    contracts_e2
        Hundredths of contracts.
    rooms_e6
        What each leg found free before it was placed, in 1e-6 dollars.
    ladder_rooms_e6
        What its whole ladder had free then, whatever the cap of its strike.
    """

    contracts_e2: IntArray
    rooms_e6: IntArray
    ladder_rooms_e6: IntArray


def within_position_limits(legs: Legs, holdings: Holdings, lot: Contracts) -> PositionCut:
    """Cut legs to the position limits of their ladders, first come, first served.

    Parameters
    ----------
    legs
        In order of preference.
    holdings
        What is committed already, and the limits; an event without limits gets nothing.
    lot
        Smallest step of an order.
    """
    table, step = legs.priced.table, legs.balance_step_e6
    running: dict[int, RunningRoom] = {}
    cut, rooms_e6, ladder_rooms_e6 = (legs.contracts_e2.copy() for _ in range(3))
    wanted = zip(
        legs.rows.tolist(),
        legs.ladders.tolist(),
        legs.price_e4.tolist(),
        legs.at_risk_e6.tolist(),
        strict=True,
    )
    for at, (row, ladder, price_e4, at_risk_e6) in enumerate(wanted):
        event, ticker = table.markets[row].event_ticker, table.markets[row].ticker
        if ladder not in running:
            held = holdings.exposures.get(event, ())
            running[ladder] = RunningRoom(holdings.limits.get(event), held)
        free_e6 = rooms_e6[at] = running[ladder].room_e6(ticker)
        ladder_rooms_e6[at] = running[ladder].ladder_left_e6
        if at_risk_e6 > free_e6:
            order = _Order(table.snapshots[ladder].fee_terms, Price(price_e4), step)
            most = allowed_contracts(Money(free_e6), order.price, order.fee, lot)
            count = min(most, Contracts(int(cut[at])))
            cut[at], at_risk_e6 = count.e2, order.at_risk(count).e6  # noqa: PLW2901 - it shrank
        running[ladder].commit(ticker, at_risk_e6)
    return PositionCut(cut, rooms_e6, ladder_rooms_e6)


class _Order:
    """The cost of an order at one price, for any count."""

    def __init__(self, terms: FeeTerms, price: Price, balance_step_e6: int) -> None:
        self.price = price
        self._terms, self._balance_step_e6 = terms, balance_step_e6

    def fee(self, contracts: Contracts) -> Money:
        if contracts.e2 == 0:
            return Money(0)
        return order_fee(self._terms, self.price, contracts, Liquidity.MAKER, self._balance_step_e6)

    def at_risk(self, contracts: Contracts) -> Money:
        return Money.notional(self.price, contracts) + self.fee(contracts)


def unit_cap(unit: str, holdings: Holdings, sizing: SizingPolicy) -> float:
    """Return the dollars that the ladders at hand may lose on one piece of news.

    What is held on the same news elsewhere is as good as lost: its ladder is not at hand.
    """
    whole = sizing.kelly_cap * sizing.bankroll.dollars
    elsewhere = holdings.elsewhere.get(unit)
    return whole if elsewhere is None else whole - elsewhere.max_loss.dollars


def unit_shares(legs: Legs, holdings: Holdings, sizing: SizingPolicy) -> FloatArray:
    """Return the share of each leg that keeps its piece of news within its cap.

    Parameters
    ----------
    legs
        The orders that the position limits left.
    holdings
        What is committed already.
    sizing
        Bankroll, and the share of it that one piece of news may cost.

    Returns
    -------
    ndarray of shape (n_legs,)
        In [0, 1], the same for all legs of a risk unit.
    """
    table = legs.priced.table
    held = [holdings.exposures.get(s.ladder.event_ticker, ()) for s in table.snapshots]
    # What is at risk in all of a ladder bounds its worst case, and mostly settles the matter.
    at_risk = np.bincount(legs.ladders, legs.at_risk_e6, minlength=len(held)) / E6_PER_DOLLAR
    at_risk += [ladder_exposure(each).dollars for each in held]
    n_legs = np.bincount(legs.ladders, minlength=len(held))
    units: dict[str, list[int]] = {}
    for ladder, snapshot in enumerate(table.snapshots):
        units.setdefault(snapshot.ladder.risk_unit, []).append(ladder)
    share = np.ones(len(held))
    for unit, ladders in units.items():
        cap = unit_cap(unit, holdings, sizing)
        if not float(at_risk[ladders].sum()) <= cap:
            outcomes = [worst_fills(legs, ladder, held[ladder]) for ladder in ladders]
            # The fee of a smaller order may be rounded up by one more step.
            slack = int(n_legs[ladders].sum()) * (legs.balance_step_e6 + 1) / E6_PER_DOLLAR
            share[ladders] = _share_within(outcomes, cap, slack, sizing.kelly_cap)
    return np.asarray(share[legs.ladders])


def _share_within(
    outcomes: Sequence[LadderOutcomes], cap: float, slack: float, kelly_cap: float
) -> float:
    if unit_loss(outcomes) <= cap:
        return 1.0
    return unit_scale(outcomes, (cap - slack) / kelly_cap, kelly_cap) if cap > slack else 0.0


def worst_fills(legs: Legs, ladder: int, held: Sequence[Exposure]) -> LadderOutcomes:
    """Return what one ladder earns in each atom with the worst set of fills.

    In an atom the worst set is exactly the orders that lose there, so that an order never hedges
    another position; all orders filled, and every one alone, are covered. What is filled already
    counts in full, gains included.

    Parameters
    ----------
    legs
        The orders.
    ladder
        Which ladder of their table.
    held
        Everything of it that is filled, resting or of unknown state.
    """
    table = legs.priced.table
    payoffs = LadderPayoffs.of(table, ladder)
    mine = legs.where(legs.ladders == ladder)
    columns = mine.rows - int(table.starts[ladder])
    loses = payoffs.pays_yes[:, columns] != mine.is_yes
    new = -np.where(loses, mine.at_risk_e6 / E6_PER_DOLLAR, 0.0).sum(axis=1)
    return LadderOutcomes(tuple(new.tolist()), tuple(_held_outcomes(payoffs, held).tolist()))


def _held_outcomes(payoffs: LadderPayoffs, held: Sequence[Exposure]) -> FloatArray:
    """Return what holdings earn in each atom with the worst set of fills, shape (n_atoms,)."""
    total = np.zeros(payoffs.n_atoms)
    for each in held:
        wins, at_risk = payoffs.wins(each.ticker, each.side), each.at_risk.dollars
        gain = each.contracts.count - at_risk if each.commitment is Commitment.FILLED else 0.0
        total += np.where(wins, gain, -at_risk)
    return total
