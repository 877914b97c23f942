"""Distributions of the latent value, before the publisher rounds it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadDistribution
from kalshi_alpha.core.forecast.quantile import invert_cdf
from kalshi_alpha.core.forecast.special import (
    SQRT_2,
    SQRT_2PI,
    normal_cdf,
    normal_pdf,
    student_t_cdf,
    student_t_cdf_at,
    student_t_pdf,
)

DOF_MAX = 200  # beyond it a Student t and a normal differ by less than any forecast knows


class Distribution(Protocol):
    """What the grid needs of a latent distribution."""

    @property
    def mean(self) -> float:
        """Centre, in the unit of the forecast quantity."""

    @property
    def sd(self) -> float:
        """Standard deviation, in the same unit."""

    def cdf(self, x: FloatArray | float) -> FloatArray:
        """Return P(X <= x), elementwise."""

    def pdf(self, x: FloatArray | float) -> FloatArray:
        """Return the density at x, elementwise."""

    def quantile(self, prob: float) -> float:
        """Return the x with P(X <= x) = prob."""

    def shifted(self, by: float) -> Distribution:
        """Return the distribution of X + by."""


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal distribution, in the unit of the forecast quantity.

    Raises
    ------
    BadDistribution
        If the mean is not finite or the standard deviation not finite and positive.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _require_location_and_scale(self.mean, self.sd)

    def cdf(self, x: FloatArray | float) -> FloatArray:
        """Return P(X <= x), elementwise."""
        return normal_cdf((np.asarray(x, dtype=np.float64) - self.mean) / self.sd)

    def pdf(self, x: FloatArray | float) -> FloatArray:
        """Return the density at x, elementwise, per unit of x."""
        return normal_pdf((np.asarray(x, dtype=np.float64) - self.mean) / self.sd) / self.sd

    def quantile(self, prob: float) -> float:
        """Return the x with P(X <= x) = prob; BadParameter unless 0 < prob < 1."""
        if prob > 0.5:  # the lower tail is the accurate one
            return self.mean - self.sd * _standard_normal_quantile(1.0 - prob)
        return self.mean + self.sd * _standard_normal_quantile(prob)

    def shifted(self, by: float) -> Normal:
        """Return the distribution of X + by."""
        return Normal(self.mean + by, self.sd)


@dataclass(frozen=True, slots=True)
class StudentT:
    """A Student t distribution with whole degrees of freedom.

    ``scale`` is not the standard deviation: sd = scale * sqrt(dof / (dof - 2)), which is infinite
    for one and two degrees of freedom. With one, ``mean`` is only the median.

    Raises
    ------
    BadDistribution
        If the mean is not finite, the scale not finite and positive, or the degrees of freedom
        not in 1..200.
    """

    mean: float
    scale: float
    dof: int

    def __post_init__(self) -> None:
        _require_location_and_scale(self.mean, self.scale)
        if self.dof not in range(1, DOF_MAX + 1):
            raise BadDistribution(f"degrees of freedom must be 1..{DOF_MAX}, was {self.dof!r}")

    @classmethod
    def from_sd(cls, mean: float, sd: float, dof: int) -> StudentT:
        """Build from the standard deviation, which needs at least three degrees of freedom."""
        if not dof >= 3:
            raise BadDistribution(f"a t with {dof} degrees of freedom has no standard deviation")
        return cls(mean, sd * math.sqrt((dof - 2) / dof), dof)

    @property
    def sd(self) -> float:
        """Standard deviation, in the unit of x; infinite below three degrees of freedom."""
        return self.scale * math.sqrt(self.dof / (self.dof - 2)) if self.dof > 2 else math.inf

    def cdf(self, x: FloatArray | float) -> FloatArray:
        """Return P(X <= x), elementwise."""
        return student_t_cdf((np.asarray(x, dtype=np.float64) - self.mean) / self.scale, self.dof)

    def pdf(self, x: FloatArray | float) -> FloatArray:
        """Return the density at x, elementwise, per unit of x."""
        t = (np.asarray(x, dtype=np.float64) - self.mean) / self.scale
        return student_t_pdf(t, self.dof) / self.scale

    def quantile(self, prob: float) -> float:
        """Return the x with P(X <= x) = prob; BadParameter unless 0 < prob < 1."""
        t = invert_cdf(
            lambda t: student_t_cdf_at(t, self.dof),
            lambda t: float(student_t_pdf(t, self.dof)),
            prob,
            start=0.0,
            width=1.0,
        )
        return self.mean + self.scale * t

    def shifted(self, by: float) -> StudentT:
        """Return the distribution of X + by."""
        return StudentT(self.mean + by, self.scale, self.dof)


def _standard_normal_quantile(prob: float) -> float:
    return invert_cdf(
        lambda z: 0.5 * math.erfc(-z / SQRT_2),
        lambda z: math.exp(-0.5 * z * z) / SQRT_2PI,
        prob,
        start=0.0,
        width=1.0,
    )


def _require_location_and_scale(mean: float, scale: float) -> None:
    if not (math.isfinite(mean) and math.isfinite(scale) and scale > 0.0):
        raise BadDistribution(f"mean {mean} and scale {scale} describe no distribution")
