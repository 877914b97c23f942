"""What everything held and proposed could lose, as one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.legs import Legs
from kalshi_alpha.core.proposals.payoffs import LadderPayoffs
from kalshi_alpha.core.risk.factor_var import FactorModel, factor_var
from kalshi_alpha.core.risk.pal import Exposure, ladder_exposure
from kalshi_alpha.core.risk.scenario_var import governing_var, scenario_var
from kalshi_alpha.core.risk.unit_book import UnitBook, comonotone
from kalshi_alpha.core.types import Money, Side

_SEED = 20_250_611  # draws are repeated from run to run, so that a limit does not flicker
_STEPS = 64


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

    Raises
    ------
    BadParameter
        If the level is outside [0.5, 1) or the limit is negative, NaN included.
    """

    betas: Mapping[str, Sequence[float]]
    vols: FloatArray
    correlation: FloatArray
    idio: float
    level: float
    limit: float

    def __post_init__(self) -> None:
        if not (0.5 <= self.level < 1.0 and self.limit >= 0.0):
            raise BadParameter(f"value-at-risk level {self.level}, limit {self.limit}")

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


@dataclass(frozen=True, slots=True, eq=False)
class LadderPosition:
    """What may be won and lost on one ladder, before its legs are counted.

    Parameters
    ----------
    payoffs
        The ladder's atoms.
    probs : ndarray of shape (n_atoms,)
        Probability of each; None without a forecast.
    held_e2 : integer ndarray of shape (2, n_markets)
        Contracts of YES and of NO, in hundredths.
    cost
        What they cost, and what is held on markets that the ladder does not list: nothing is
        known of when those pay, so they are as good as lost.
    """

    payoffs: LadderPayoffs
    probs: FloatArray | None
    held_e2: IntArray
    cost: Money

    @classmethod
    def of(
        cls, payoffs: LadderPayoffs, pmf: GridPmf | None, held: Sequence[Exposure]
    ) -> LadderPosition:
        """Add up a ladder's holdings, every one of them taken as filled."""
        counts = np.zeros((2, len(payoffs.tickers)), dtype=np.int64)
        for each in held:
            if each.ticker in payoffs.tickers:
                column = payoffs.tickers.index(each.ticker)
                counts[int(each.side is Side.NO), column] += each.contracts.e2
        probs = None if pmf is None else payoffs.probs(pmf)
        return cls(payoffs, probs, counts, ladder_exposure(held))

    def book(self, columns: IntArray, is_yes: IntArray, e2: IntArray, cost: Money) -> UnitBook:
        """Settle holdings and legs, all filled, in every atom.

        Without a forecast the worst atom is taken as certain.
        """
        counts = self.held_e2.copy()
        np.add.at(counts, (1 - is_yes, columns), e2)
        pays, total = self.payoffs.pays_yes, self.cost + cost
        if self.probs is None:
            worst = int((pays @ counts[0] + ~pays @ counts[1]).min())
            return UnitBook(total, (worst,), (1.0,))
        return UnitBook.from_positions(total, pays, self.probs, counts[0], counts[1])


class BookAtRisk:
    """The value at risk of holdings together with legs, for legs of any size.

    Parameters
    ----------
    legs
        The orders at their full size.
    exposures
        What is committed already, by event.
    risk
        How the units move together.
    """

    def __init__(
        self, legs: Legs, exposures: Mapping[str, Sequence[Exposure]], risk: RiskModel
    ) -> None:
        self._risk, table = risk, legs.priced.table
        self._units = [snapshot.ladder.risk_unit for snapshot in table.snapshots]
        self._positions: dict[int, LadderPosition] = {}
        legged = set(legs.ladders.tolist())
        for ladder, snapshot in enumerate(table.snapshots):
            held = exposures.get(snapshot.ladder.event_ticker, ())
            if held or ladder in legged:
                payoffs = LadderPayoffs.of(table, ladder)
                pmf = legs.priced.pmfs[ladder]
                self._positions[ladder] = LadderPosition.of(payoffs, pmf, held)

    def var(self, legs: Legs) -> float:
        """Return the governing value at risk in dollars; ``legs`` may be fewer or smaller."""
        return self._risk.value_at_risk(self.unit_books(legs))

    def unit_books(self, legs: Legs) -> dict[str, UnitBook]:
        """Settle every risk unit, its ladders joined bad outcomes with bad ones."""
        order = np.argsort(legs.ladders, kind="stable")
        ladders = legs.ladders[order]
        columns = legs.rows[order] - legs.priced.table.starts[ladders]
        is_yes, e2 = legs.is_yes[order].astype(np.int64), legs.contracts_e2[order]
        cost = np.append(0, np.cumsum(legs.at_risk_e6[order]))
        books: dict[str, list[UnitBook]] = {}
        for ladder, position in self._positions.items():
            start, stop = np.searchsorted(ladders, (ladder, ladder + 1)).tolist()
            if start == stop and not position.held_e2.any() and position.cost == Money(0):
                continue
            mine = slice(start, stop)
            paid = Money(int(cost[stop] - cost[start]))
            book = position.book(columns[mine], is_yes[mine], e2[mine], paid)
            books.setdefault(self._units[ladder], []).append(book)
        return {unit: reduce(comonotone, each) for unit, each in books.items()}


def share_within(limit: float, var_at: Callable[[float], float]) -> float:
    """Return the largest share of the proposals, in steps of 1/64, whose VaR is within a limit.

    Zero if even holding nothing new exceeds it.

    Parameters
    ----------
    limit
        Dollars; NaN counts as exceeded.
    var_at
        Value at risk with every proposal at a share of its size.
    """
    if var_at(1.0) <= limit:
        return 1.0
    low, high = 0, _STEPS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if var_at(middle / _STEPS) <= limit else (low, middle)
    return low / _STEPS
