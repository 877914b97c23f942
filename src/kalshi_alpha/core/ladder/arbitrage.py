"""No-arbitrage tests of any ladder by linear programming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import Arbitrage, BadParameter


@dataclass(frozen=True, slots=True)
class RisklessPortfolio:
    """The best sure profit that at most one contract of each side of each market can lock in.

    ``profit`` is in dollars, zero when there is none to be had; ``yes`` and ``no`` are the counts
    bought, of shape (n_markets,).
    """

    profit: float
    yes: FloatArray
    no: FloatArray


def best_riskless_portfolio(
    payoff: BoolArray, yes_costs: FloatArray, no_costs: FloatArray
) -> RisklessPortfolio:
    r"""Find the purchase whose worst outcome is best.

    Solves :math:`\max t` subject to :math:`(A - 1 q^T) x \ge t` and :math:`0 \le x \le 1`, where
    the columns of :math:`A` are the payoffs of YES and of NO on each atom and :math:`q` their
    costs. Buying nothing earns zero, so the result is never negative.

    Parameters
    ----------
    payoff : bool ndarray of shape (n_atoms, n_markets)
        Where YES pays.
    yes_costs, no_costs : ndarrays of shape (n_markets,)
        Price plus fee of each side, dollars; NaN where that side is not offered.

    Raises
    ------
    BadParameter
        If shapes differ, a cost is negative or infinite, or the solver fails.
    """
    costs = np.concatenate((yes_costs, no_costs))
    if payoff.ndim != 2 or not yes_costs.shape == no_costs.shape == payoff.shape[1:]:
        raise BadParameter(f"payoffs {payoff.shape} need one YES and one NO cost a market")
    offered = ~np.isnan(costs)
    if not ((costs[offered] >= 0.0) & np.isfinite(costs[offered])).all():
        raise BadParameter("costs must be finite and not negative")
    gains = np.concatenate((payoff, ~payoff), axis=1)[:, offered] - costs[offered]
    counts = np.zeros(costs.shape)
    n_atoms, n_legs = gains.shape
    # The variables are the legs and then t; linprog minimises and wants upper bounds.
    result = _solve(
        c=np.append(np.zeros(n_legs), -1.0),
        A_ub=np.hstack((-gains, np.ones((n_atoms, 1)))),
        b_ub=np.zeros(n_atoms),
        bounds=[(0.0, 1.0)] * n_legs + [(None, None)],
    )
    if result.status != 0:
        raise BadParameter(f"the arbitrage programme was not solved: {result.message}")
    counts[offered] = np.clip(result.x[:-1], 0.0, 1.0)
    yes, no = np.split(counts, 2)
    # The solver's own optimum is good to 1e-7 only, which is more than the profits that matter.
    worst = float((gains @ counts[offered]).min())
    return RisklessPortfolio(max(worst, 0.0), yes, no)


def probability_bounds(
    payoff: BoolArray, bids: FloatArray, asks: FloatArray, target: BoolArray
) -> tuple[float, float]:
    r"""Return the least and greatest probability of a claim that the quotes allow.

    Minimises and maximises :math:`a^T p` over the atom probabilities :math:`p` for which every
    market's probability lies between its bid and its ask.

    Parameters
    ----------
    payoff : bool ndarray of shape (n_atoms, n_markets)
    bids, asks : ndarrays of shape (n_markets,)
        Dollars; 0 and 1 for a missing side. Subtract and add fees first for bounds after fees.
    target : bool ndarray of shape (n_atoms,)
        The atoms on which the claim pays.

    Raises
    ------
    Arbitrage
        If no distribution fits the quotes.
    BadParameter
        If shapes differ or the solver fails.
    """
    if payoff.ndim != 2 or not bids.shape == asks.shape == payoff.shape[1:]:
        raise BadParameter(f"payoffs {payoff.shape} need one bid and one ask a market")
    if target.shape != payoff.shape[:1]:
        raise BadParameter(f"the claim {target.shape} must state each of {payoff.shape[0]} atoms")
    return (
        _extreme_probability(payoff, bids, asks, target, sign=1.0),
        _extreme_probability(payoff, bids, asks, target, sign=-1.0),
    )


def _extreme_probability(
    payoff: BoolArray, bids: FloatArray, asks: FloatArray, target: BoolArray, *, sign: float
) -> float:
    by_market = payoff.T.astype(np.float64)
    result = _solve(
        c=sign * target.astype(np.float64),
        A_ub=np.vstack((by_market, -by_market)),
        b_ub=np.concatenate((asks, -bids)),
        A_eq=np.ones((1, payoff.shape[0])),
        b_eq=np.ones(1),
        bounds=(0.0, 1.0),
    )
    if result.status == 2:  # infeasible
        raise Arbitrage("no distribution fits the quotes")
    if result.status != 0:
        raise BadParameter(f"the bounding programme was not solved: {result.message}")
    return min(max(float(sign * result.fun), 0.0), 1.0)


def _solve(**programme: Any) -> Any:
    # Imported here because it costs a quarter of a second, which most commands need not pay.
    from scipy.optimize import linprog

    return linprog(method="highs", **programme)
