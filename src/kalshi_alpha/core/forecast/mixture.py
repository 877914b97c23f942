"""Mixtures of latent distributions, and the sum of a latent and an independent normal error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadDistribution, BadParameter
from kalshi_alpha.core.forecast.distributions import Distribution, Normal
from kalshi_alpha.core.forecast.quantile import invert_cdf

_WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Mixture:
    """A weighted mixture of distributions in the same unit.

    Raises
    ------
    BadDistribution
        If there is no component, the counts differ, a weight is negative or NaN, or the weights
        do not sum to 1 within 1e-9.
    """

    weights: tuple[float, ...]
    components: tuple[Distribution, ...]

    def __post_init__(self) -> None:
        if not self.components or len(self.weights) != len(self.components):
            raise BadDistribution(
                f"{len(self.weights)} weights for {len(self.components)} components"
            )
        total = math.fsum(self.weights)
        if not (
            all(weight >= 0.0 for weight in self.weights) and abs(total - 1.0) <= _WEIGHT_TOLERANCE
        ):
            raise BadDistribution(f"mixture weights {self.weights} are no probabilities")

    @property
    def mean(self) -> float:
        """Weighted mean of the components' means."""
        return math.fsum(w * d.mean for w, d in zip(self.weights, self.components, strict=True))

    @property
    def sd(self) -> float:
        """Standard deviation, from the variance within and between components."""
        centre = self.mean
        parts = zip(self.weights, self.components, strict=True)
        return math.sqrt(
            math.fsum(w * (d.sd**2 + (d.mean - centre) ** 2) for w, d in parts if w > 0.0)
        )

    def cdf(self, x: FloatArray | float) -> FloatArray:
        """Return P(X <= x), elementwise."""
        x = np.asarray(x, dtype=np.float64)
        total = np.zeros_like(x)
        for weight, component in zip(self.weights, self.components, strict=True):
            total = total + weight * component.cdf(x)
        return np.minimum(total, 1.0)

    def pdf(self, x: FloatArray | float) -> FloatArray:
        """Return the density at x, elementwise, per unit of x."""
        x = np.asarray(x, dtype=np.float64)
        total = np.zeros_like(x)
        for weight, component in zip(self.weights, self.components, strict=True):
            total = total + weight * component.pdf(x)
        return total

    def quantile(self, prob: float) -> float:
        """Return the x with P(X <= x) = prob; BadParameter unless 0 < prob < 1."""
        corners = [component.quantile(prob) for component in self.components]
        low, high = min(corners), max(corners)
        # The mixture's quantile lies between its components'.
        return invert_cdf(
            lambda x: float(self.cdf(x)),
            lambda x: float(self.pdf(x)),
            prob,
            start=0.5 * (low + high),
            width=max(high - low, 1e-9 * max(abs(low), abs(high)), 1e-12),
        )

    def shifted(self, by: float) -> Mixture:
        """Return the distribution of X + by."""
        return Mixture(self.weights, tuple(component.shifted(by) for component in self.components))


def plus_normal_error(dist: Distribution, error_sd: float, nodes: int = 32) -> Distribution:
    """Return the distribution of X + e with e normal, mean 0, independent of X.

    A normal X stays normal. Any other X becomes the mixture of shifted copies at the
    Gauss-Hermite nodes of e, which keeps the mean and the variance exactly and the CDF to within
    1e-9 while ``error_sd`` does not exceed X's own scale (checked for five degrees of freedom).

    Raises
    ------
    BadParameter
        If ``error_sd`` is negative or not finite, or there are fewer than two nodes.
    """
    if not (0.0 <= error_sd < math.inf and nodes >= 2):
        raise BadParameter(f"error sd {error_sd} with {nodes} nodes")
    if error_sd == 0.0:
        return dist
    if isinstance(dist, Normal):
        return Normal(dist.mean, math.hypot(dist.sd, error_sd))
    abscissae, weights = np.polynomial.hermite_e.hermegauss(nodes)
    weights = weights / weights.sum()
    return Mixture(
        tuple(weights.tolist()), tuple(dist.shifted(error_sd * z) for z in abscissae.tolist())
    )
