"""What everything held and proposed could lose, as one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ladder import AtomGrid, interval
from kalshi_alpha.core.proposals.limits import Leg
from kalshi_alpha.core.risk.factor_var import FactorModel, factor_var
from kalshi_alpha.core.risk.pal import Exposure
from kalshi_alpha.core.risk.scenario_var import governing_var, scenario_var
from kalshi_alpha.core.risk.unit_book import UnitBook, comonotone
from kalshi_alpha.core.types import Ladder, Money, Side

_SEED = 20_250_611  # draws are repeated from run to run, so that a limit does not flicker


@dataclass(frozen=True, slots=True, eq=False)
class RiskModel:
    """How risk units move together, and what the book may lose.

    Parameters
    ----------
    betas
        By the part of a risk unit's name before the colon: its loading on each factor.
    vols, correlation : ndarrays of shape (n_factors,) and (n_factors, n_factors)
    idio
        A unit's own volatility, as a fraction of its dollars at risk.
    level
        Confidence of the value at risk.
    limit
        Dollars that it may reach.
    """

    betas: Mapping[str, Sequence[float]]
    vols: FloatArray
    correlation: FloatArray
    idio: float
    level: float
    limit: float

    def value_at_risk(self, units: Mapping[str, UnitBook]) -> float:
        """Return the larger of the factor and the scenario value at risk, in dollars.

        Raises
        ------
        BadParameter
            If a unit's family has no betas.
        """
        if not units:
            return 0.0
        model = FactorModel(
            betas=np.array([self._betas_of(name) for name in units], dtype=np.float64),
            vols=self.vols,
            correlation=self.correlation,
            idio=self.idio,
        )
        books = list(units.values())
        at_risk = np.array([max(0.0, book.max_loss.dollars) for book in books])
        scenario = scenario_var(books, model, self.level, np.random.default_rng(_SEED))
        return governing_var(factor_var(model, at_risk, self.level), scenario)

    def _betas_of(self, unit: str) -> Sequence[float]:
        family = unit.split(":", maxsplit=1)[0]
        if family not in self.betas:
            raise BadParameter(f"risk family {family!r} of unit {unit!r} has no factor betas")
        return self.betas[family]


def ladder_book(
    ladder: Ladder, pmf: GridPmf, held: Sequence[Exposure], legs: Sequence[Leg]
) -> UnitBook:
    """Settle a ladder's holdings and legs, all filled, in every atom of its forecast."""
    intervals = [interval(market.strike, ladder.grid) for market in ladder.markets]
    atoms = AtomGrid.from_intervals(intervals)
    position = {market.ticker: i for i, market in enumerate(ladder.markets)}
    counts = np.zeros((2, len(position)), dtype=np.int64)
    cost = Money(0)
    for exposure in (*held, *(leg.exposure for leg in legs)):
        if exposure.ticker in position:
            counts[int(exposure.side is Side.NO), position[exposure.ticker]] += (
                exposure.contracts.e2
            )
            cost += exposure.at_risk
    probs = pmf.atom_probs(atoms.edges)
    return UnitBook.from_positions(cost, atoms.payoff(intervals), probs, counts[0], counts[1])


def unit_books(books: Mapping[str, Sequence[UnitBook]]) -> dict[str, UnitBook]:
    """Join the ladders of each risk unit, bad outcomes with bad ones."""
    return {unit: reduce(comonotone, each) for unit, each in books.items() if each}


def share_within(limit: float, var_at: Callable[[float], float]) -> float:
    """Return the largest share of the proposals, in steps of 1/64, whose VaR is within a limit.

    Zero if even holding nothing new exceeds it.
    """
    if var_at(1.0) <= limit:
        return 1.0
    low, high = 0, 64
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if var_at(middle / 64) <= limit else (low, middle)
    return low / 64
