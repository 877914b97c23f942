r"""What a resting quote loses because those who hit it may know more.

The two-type model is that of Glosten & Milgrom (1985): a share ``mu`` of takers knows the
outcome, the rest buy or sell with probability one half. The estimator measures mark-outs: how
far our side's mid falls after our fills.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.pricing.ranges import within

Bucket = TypeVar("Bucket", bound=Hashable)


@dataclass(frozen=True, slots=True)
class MarkOutPrior:
    """What is believed before any fill: a loss in dollars per contract, and its weight in units.

    Raises
    ------
    BadParameter
        If either is negative, infinite or NaN.
    """

    adverse: float = 0.005
    risk_units: float = 20.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.adverse < math.inf and 0.0 <= self.risk_units < math.inf):
            raise BadParameter(f"prior must not be negative, was {self.adverse}, {self.risk_units}")


DEFAULT_PRIOR = MarkOutPrior()


def informed_flow_posterior(p: npt.ArrayLike, mu: npt.ArrayLike) -> FloatArray:
    r"""Probability that our side pays once our bid was hit (Glosten & Milgrom 1985).

    .. math:: \Pr(\text{pays} \mid \text{hit}) = \frac{p\,(1 - \mu)}{1 + \mu - 2 \mu p}

    Parameters
    ----------
    p : array_like
        Probability that our side pays, before the hit.
    mu : array_like
        Share of takers who know the outcome, in [0, 1].

    Raises
    ------
    BadParameter
        If an argument is out of range or NaN, or a certain payer is hit by knowers alone.
    """
    prob, share = within("probability", p, 0.0, 1.0), within("informed share", mu, 0.0, 1.0)
    return np.asarray(prob * (1.0 - share) / _hit_odds(prob, share))


def informed_flow_adverse(p: npt.ArrayLike, mu: npt.ArrayLike) -> FloatArray:
    r"""Loss per contract to informed takers, ``p - P(pays | hit)``, in dollars.

    .. math:: \lambda = \frac{2 \mu\, p (1 - p)}{1 + \mu (1 - 2p)}

    Parameters and errors as in :func:`informed_flow_posterior`; never negative.
    """
    prob, share = within("probability", p, 0.0, 1.0), within("informed share", mu, 0.0, 1.0)
    return np.asarray(2.0 * share * prob * (1.0 - prob) / _hit_odds(prob, share))


def mark_out_adverse(
    mid_at_fill: npt.ArrayLike,
    mid_later: npt.ArrayLike,
    risk_units: Sequence[Hashable],
    prior: MarkOutPrior = DEFAULT_PRIOR,
) -> float:
    r"""Estimate the adverse selection of one bucket from the mark-outs of its fills.

    With the half-spread earned at fill ``h = m_t - c`` and the mark-out ``mo = m_{t+tau} - c``,
    the loss of a fill is ``h - mo = m_t - m_{t+tau}``: the price paid drops out. The mean over
    fills is shrunk towards the prior by the number of risk units, not of fills, because fills on
    the same news are one observation.

    .. math:: \hat\lambda = \max\Bigl(0, \frac{n_u \bar\lambda + k \lambda_0}{n_u + k}\Bigr)

    Parameters
    ----------
    mid_at_fill, mid_later : array_like of shape (n_fills,)
        Our side's mid at the fill and at the horizon after it, in dollars.
    risk_units : sequence of hashable, length n_fills
        The piece of news each fill settles on.
    prior : MarkOutPrior
        ``lambda_0`` and its weight ``k``.

    Returns
    -------
    float
        Dollars per contract, at least 0: favourable drift is luck until proved, never income.

    Raises
    ------
    BadParameter
        If lengths differ, a mid lies outside [0, 1] or is NaN, or there is neither fill nor prior.
    """
    before = within("mid at fill", mid_at_fill, 0.0, 1.0)
    after = within("mid later", mid_later, 0.0, 1.0)
    if not before.shape == after.shape == (len(risk_units),):
        raise BadParameter(
            f"fills disagree: {before.shape} mids, {after.shape} later, {len(risk_units)} units"
        )
    n_units = len(set(risk_units))
    weight = n_units + prior.risk_units
    if not weight > 0.0:
        raise BadParameter("no fills and a prior without weight say nothing")
    loss = float(np.mean(before - after)) if n_units else 0.0
    return max(0.0, (n_units * loss + prior.risk_units * prior.adverse) / weight)


def mark_out_adverse_by(
    buckets: Sequence[Bucket],
    mid_at_fill: npt.ArrayLike,
    mid_later: npt.ArrayLike,
    risk_units: Sequence[Hashable],
    prior: MarkOutPrior = DEFAULT_PRIOR,
) -> dict[Bucket, float]:
    """Estimate adverse selection per bucket, such as family, price range and hours to close.

    Parameters are those of :func:`mark_out_adverse` with the bucket of each fill in front. A
    bucket without fills is not in the result: its value is the prior's.

    Raises
    ------
    BadParameter
        As :func:`mark_out_adverse`, or if the buckets are not one per fill.
    """
    before = within("mid at fill", mid_at_fill, 0.0, 1.0)
    after = within("mid later", mid_later, 0.0, 1.0)
    if not before.shape == after.shape == (len(buckets),) == (len(risk_units),):
        raise BadParameter(f"fills disagree: {before.shape} mids, {len(buckets)} buckets")
    fills: dict[Bucket, list[int]] = defaultdict(list)
    for fill, bucket in enumerate(buckets):
        fills[bucket].append(fill)
    return {
        bucket: mark_out_adverse(before[of], after[of], [risk_units[i] for i in of], prior)
        for bucket, of in fills.items()
    }


def _hit_odds(prob: FloatArray, share: FloatArray) -> FloatArray:
    odds = 1.0 + share - 2.0 * share * prob
    if odds.size and not odds.min() > 0.0:
        raise BadParameter("a contract certain to pay is never hit by those who know it")
    return np.asarray(odds)
