"""How long the real sequential guard runs on honest books, and how soon it sees a dead edge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from kalshi_alpha.core.guards.calibration import Threshold, UnitForecast
from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.sequential import (
    DEFAULT_K,
    UNION_FACTOR,
    SequentialGuard,
    UnitResult,
)
from kalshi_alpha.core.guards.standardise import unit_risk
from kalshi_alpha.core.guards.union_threshold import N_PATHS, union_threshold

PRICES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Prices of a mixed book, each as frequent as any other."""

_N_STORED = 250
_HORIZONS = 20  # of the wanted run length; about one path in a billion lasts longer
_AT = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunLength:
    """Mean units to an alert, its standard error, and the paths it rests on.

    A path that has not alerted at the horizon counts with the horizon, so ``mean`` is then a
    lower bound, and ``cut`` says how many such paths there are.
    """

    mean: float
    se: float
    n_paths: int
    cut: int


@dataclass(frozen=True, slots=True)
class GuardBook:
    """Single binary contracts bought at fair prices, one a unit.

    Parameters
    ----------
    prices
        Prices, each as likely as any other; the forecast stored at the fill says they are fair.
    target
        Wanted run length of the guard on an honest book, in units.
    """

    prices: tuple[float, ...]
    target: float

    def calibrated(self, rng: np.random.Generator, n_paths: int = N_PATHS) -> Threshold:
        """Return the threshold that the real calibration finds from stored units of this book."""
        drawn = rng.choice(np.array(self.prices), _N_STORED)
        units = [UnitForecast((1.0 - p, p), (-p, 1.0 - p)) for p in drawn.tolist()]
        return union_threshold(units, DEFAULT_K, self.target, rng, n_paths=n_paths)

    def guard(self, threshold: Threshold) -> SequentialGuard:
        """Return a guard that has seen nothing."""
        return SequentialGuard.start(
            DEFAULT_K, threshold.h, UNION_FACTOR * self.target, threshold.source
        )


def run_length(
    book: GuardBook,
    guard: SequentialGuard,
    rng: np.random.Generator,
    *,
    loss: float = 0.0,
    n_paths: int,
) -> RunLength:
    """Feed simulated units to the guard until it alerts.

    Parameters
    ----------
    book, guard
        What is traded, and the guard at its start.
    rng
        Source of randomness.
    loss
        Dollars a contract by which units truly earn less than stored; win odds stay at or above
        zero.
    n_paths
        Histories.
    """
    horizon = round(_HORIZONS * book.target)
    lengths = np.array([_one(book, guard, rng, loss, horizon) for _ in range(n_paths)])
    cut = int((lengths > horizon).sum())
    capped = np.minimum(lengths, horizon)
    se = float(capped.std(ddof=1)) / n_paths**0.5 if n_paths > 1 else float("inf")
    return RunLength(float(capped.mean()), se, n_paths, cut)


def _one(
    book: GuardBook, guard: SequentialGuard, rng: np.random.Generator, loss: float, horizon: int
) -> int:
    """Return the unit of the first alert; one more than the horizon if there is none."""
    risks = {p: unit_risk(np.array([1.0 - p, p]), np.array([-p, 1.0 - p])) for p in book.prices}
    state, names = guard, iter(range(horizon))
    for name in names:
        price = book.prices[int(rng.integers(len(book.prices)))]
        won = rng.random() < price - loss
        pnl = 1.0 - price if won else -price
        state = state.update(UnitResult(f"unit {name}", _AT, pnl, risks[price]))
        if state.level is Level.ALERT:
            return name + 1
    return horizon + 1
