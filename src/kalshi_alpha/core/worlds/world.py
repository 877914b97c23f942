"""What is true in a world: what the market errs by, what our model errs by, and who trades."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One truth, about a weekly print in thousands whose spread is given by `Venue`.

    Parameters
    ----------
    name
        How the command calls it.
    truth
        The truth in one sentence.
    market_error_sd
        Error of the market's mean when we quote first, in thousands; gone by the close.
    model_error_sd
        Error of our model's mean, in thousands.
    model_sees_truth
        Whether the model errs about the truth, or about whatever the market believes: then it
        knows nothing that the market does not.
    model_sigma_factor
        What our model takes for its own spread, over what it is.
    informed
        Share of takers who know the outcome.
    dies_at
        Share of the span after which the market knows what we know and our model is noise;
        None for never.
    has_edge
        Whether a GO is deserved at the end of the span.

    Raises
    ------
    BadParameter
        If a number is negative or no number, or a share lies outside [0, 1].
    """

    name: str
    truth: str
    has_edge: bool
    market_error_sd: float = 0.0
    model_error_sd: float = 0.4
    model_sees_truth: bool = True
    model_sigma_factor: float = 1.0
    informed: float = 0.01
    dies_at: float | None = None

    def __post_init__(self) -> None:
        sds = (self.market_error_sd, self.model_error_sd, self.model_sigma_factor)
        if not all(0.0 <= value < math.inf for value in sds):
            raise BadParameter(f"world {self.name}: impossible errors {sds}")
        shares = (self.informed, 0.0 if self.dies_at is None else self.dies_at)
        if not all(0.0 <= share <= 1.0 for share in shares):
            raise BadParameter(f"world {self.name}: impossible shares {shares}")

    def alive(self, n_units: int) -> FloatArray:
        """Return 1 for every unit in which the market still errs, 0 once it does not."""
        last = n_units if self.dies_at is None else round(self.dies_at * n_units)
        return (np.arange(n_units) < last).astype(np.float64)


EDGE_ERROR_SD = 0.85
"""Error of the market's mean, in thousands, that leaves us about two cents a contract."""

WORLDS: Mapping[str, World] = {
    world.name: world
    for world in (
        World(
            name="noise",
            truth="the model is noise about the market's own opinion",
            has_edge=False,
            model_error_sd=EDGE_ERROR_SD,
            model_sees_truth=False,
        ),
        World(
            name="efficient",
            truth="the market knows all that the model knows",
            has_edge=False,
        ),
        World(
            name="edge",
            truth="the market errs by what leaves two cents a contract",
            has_edge=True,
            market_error_sd=EDGE_ERROR_SD,
        ),
        World(
            name="dying",
            truth="the same edge, and from half-way on none",
            has_edge=False,
            market_error_sd=EDGE_ERROR_SD,
            dies_at=0.5,
        ),
        World(
            name="overconfident",
            truth="the market is right, and the model takes its spread for 30 % less than it is",
            has_edge=False,
            model_sigma_factor=0.7,
        ),
        World(
            name="informed",
            truth="the same edge, and one taker in twenty knows the outcome",
            has_edge=True,
            market_error_sd=EDGE_ERROR_SD,
            informed=0.05,
        ),
    )
}
"""The worlds by name, in the order in which they are told."""

PROMISED = World(
    name="promised",
    truth="the market errs by what the honest edge promises, and by no more",
    has_edge=False,
    market_error_sd=0.55,
)
"""No world of its own, but the border: realised edge is just the expected one, so that every GO
is luck, although the edge is real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """How the market of every world looks and trades; assumptions, not measurements.

    Parameters
    ----------
    sigma
        Spread of the print about its mean at the close, in thousands.
    news_sd
        Spread of what becomes known between our first quote and the close, in thousands.
    error_kept
        Share of the market's error that is left from one day to the next.
    half_spread
        Dollars between the market's opinion and each best price, before rounding outwards to
        whole cents.
    depth
        Mean contracts at each best bid.
    flow, trade_size
        Contracts that trade in one market while our quotes rest, and the mean size of a trade.
    n_strikes, strike_step
        Strikes of a ladder, and the thousands between them.
    """

    sigma: float = 9.0
    news_sd: float = 0.8
    error_kept: float = 0.7
    half_spread: float = 0.0025
    depth: float = 80.0
    flow: float = 150.0
    trade_size: float = 10.0
    n_strikes: int = 8
    strike_step: int = 5
