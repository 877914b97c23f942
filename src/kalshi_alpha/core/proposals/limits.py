"""Caps on what proposals may cost: per strike and ladder, and per piece of news.

Both are checked for the worst set of fills, because a maker never knows which legs will trade:
a leg that was meant as a hedge may be the only one that fills.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.fees import FeeTerms, Liquidity, order_fee
from kalshi_alpha.core.ladder import AtomGrid, interval
from kalshi_alpha.core.risk.pal import Commitment, Exposure, PalLimits, allowed_contracts, room
from kalshi_alpha.core.types import Contracts, Ladder, Market, Money, Price, Side


@dataclass(frozen=True, slots=True)
class Leg:
    """One order that is wanted: a side of a market at a price.

    Parameters
    ----------
    row
        The market's row of the scan's table.
    market
        The market.
    side, price, contracts
        What to buy, at our side's price.
    fee_terms
        For the fee of exactly this order.
    balance_step_e6
        The account's balance precision.
    """

    row: int
    market: Market
    side: Side
    price: Price
    contracts: Contracts
    fee_terms: FeeTerms
    balance_step_e6: int

    def fee_of(self, contracts: Contracts) -> Money:
        """Return the fee if so many contracts fill at once."""
        if contracts.e2 == 0:
            return Money(0)
        return order_fee(
            self.fee_terms, self.price, contracts, Liquidity.MAKER, self.balance_step_e6
        )

    @property
    def fee(self) -> Money:
        """Fee of the whole order."""
        return self.fee_of(self.contracts)

    @property
    def exposure(self) -> Exposure:
        """What the order commits while it rests."""
        return Exposure(
            self.market.ticker, self.side, Commitment.RESTING, self.price, self.contracts, self.fee
        )

    def resized(self, contracts: Contracts) -> Leg:
        """Return the leg with another count."""
        return replace(self, contracts=contracts)


@dataclass(frozen=True, slots=True)
class WithinLimits:
    """Legs cut to their room, with the room each one found before it was placed."""

    legs: tuple[Leg, ...]
    rooms: tuple[Money, ...]


def within_position_limits(
    legs: Sequence[Leg], held: Sequence[Exposure], limits: PalLimits, lot: Contracts
) -> WithinLimits:
    """Cut the legs of one ladder to its position limits, first come, first served.

    Parameters
    ----------
    legs
        In order of preference.
    held
        Everything of this ladder that is filled, resting or of unknown state.
    limits
        The ladder's caps.
    lot
        Smallest step of an order.
    """
    committed = list(held)
    cut: list[Leg] = []
    rooms: list[Money] = []
    for leg in legs:
        free = room(limits, committed, leg.market.ticker)
        rooms.append(free)
        if leg.exposure.at_risk > free:
            leg = leg.resized(  # noqa: PLW2901 - the cut leg takes the place of the wanted one
                min(leg.contracts, allowed_contracts(free, leg.price, leg.fee_of, lot))
            )
        cut.append(leg)
        committed.append(leg.exposure)
    return WithinLimits(tuple(cut), tuple(rooms))


def worst_fill_loss(ladder: Ladder, legs: Sequence[Leg], held: Sequence[Exposure]) -> FloatArray:
    """Return the most that can be lost in each atom, whichever of the legs fill, in dollars.

    In an atom the worst set of fills is exactly the legs that lose there. What is held already
    counts in full, gains included.

    Returns
    -------
    ndarray of shape (2, n_atoms)
        First row what is held, second row the legs.
    """
    intervals = [interval(market.strike, ladder.grid) for market in ladder.markets]
    grid = AtomGrid.from_intervals(intervals)
    position = {market.ticker: i for i, market in enumerate(ladder.markets)}
    pays = grid.payoff(intervals)
    losses = np.zeros((2, grid.size))
    for exposure in held:
        if exposure.ticker in position:
            wins = pays[:, position[exposure.ticker]] == (exposure.side is Side.YES)
            losses[0] += exposure.at_risk.dollars - np.where(wins, exposure.contracts.count, 0.0)
    for leg in legs:
        loses = pays[:, position[leg.market.ticker]] != (leg.side is Side.YES)
        losses[1] += np.where(loses, leg.exposure.at_risk.dollars, 0.0)
    return losses


def scale_to_cap(losses: Sequence[FloatArray], cap: float) -> float:
    """Return the share of the legs' sizes that keeps one piece of news within its cap.

    Ladders of one risk unit are added at their own worst atoms: their joint distribution is not
    relied on.

    Parameters
    ----------
    losses
        One result of `worst_fill_loss` per ladder of the unit.
    cap
        Dollars that the unit may cost.

    Returns
    -------
    float
        In [0, 1].
    """
    if sum(float(loss.sum(axis=0).max()) for loss in losses) <= cap:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        worst = sum(float((loss[0] + middle * loss[1]).max()) for loss in losses)
        low, high = (middle, high) if worst <= cap else (low, middle)
    return low


def scaled(leg: Leg, share: float, lot: Contracts) -> Leg:
    """Return the leg at a share of its size, rounded down to whole lots."""
    lots = int(leg.contracts.e2 * share) // lot.e2
    return leg.resized(Contracts(lots * lot.e2))
