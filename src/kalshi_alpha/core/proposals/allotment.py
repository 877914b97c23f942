"""From chosen quotes to orders within every cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.proposals.book_risk import BookAtRisk, RiskModel, share_within
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.legs import Legs
from kalshi_alpha.core.proposals.limits import PositionCut, unit_shares, within_position_limits
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.priced import PricedMarkets
from kalshi_alpha.core.proposals.sizes import WantedSizes, wanted_sizes
from kalshi_alpha.core.types import Money

_HOUR_S = 3600.0
_SOONEST_H = 1e-9  # a market at its close is worth quoting last, not infinitely much


@dataclass(frozen=True, slots=True, eq=False)
class CapSteps:
    """What each cap left of the quotes that were sized: orders that a step dropped are absent.

    Parameters
    ----------
    wanted
        Before any cap, in order of preference.
    sizes
        Of ``wanted``.
    position, positioned
        What the position limits found and left of the orders of one lot and more.
    unit_shares, scaled
        What the caps on single pieces of news left of those that still stood.
    var_share, var_before
        What the value-at-risk limit left of all that was worth its fee by then, and the value at
        risk before it did.
    """

    wanted: Legs
    sizes: WantedSizes
    position: PositionCut
    positioned: Legs
    unit_shares: FloatArray
    scaled: Legs
    var_share: float
    var_before: float


@dataclass(frozen=True, slots=True, eq=False)
class Allotment:
    """What every market was allotted.

    Parameters
    ----------
    legs
        The orders that remain, in order of preference.
    rooms
        Dollars that were free for each of them before it.
    sizes
        Their sizes before caps, in the same order.
    stopped
        For every row of the table the first thing that stopped it; None for those of ``legs``.
    var
        Governing value at risk of what is held and allotted, in dollars.
    steps
        How the sizes came about.
    """

    legs: Legs
    rooms: tuple[Money, ...]
    sizes: WantedSizes
    stopped: Sequence[NotProposed | None]
    var: float
    steps: CapSteps


def allot(
    priced: PricedMarkets,
    stopped: Sequence[NotProposed | None],
    holdings: Holdings,
    policy: ScanPolicy,
    risk: RiskModel,
) -> Allotment:
    """Size the quotes that nothing stopped, then cut them to position, unit and VaR limits.

    Parameters
    ----------
    priced
        Every market, and its best quote.
    stopped
        What stopped each market so far.
    holdings
        What is committed already, and the position limits.
    policy, risk
        Sizing, and the value-at-risk limit.
    """
    reasons, sizing = list(stopped), policy.sizing
    chosen = np.array([row for row, why in enumerate(stopped) if why is None], dtype=np.int64)
    order = _by_preference(priced, chosen, policy)
    sizes = wanted_sizes(priced, order, holdings.exposures, policy)
    wanted = Legs(priced, order, sizes.contracts_e2, policy.balance_step_e6)
    legs = _drop(wanted, wanted.contracts_e2 == 0, reasons, NotProposed.KELLY_BELOW_ONE_LOT)
    position = within_position_limits(legs, holdings, sizing.lot)
    rooms = dict(zip(legs.rows.tolist(), position.rooms_e6.tolist(), strict=True))
    positioned = legs.resized(position.contracts_e2)
    none_left = position.contracts_e2 == 0
    legs = _drop(positioned, none_left, reasons, NotProposed.POSITION_LIMIT)
    shares = unit_shares(legs, holdings, sizing)
    scaled = legs.scaled(shares, sizing.lot.e2)
    legs = _drop(scaled, scaled.contracts_e2 == 0, reasons, NotProposed.RISK_UNIT_CAP)
    worth = _worth_their_fee(legs, policy)
    legs = _drop(legs, ~worth, reasons, NotProposed.EV_LOST_TO_FEE_ROUNDING)
    probs = sizes.prob_filled[_among(order, legs)]
    final, var, step = _cut_to_var(legs, BookAtRisk(legs, probs, holdings, risk), policy)
    _drop(legs, ~_among(legs.rows, final), reasons, NotProposed.VAR_LIMIT)
    return Allotment(
        legs=final,
        rooms=tuple(Money(rooms[row]) for row in final.rows.tolist()),
        # No step changes the order, so the sizes of what remains are a part of all sizes.
        sizes=sizes.at(np.flatnonzero(_among(order, final))),
        stopped=reasons,
        var=var,
        steps=CapSteps(wanted, sizes, position, positioned, shares, scaled, *step),
    )


def _by_preference(priced: PricedMarkets, rows: IntArray, policy: ScanPolicy) -> IntArray:
    """Order rows by expected profit per dollar and hour locked, best first."""
    quotes, markets = priced.quotes, priced.table.markets
    hours = np.array(
        [(markets[row].close_at - policy.at).total_seconds() / _HOUR_S for row in rows.tolist()]
    )
    cost = quotes.price[rows] / 1e4 + quotes.fee[rows]
    merit = quotes.alpha[rows] * quotes.ev_honest[rows] / (cost * np.maximum(hours, _SOONEST_H))
    return np.asarray(rows[np.argsort(-merit, kind="stable")])


def _worth_their_fee(legs: Legs, policy: ScanPolicy) -> BoolArray:
    honest = legs.edges()[1]
    return np.asarray((honest >= policy.min_ev) & (honest > 0.0))


def _cut_to_var(
    legs: Legs, book: BookAtRisk, policy: ScanPolicy
) -> tuple[Legs, float, tuple[float, float]]:
    """Return the legs at the largest share whose value at risk is within the limit, and it.

    Last come that share, and the value at risk of all of them.
    """
    found: dict[float, tuple[Legs, float]] = {}

    def var_at(share: float) -> float:
        if share not in found:
            smaller = legs.scaled(share, policy.sizing.lot.e2)
            kept = smaller.where((smaller.contracts_e2 > 0) & _worth_their_fee(smaller, policy))
            found[share] = kept, book.var(kept)
        return found[share][1]

    share = share_within(book.limit, var_at)
    var_at(share)
    return *found[share], (share, found[1.0][1])


def _among(rows: IntArray, legs: Legs) -> BoolArray:
    """Say of each row whether one of the legs is on it."""
    taken = np.zeros(len(legs.priced.table.markets), dtype=np.bool_)
    taken[legs.rows] = True
    return np.asarray(taken[rows])


def _drop(legs: Legs, gone: BoolArray, reasons: list[NotProposed | None], why: NotProposed) -> Legs:
    for row in legs.rows[gone].tolist():
        reasons[row] = why
    return legs.where(~gone)
