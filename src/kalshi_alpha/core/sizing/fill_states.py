"""What joint sizes are worth when each resting order is filled or not.

Bit ``j`` of a state's index says whether leg ``j`` is filled: state 0 has no fill, the last state
all of them.
"""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing.joint import JointSizes, as_program, certified
from kalshi_alpha.core.sizing.log_program import LogProgram
from kalshi_alpha.core.sizing.problem import KellyProblem

LEGS_MAX = 12


def growth_by_fill_state(problem: KellyProblem, contracts: FloatArray) -> FloatArray:
    """Return the expected log growth of each of the ``2**n_legs`` fill states.

    Raises
    ------
    BadParameter
        If there are more than 12 legs.
    """
    states = _states(problem.n_legs)
    wealth = _state_wealth(problem, states * contracts)
    possible = problem.atom_probs > 0.0
    before = problem.bankroll + problem.existing[possible]
    growths: FloatArray = np.log(wealth[:, possible] / before) @ problem.atom_probs[possible]
    return growths


def expected_growth(problem: KellyProblem, contracts: FloatArray, alphas: FloatArray) -> float:
    """Return the growth expected when leg ``j`` is filled with probability ``alphas[j]``.

    Fills are independent of each other and of the outcome.

    Raises
    ------
    BadParameter
        If there are more than 12 legs, or an alpha lies outside [0, 1].
    """
    chances = _state_probs(problem, alphas)
    return float(chances @ growth_by_fill_state(problem, contracts))


def fill_aware_kelly(problem: KellyProblem, alphas: FloatArray) -> JointSizes:
    """Maximise `expected_growth` over the contracts, within the limits in every fill state.

    An analysis, not the sizing rule: it needs the fill odds, which are the least certain input.

    Raises
    ------
    BadParameter
        As in `expected_growth`, if a leg can hold nothing, or if no optimum is certified.
    """
    chances, states = _state_probs(problem, alphas), _states(problem.n_legs)
    upper = np.minimum(problem.caps, problem.cash / problem.cost)
    if not (upper > 0.0).all():
        raise BadParameter("a leg's cap or the cash is zero")
    one = as_program(problem, np.ones(problem.n_legs, np.bool_))
    n_states = states.shape[0]
    expanded = LogProgram(
        probs=np.outer(chances, one.probs).ravel(),
        base=np.tile(one.base, n_states),
        gain=(states[:, np.newaxis, :] * one.gain).reshape(-1, problem.n_legs),
        cost=one.cost,
        upper=one.upper,
        cash=one.cash,
        floor=one.floor,
    )
    x, gap = certified(expanded)
    contracts = x * problem.bankroll
    return JointSizes(contracts, expected_growth(problem, contracts, alphas), gap)


def wealth_all_filled(problem: KellyProblem, contracts: FloatArray) -> FloatArray:
    """Return dollars on each atom if every leg is filled, of shape (n_atoms,)."""
    return problem.wealth(contracts)


def wealth_single_fills(problem: KellyProblem, contracts: FloatArray) -> FloatArray:
    """Return dollars on each atom if one leg alone is filled, of shape (n_legs, n_atoms)."""
    return _state_wealth(problem, np.diag(contracts))


def _state_wealth(problem: KellyProblem, filled: FloatArray) -> FloatArray:
    gain = problem.payoff - problem.cost
    wealth: FloatArray = problem.bankroll + problem.existing + filled @ gain.T
    return wealth


def _states(n_legs: int) -> FloatArray:
    if n_legs > LEGS_MAX:
        raise BadParameter(f"{n_legs} legs have too many fill states; at most {LEGS_MAX}")
    index = np.arange(2**n_legs)[:, np.newaxis]
    bits: FloatArray = ((index >> np.arange(n_legs)) & 1).astype(np.float64)
    return bits


def _state_probs(problem: KellyProblem, alphas: FloatArray) -> FloatArray:
    chance = np.asarray(alphas, np.float64)
    if chance.shape != problem.cost.shape or not ((chance >= 0.0) & (chance <= 1.0)).all():
        raise BadParameter("each leg needs a fill probability in [0, 1]")
    states = _states(problem.n_legs)
    probs: FloatArray = np.where(states == 1.0, chance, 1.0 - chance).prod(axis=1)
    return probs
