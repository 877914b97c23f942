"""A risk unit's profit against what its forecast promised, on a scale that units share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf

CLIP = 6.0  # one impossible unit must not decide the guard on its own
_RISKLESS_USD = 1e-6  # the finest amount of money there is


@dataclass(frozen=True, slots=True)
class UnitRisk:
    """Net profit of one risk unit's positions under the forecast stored at fill, in dollars.

    Raises
    ------
    BadParameter
        If the standard deviation is negative, or the mean lies outside worst to best.
    """

    expected: float
    sd: float
    best: float
    worst: float

    def __post_init__(self) -> None:
        slack = 1e-9 * max(1.0, abs(self.best), abs(self.worst))
        ordered = self.worst - slack <= self.expected <= self.best + slack
        if not (self.sd >= 0.0 and ordered):
            raise BadParameter(f"impossible risk of a unit: {self}")

    @property
    def is_riskless(self) -> bool:
        """Whether the profit was certain, up to the finest amount of money."""
        return self.sd < _RISKLESS_USD


def unit_risk(probs: FloatArray, pnl: FloatArray, promised: float | None = None) -> UnitRisk:
    """Return the exact moments of profit on atoms.

    Parameters
    ----------
    probs : ndarray of shape (n_atoms,)
        Probability of each atom under the forecast stored at fill.
    pnl : ndarray of shape (n_atoms,)
        Net profit in dollars if the atom happens, fees included.
    promised
        The profit that the ledger expects, which is shrunk towards the market and so lies
        below the forecast's own mean; None for that mean.

    Raises
    ------
    InvalidPmf
        If the probabilities are negative, not finite, or do not sum to one.
    BadParameter
        If the shapes differ, a profit is not finite, or the promise is not a number.
    """
    _check(probs, pnl)
    best, worst = float(pnl.max()), float(pnl.min())
    mean = float(np.dot(probs, pnl))
    sd = math.sqrt(float(np.dot(probs, (pnl - mean) ** 2)))
    expected = mean if promised is None else promised
    if math.isnan(expected):
        raise BadParameter("the promised profit is not a number")
    # A pair of YES and NO bought above one dollar has its loss shrunk too, beyond its best case.
    return UnitRisk(min(max(expected, worst), best), sd, best, worst)


def joint_risk(parts: Sequence[UnitRisk], correlation: float) -> UnitRisk:
    """Add ladders that settle on the same news, such as the three of one CPI release.

    Parameters
    ----------
    parts
        One risk per ladder.
    correlation
        Common correlation between the ladders' profits, in [0, 1]. Zero makes the guard most
        sensitive.

    Raises
    ------
    BadParameter
        If there are no parts or the correlation is outside [0, 1].
    """
    if not (parts and 0.0 <= correlation <= 1.0):
        raise BadParameter(f"cannot join {len(parts)} risks at correlation {correlation}")
    together = sum(part.sd for part in parts) ** 2
    apart = sum(part.sd**2 for part in parts)
    return UnitRisk(
        expected=sum(part.expected for part in parts),
        sd=math.sqrt(correlation * together + (1.0 - correlation) * apart),
        best=sum(part.best for part in parts),
        worst=sum(part.worst for part in parts),
    )


def standardise(pnl: float, risk: UnitRisk) -> float:
    """Return ``(P - E) / SD`` clipped at plus and minus 6.

    A riskless unit gives zero if it paid what it had to; what its forecast called impossible is
    as surprising as anything can be.

    Raises
    ------
    BadParameter
        If the profit is not finite.
    """
    if not math.isfinite(pnl):
        raise BadParameter(f"profit must be finite, was {pnl}")
    if risk.is_riskless and abs(pnl - risk.expected) <= _RISKLESS_USD:
        return 0.0
    return clip((pnl - risk.expected) / max(risk.sd, _RISKLESS_USD / CLIP))


def standardised_atoms(probs: FloatArray, pnl: FloatArray) -> FloatArray:
    """Return the clipped z of every atom, shape ``(n_atoms,)``: what the guard would be fed.

    Raises
    ------
    InvalidPmf, BadParameter
        As `unit_risk`; BadParameter also if the unit carries no risk.
    """
    risk = unit_risk(probs, pnl)
    if risk.is_riskless:
        raise BadParameter("a unit without risk has no standardised profit")
    z: FloatArray = np.clip((pnl - risk.expected) / risk.sd, -CLIP, CLIP)
    return z


def clip(z: float) -> float:
    """Return z limited to plus and minus 6.

    Raises
    ------
    BadParameter
        If it is not a number.
    """
    if math.isnan(z):
        raise BadParameter("standardised profit is not a number")
    return min(max(z, -CLIP), CLIP)


def _check(probs: FloatArray, pnl: FloatArray) -> None:
    if probs.shape != pnl.shape or probs.ndim != 1 or not probs.size:
        raise BadParameter(f"atoms of shape {probs.shape} and profits of {pnl.shape}")
    if not (probs.min() >= 0.0 and abs(probs.sum() - 1.0) <= 1e-9):
        raise InvalidPmf(f"min {probs.min():.3g}, sum {probs.sum():.12g}")
    if not np.isfinite(pnl).all():
        raise BadParameter("profits on atoms must be finite")
