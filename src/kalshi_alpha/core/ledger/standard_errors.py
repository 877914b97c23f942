"""Standard errors of a contract-weighted mean whose fills share news.

Fills that settle on the same news are one draw, so the sample is the risk units. A t statistic
over fills would overstate the evidence several times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter

ROUNDING = 1e-9
"""Error, as a share of the mean, below which units count as all alike."""


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A weighted mean with its standard errors, in the unit of the values.

    ``se`` is the larger of the clustered and the HAC one, so that negative autocorrelation
    never flatters; ``t_stat`` has ``dof`` degrees of freedom. All are None below two units,
    and ``t_stat`` also when the error is zero, since identical units prove nothing.
    """

    mean: float
    n_units: int
    se_cluster: float | None
    se_hac: float | None
    largest_unit_share: float

    @property
    def se(self) -> float | None:
        """The larger of the two standard errors."""
        if self.se_cluster is None or self.se_hac is None:
            return None
        return max(self.se_cluster, self.se_hac)

    @property
    def t_stat(self) -> float | None:
        """Mean over its standard error."""
        return t_statistic(self.mean, self.se)

    @property
    def t_stat_cluster(self) -> float | None:
        """Mean over the clustered standard error alone."""
        return t_statistic(self.mean, self.se_cluster)

    @property
    def dof(self) -> int:
        """Degrees of freedom: one less than the number of units."""
        return max(self.n_units - 1, 0)


def clustered_mean(
    values: FloatArray, weights: FloatArray, units: Sequence[str], lag: int | None = None
) -> ClusteredMean:
    """Mean of ``values`` weighted by ``weights``, with errors clustered by ``units``.

    Parameters
    ----------
    values, weights : ndarray of shape (n_fills,)
        For example deltas in bps and contracts, in settlement order.
    units : sequence of length n_fills
        Risk unit of each fill; units are taken in order of first appearance.
    lag
        Newey-West lag; None for the rule of `newey_west_lag`.

    Raises
    ------
    BadParameter
        If the lengths differ, a value is not finite, or weights are not positive in sum.
    """
    _check(values, weights, units)
    total = float(weights.sum())
    mean = float(np.dot(weights, values) / total)
    scores, unit_weights = _by_unit((weights * (values - mean), weights), units)
    n = scores.size
    return ClusteredMean(
        mean=mean,
        n_units=n,
        se_cluster=cluster_se(scores, total) if n > 1 else None,
        se_hac=hac_se(scores, total, newey_west_lag(n) if lag is None else lag) if n > 1 else None,
        largest_unit_share=float(unit_weights.max() / total),
    )


def t_statistic(mean: float, se: float | None) -> float | None:
    """Return a mean over its standard error, or None where there is no error to speak of.

    Units that are all alike leave an error of nothing but rounding, which would make a huge figure
    out of a sample that proves nothing.
    """
    if se is None or not se > ROUNDING * max(abs(mean), 1.0):
        return None
    return mean / se


def unit_scores(values: FloatArray, weights: FloatArray, units: Sequence[str]) -> FloatArray:
    r"""Return :math:`u_g = \sum_{i \in g} n_i (x_i - \bar x)` per unit, in order of appearance."""
    _check(values, weights, units)
    centred = weights * (values - np.dot(weights, values) / weights.sum())
    (scores,) = _by_unit((centred,), units)
    return scores


def cluster_se(scores: FloatArray, total_weight: float) -> float:
    r"""Return :math:`\sqrt{G/(G-1) \sum u_g^2} / \sum n_i` (Liang & Zeger 1986).

    Raises
    ------
    BadParameter
        If there are fewer than two units.
    """
    n = scores.size
    if n < 2:
        raise BadParameter(f"a clustered standard error needs two units, had {n}")
    return math.sqrt(n / (n - 1) * float(np.dot(scores, scores))) / total_weight


def hac_se(scores: FloatArray, total_weight: float, lag: int) -> float:
    r"""Autocorrelation-consistent standard error with Bartlett weights (Newey & West 1987).

    :math:`[\gamma_0 + 2 \sum_{l \le L} (1 - l/(L+1)) \gamma_l]^{1/2} / \sum n_i`, with
    :math:`\gamma_l = \sum_g u_g u_{g-l}` over time-ordered units and no small-sample factor.

    Raises
    ------
    BadParameter
        If the lag is negative.
    """
    if lag < 0:
        raise BadParameter(f"lag must be >= 0, was {lag}")
    variance = float(np.dot(scores, scores))
    for step in range(1, min(lag, scores.size - 1) + 1):
        gamma = float(np.dot(scores[step:], scores[:-step]))
        variance += 2.0 * (1.0 - step / (lag + 1)) * gamma
    # Bartlett weights make this non-negative in exact arithmetic; floats may leave a -1e-12.
    return math.sqrt(max(variance, 0.0)) / total_weight


def newey_west_lag(n_units: int) -> int:
    """Return the lag ``floor(4 (G/100)^(2/9))`` (Newey & West 1994)."""
    return int(4.0 * math.pow(n_units / 100.0, 2.0 / 9.0))


def settlement_sd_bps(p: float) -> float:
    """Settlement noise of one independent contract, ``1e4 sqrt(p (1-p))``, in bps of payout.

    Raises
    ------
    BadParameter
        If ``p`` is outside [0, 1].
    """
    if not 0.0 <= p <= 1.0:
        raise BadParameter(f"probability must lie in [0, 1], was {p}")
    return 1e4 * math.sqrt(p * (1.0 - p))


def units_for_t(true_delta_bps: float, sd_bps: float, t: float = 2.0) -> float:
    """Independent units needed for an expected t statistic of ``t``: ``(t sd / delta)^2``.

    Raises
    ------
    BadParameter
        If the delta or the noise is not positive.
    """
    if not (true_delta_bps > 0.0 and sd_bps > 0.0):
        raise BadParameter(f"delta and sd must be positive, were {true_delta_bps}, {sd_bps}")
    return (t * sd_bps / true_delta_bps) ** 2


def detectable_delta_bps(n_units: int, sd_bps: float, t: float = 2.0) -> float:
    """Return the true delta in bps for which ``n_units`` give an expected t statistic of ``t``.

    Raises
    ------
    BadParameter
        If there are no units or no noise.
    """
    if not (n_units > 0 and sd_bps > 0.0):
        raise BadParameter(f"units and sd must be positive, were {n_units}, {sd_bps}")
    return t * sd_bps / math.sqrt(n_units)


def _by_unit(columns: Sequence[FloatArray], units: Sequence[str]) -> list[FloatArray]:
    """Add up each column by unit, in order of first appearance."""
    order = {unit: place for place, unit in enumerate(dict.fromkeys(units))}
    index = np.array([order[unit] for unit in units], dtype=np.int64)
    return [_sums(index, column, len(order)) for column in columns]


def _sums(index: IntArray, column: FloatArray, n: int) -> FloatArray:
    return np.asarray(np.bincount(index, column, minlength=n), dtype=np.float64)


def _check(values: FloatArray, weights: FloatArray, units: Sequence[str]) -> None:
    if not values.shape == weights.shape == (len(units),):
        raise BadParameter(f"shapes {values.shape}, {weights.shape} and {len(units)} units differ")
    if not (np.isfinite(values).all() and (weights >= 0.0).all() and 0.0 < weights.sum() < np.inf):
        raise BadParameter("values must be finite and weights non-negative with a positive sum")
