"""The standard Student t as CRPS minimisation needs it: CDF, score and its curvature.

For a location-scale family with standard CDF F and density f, and ``z = (y - m) / s``, the CRPS
has the derivatives ``1 - 2 F(z)`` by m and, for a t with ν degrees of freedom,
``2 f(z) (ν + z²) / (ν - 1) - c`` by s, where c is twice the expected score of the standard law
(Jordan, Krüger & Lerch 2019). Its second derivatives are ``2 f(z) / s`` times the outer product
of (1, z): the score is convex in location and scale together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast.special import student_t_cdf, student_t_pdf

DOF = 6
"""Degrees of freedom of the error. Walk-forward scores are flat between 6 and the normal; six
gives the coverage that is closest to nominal at every station."""


@dataclass(frozen=True, slots=True)
class StandardScore:
    """At standardised outcomes: the score, and its derivatives by location and by scale."""

    score: FloatArray
    by_location: FloatArray
    by_scale: FloatArray


def standard_score(z: FloatArray) -> StandardScore:
    """Return the score of the standard t and its derivatives, elementwise."""
    slope = 2.0 * student_t_cdf(z, DOF) - 1.0
    by_scale = 2.0 * student_t_pdf(z, DOF) * (DOF + z * z) / (DOF - 1) - _CONSTANT
    return StandardScore(z * slope + by_scale, -slope, by_scale)


def _log_beta_half(b: float) -> float:
    return math.lgamma(0.5) + math.lgamma(b) - math.lgamma(b + 0.5)


def _expectation(power: int) -> float:
    """Return twice the expectation of the density times z to a power."""
    z = np.linspace(-60.0, 60.0, 60_001)
    density = student_t_pdf(z, DOF)
    return float(2.0 * (density * density * z**power).sum() * (z[1] - z[0]))


_CONSTANT = (
    2.0
    * math.sqrt(DOF)
    / (DOF - 1)
    * math.exp(_log_beta_half(DOF - 0.5) - 2.0 * _log_beta_half(DOF / 2))
)
CURVATURE_LOCATION = _expectation(0)
"""Expected second derivative by location, times the scale."""
CURVATURE_SCALE = _expectation(2)
"""Expected second derivative by scale, times the scale."""
MEAN_ABSOLUTE = 2.0 * math.sqrt(DOF) / (DOF - 1) * math.exp(-_log_beta_half(DOF / 2))
"""Mean absolute value of the standard t."""
SD = math.sqrt(DOF / (DOF - 2))
"""Standard deviation of the standard t."""
