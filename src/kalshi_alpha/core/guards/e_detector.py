r"""An e-detector: finds that an edge has gone without assuming how profits are distributed.

Under the null hypothesis every unit earns on average at least what was expected of it, given
the past. Each factor below then has mean at most one, and the detector's average run length is
at least A whatever the distribution, the stakes, or the moments at which it is looked at
(Shin, Ramdas & Rinaldo 2024; betting factors as in Waudby-Smith & Ramdas 2024).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.detector import Level, require_unit_id

LAMBDAS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
_LARGEST = 1e300  # far above any threshold, and still a number in JSON
_ROUNDING_USD = 1e-6  # the finest amount of money there is


def betting_factor(lam: float, pnl: float, expected: float, best: float) -> float:
    r"""Return :math:`1 - \lambda (P - E) / U` with :math:`U` the most P could exceed E.

    Parameters
    ----------
    lam
        Stake in (0, 1).
    pnl, expected, best
        The unit's net profit, what the ledger expected of it, and its best case over the
        outcomes, in dollars.

    Raises
    ------
    BadParameter
        If a number is not finite, the stake is outside (0, 1), or the profit exceeds its best
        case.
    """
    if not (0.0 < lam < 1.0 and all(map(math.isfinite, (pnl, expected, best)))):
        raise BadParameter(f"no bet of {lam} on profit {pnl}, expected {expected}, best {best}")
    if not max(pnl, expected) <= best + _ROUNDING_USD:
        raise BadParameter(f"profit {pnl} or expectation {expected} exceeds the best case {best}")
    if abs(pnl - expected) <= _ROUNDING_USD:
        return 1.0
    # Where the best case was expected for certain, any loss is evidence without limit.
    upside = max(best - expected, _ROUNDING_USD)
    return max(1.0 - lam * (pnl - expected) / upside, 1.0 - lam)


@dataclass(frozen=True, slots=True)
class EDetectorState:
    r"""Shiryaev-Roberts sums :math:`R_\lambda \leftarrow (R_\lambda + 1) L_\lambda`, averaged.

    Parameters
    ----------
    threshold
        A: the alarm is at a mean of A or more, and the average run length is at least A.
    lambdas
        Stakes that the evidence is averaged over.
    r
        One sum per stake; empty at the start means zeros.
    units
        Ids of the units that have entered, in order; each enters once.
    alarmed_by
        The unit at which the mean first reached A; the alert stays until ops reset it.

    Raises
    ------
    BadParameter
        If the threshold does not exceed one, a stake is outside (0, 1), or a sum is negative.
    """

    threshold: float
    lambdas: tuple[float, ...] = LAMBDAS
    r: tuple[float, ...] = ()
    units: tuple[str, ...] = ()
    alarmed_by: str | None = None

    def __post_init__(self) -> None:
        if not self.r:
            object.__setattr__(self, "r", (0.0,) * len(self.lambdas))
        sound = self.lambdas and all(0.0 < lam < 1.0 for lam in self.lambdas)
        if not (sound and self.threshold > 1.0 and len(self.r) == len(self.lambdas)):
            raise BadParameter(f"impossible e-detector: A {self.threshold}, stakes {self.lambdas}")
        if not all(value >= 0.0 for value in self.r):
            raise BadParameter(f"e-detector sums must be >= 0, were {self.r}")

    @property
    def value(self) -> float:
        """Evidence that the edge has gone: the mean of the sums."""
        return sum(self.r) / len(self.r)

    def update(self, unit_id: str, pnl: float, expected: float, best: float) -> EDetectorState:
        """Return the state after one settled unit; unchanged if the unit entered before.

        ``expected`` 0 tests whether the unit still breaks even.

        Raises
        ------
        BadParameter
            If the id is empty or the numbers contradict, as `betting_factor`.
        """
        if require_unit_id(unit_id) in self.units:
            return self
        r = tuple(
            min((value + 1.0) * betting_factor(lam, pnl, expected, best), _LARGEST)
            for value, lam in zip(self.r, self.lambdas, strict=True)
        )
        after = replace(self, r=r, units=(*self.units, unit_id))
        if after.value >= self.threshold and self.alarmed_by is None:
            return replace(after, alarmed_by=unit_id)
        return after

    def pass_over(self, unit_id: str) -> EDetectorState:
        """Return the state with the unit marked as seen and no evidence taken from it."""
        if require_unit_id(unit_id) in self.units:
            return self
        return replace(self, units=(*self.units, unit_id))

    @property
    def level(self) -> Level:
        """ALERT from the first time the mean reaches A, WARN while it stands at A/5 or more."""
        if self.alarmed_by is not None:
            return Level.ALERT
        return Level.WARN if self.value >= self.threshold / 5.0 else Level.OK

    def reset(self) -> EDetectorState:
        """Return the state with the sums at zero; the units it has seen stay seen."""
        return replace(self, r=(), alarmed_by=None)

    def replay(self, log: Iterable[tuple[str, float, float, float]]) -> EDetectorState:
        """Return the state reached from nothing over ``(unit_id, pnl, expected, best)`` rows."""
        state = replace(self, r=(), units=(), alarmed_by=None)
        for row in log:
            state = state.update(*row)
        return state


def cusum_form(previous: float, factor: float) -> float:
    """Return ``max(previous, 1) * factor``: the e-CUSUM, smaller than the Shiryaev-Roberts sum."""
    return max(previous, 1.0) * factor
