"""Joint Kelly sizes of a ladder's legs, YES and NO, on top of the filled book."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing import barrier, interior_point
from kalshi_alpha.core.sizing.log_program import LogProgram
from kalshi_alpha.core.sizing.problem import KellyProblem

GAP_MAX = 5e-10
_LEAST_WEALTH = 1e-12  # so that even an atom held impossible leaves something
_NEGLIGIBLE = 1e-8  # contracts per dollar of bankroll
_FORGONE_MAX = 1e-11  # growth lost by setting a leg to zero


@dataclass(frozen=True, slots=True, eq=False)
class JointSizes:
    """Optimal contracts of each leg.

    Attributes
    ----------
    contracts : ndarray of shape (n_legs,)
        Unrounded; exactly zero for a leg that is not worth holding.
    growth : float
        Expected log growth over the filled book alone, in nats per event.
    gap : float
        Certified bound on how much growth the optimum could add.
    """

    contracts: FloatArray
    growth: float
    gap: float


def joint_kelly(problem: KellyProblem, *, positive_ev_only: bool = True) -> JointSizes:
    """Maximise expected log wealth over all legs at once (Kelly 1956).

    Subject to the caps, the cash, and the floor ``(1 - max_loss) * bankroll`` on every atom.
    No netting of collateral between legs is assumed.

    Parameters
    ----------
    problem : KellyProblem
        Legs, filled book and limits.
    positive_ev_only : bool
        Leave out legs whose own expected value is not positive, though they might hedge; when
        none is left every size is exactly zero. False gives the unrestricted optimum.

    Raises
    ------
    BadParameter
        If no position could be certified to within 5e-10 of the optimal growth.
    """
    upper = np.minimum(problem.caps, problem.cash / problem.cost)
    wanted: BoolArray = upper > 0.0
    if positive_ev_only:
        wanted &= problem.expected_values() > 0.0
    contracts = np.zeros(problem.n_legs)
    if not wanted.any():
        return JointSizes(contracts, 0.0, 0.0)
    program = as_program(problem, wanted)
    if (program.marginal_growth(np.zeros_like(program.cost)) <= 0.0).all():
        # A concave function that no leg raises at the origin is greatest there.
        return JointSizes(contracts, 0.0, 0.0)
    x, gap = certified(program)
    contracts[wanted] = x * problem.bankroll
    return JointSizes(contracts, problem.growth(contracts), gap)


def as_program(problem: KellyProblem, wanted: BoolArray) -> LogProgram:
    """Express the wanted legs of a problem per dollar of bankroll."""
    cost = problem.cost[wanted]
    cash = problem.cash / problem.bankroll
    return LogProgram(
        probs=problem.atom_probs,
        base=1.0 + problem.existing / problem.bankroll,
        gain=problem.payoff[:, wanted] - cost,
        cost=cost,
        upper=np.minimum(problem.caps[wanted] / problem.bankroll, cash / cost),
        cash=cash,
        floor=max(1.0 - problem.max_loss, _LEAST_WEALTH),
    )


def certified(program: LogProgram) -> tuple[FloatArray, float]:
    """Solve fast, check the duality gap, and solve again the slow way if it is not small."""
    gap = np.inf
    for solve in (interior_point.solve, barrier.solve):
        x, duals = solve(program)
        kept = _without_dust(program, x, duals)
        gap = max(program.duality_gap(x, duals) + program.advantage(x, kept), 0.0)
        if gap <= GAP_MAX:
            return kept, gap
    raise BadParameter(f"no certified optimum: growth may be {gap:.3g} short")


def _without_dust(program: LogProgram, x: FloatArray, duals: FloatArray) -> FloatArray:
    """Set legs to zero that cost no growth, and shrink the rest should that break a floor."""
    costs_growth = x * duals[: x.size] > _FORGONE_MAX
    kept = np.where((x > _NEGLIGIBLE) | costs_growth, x, 0.0)
    room = program.base - program.floor
    over = float((-(program.gain @ kept) / room).max())
    return kept / over if over > 1.0 else kept
