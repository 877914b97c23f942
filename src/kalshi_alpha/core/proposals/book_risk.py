"""What everything held and proposed could lose, as one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.holdings import Holdings
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
        By the part of a risk unit's name before the colon: the loading of its value on each
        factor. A book that gains when the value falls moves against it.
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
        betas = np.array([self._betas_of(name) for name in units], dtype=np.float64)
        directions = np.array([book.direction for book in units.values()])
        model = FactorModel(
            betas=directions[:, np.newaxis] * betas,
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

    def book(self, legs_e2: IntArray, cost: Money, doubt: float) -> UnitBook:
        """Settle holdings and legs, all filled, in every atom.

        Parameters
        ----------
        legs_e2 : integer ndarray of shape (2, n_markets)
            Contracts of the legs, YES and NO, in hundredths.
        cost
            What the legs cost.
        doubt
            Probability that is taken from the forecast and put on the worst atom; all of it
            where there is no forecast.
        """
        yes_e2, no_e2 = self.held_e2 + legs_e2
        pays, total = self.payoffs.pays_yes, self.cost + cost
        payoff_e2 = pays @ yes_e2 + ~pays @ no_e2
        worst = int(payoff_e2.argmin())
        if self.probs is None:
            return UnitBook(total, (int(payoff_e2[worst]),), (1.0,))
        probs = (1.0 - doubt) * self.probs
        probs[worst] += doubt
        return UnitBook.from_positions(total, pays, probs, yes_e2, no_e2)


class BookAtRisk:
    """The value at risk of holdings together with legs, for legs of any size.

    A leg pays less often than the forecast says: its edge is shrunk, and fills come from those
    who know more. So of each ladder's forecast as much is moved to the worst atom as brings every
    leg down to its probability given a fill; for a ladder with one leg that is exact, and for
    more it errs on the safe side. Without it a contract that the model holds for nearly certain
    would carry no risk at all.

    Parameters
    ----------
    legs
        The orders at their full size.
    probs : ndarray of shape (n_legs,)
        Probability that each pays, given a fill.
    holdings
        What is committed already.
    risk
        How the units move together.
    """

    def __init__(
        self,
        legs: Legs,
        probs: FloatArray,
        holdings: Holdings,
        risk: RiskModel,
    ) -> None:
        self._risk, self._elsewhere = risk, holdings.elsewhere
        table = legs.priced.table
        self._doubts = ladder_doubts(legs, probs)
        self._units = [snapshot.ladder.risk_unit for snapshot in table.snapshots]
        self._positions: dict[int, LadderPosition] = {}
        legged = set(legs.ladders.tolist())
        for ladder, snapshot in enumerate(table.snapshots):
            held = holdings.exposures.get(snapshot.ladder.event_ticker, ())
            if held or ladder in legged:
                payoffs = LadderPayoffs.of(table, ladder)
                pmf = legs.priced.pmfs[ladder]
                self._positions[ladder] = LadderPosition.of(payoffs, pmf, held)

    @property
    def limit(self) -> float:
        """Dollars that the value at risk may reach."""
        return self._risk.limit

    def var(self, legs: Legs) -> float:
        """Return the governing value at risk in dollars; ``legs`` may be fewer or smaller."""
        return self._risk.value_at_risk(self.unit_books(legs))

    def unit_books(self, legs: Legs) -> dict[str, UnitBook]:
        """Settle every risk unit, its ladders joined bad outcomes with bad ones."""
        counts = np.zeros((2, len(legs.priced.table.markets)), dtype=np.int64)
        counts[np.where(legs.is_yes, 0, 1), legs.rows] = legs.contracts_e2
        cost_e6 = np.zeros(len(self._units), dtype=np.int64)
        np.add.at(cost_e6, legs.ladders, legs.at_risk_e6)
        books = {unit: [book] for unit, book in self._elsewhere.items()}
        for ladder, position in self._positions.items():
            cost = Money(int(cost_e6[ladder]))
            if cost == position.cost == Money(0):
                continue
            mine = counts[:, legs.priced.table.rows_of(ladder)]
            book = position.book(mine, cost, float(self._doubts[ladder]))
            books.setdefault(self._units[ladder], []).append(book)
        return {unit: reduce(comonotone, each) for unit, each in books.items()}


def ladder_doubts(legs: Legs, probs: FloatArray) -> FloatArray:
    """Return how much of each ladder's forecast its legs do not believe, shape (n_ladders,).

    The share ``1 - h / p`` by which the forecast's probability p of a leg must shrink to reach h,
    the largest of the ladder's legs; zero where there are none.
    """
    table, yes = legs.priced.table, legs.priced.prob_yes[legs.rows]
    forecast = np.where(legs.is_yes, yes, 1.0 - yes)
    kept = np.divide(probs, forecast, out=np.ones(probs.shape), where=forecast > 0.0)
    doubts = np.zeros(len(table.snapshots))
    np.maximum.at(doubts, legs.ladders, 1.0 - kept)
    return doubts


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
