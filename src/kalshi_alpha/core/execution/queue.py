"""Odds that a resting order fills, from its place in the queue and the flow of trades.

Traded volume is compound Poisson with geometric trade sizes: many small trades and a few large
ones. Price-time priority decides who is filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, floor, inf, log

from kalshi_alpha.core.errors import BadParameter

_ROUNDING = 1e-9  # contracts; 120 x .6 must be 72
_RESCALE_ABOVE = 1e200


@dataclass(frozen=True, slots=True)
class TradeFlow:
    """Volume that will trade at or through our price before the order is cancelled.

    Parameters
    ----------
    mean_contracts
        Expected volume λ, in contracts.
    mean_trade_size
        Mean contracts per trade m; sizes are geometric on 1, 2, ...

    Raises
    ------
    BadParameter
        If the volume is negative or a trade is smaller than one contract on average.
    """

    mean_contracts: float
    mean_trade_size: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.mean_contracts < inf or not 1.0 <= self.mean_trade_size < inf:
            raise BadParameter(
                f"flow of {self.mean_contracts} contracts by {self.mean_trade_size} a trade"
            )

    @property
    def variance(self) -> float:
        """Variance of the volume, (λ/m)(2m² - m)."""
        return self.mean_contracts * (2.0 * self.mean_trade_size - 1.0)


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """An order of ``contracts`` behind ``ahead`` contracts, of which a share will cancel.

    Raises
    ------
    BadParameter
        If the order is empty, the queue negative, or the share outside [0, 1].
    """

    ahead: float
    contracts: float
    cancel_share: float = 0.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.ahead < inf and 0.0 < self.contracts < inf):
            raise BadParameter(f"{self.contracts} contracts behind {self.ahead}")
        if not 0.0 <= self.cancel_share <= 1.0:
            raise BadParameter(f"cancelling share must be in [0, 1], was {self.cancel_share}")

    @property
    def to_trade(self) -> float:
        """Contracts that must trade before the first of ours, Q(1 - χ)."""
        return self.ahead * (1.0 - self.cancel_share)


@dataclass(frozen=True, slots=True)
class FillOdds:
    """Chance of any fill and of a full fill, and the expected share that is filled."""

    any_fill: float
    full_fill: float
    expected_ratio: float


def fill_odds(flow: TradeFlow, place: QueuePlace) -> FillOdds:
    """Return the exact odds, by Panjer's recursion on the traded volume.

    Any fill needs V > Q(1 - χ), a full fill V >= Q(1 - χ) + n, and the expected ratio is
    E[min(max(V - Q(1 - χ), 0), n)] / n. Time is linear in Q + n.
    """
    need, ours = place.to_trade, place.contracts
    first = floor(need + _ROUNDING) + 1  # the least volume that reaches us
    full = ceil(need + ours - _ROUNDING)
    volume = volume_pmf(flow, max(first, full))
    partial = sum((v - need) * volume[v] for v in range(first, full))
    full_fill = _at_most_one(1.0 - sum(volume[:full]))
    return FillOdds(
        any_fill=_at_most_one(1.0 - sum(volume[:first])),
        full_fill=full_fill,
        expected_ratio=_at_most_one(partial / ours + full_fill),
    )


def fill_odds_gamma(flow: TradeFlow, place: QueuePlace) -> FillOdds:
    """Approximate `fill_odds` by a gamma volume of the same mean and variance, at any size."""
    from scipy.special import gammaincc

    if flow.mean_contracts < _ROUNDING:  # a gamma of shape zero does not exist
        return FillOdds(0.0, 0.0, 0.0)
    mean, scale = flow.mean_contracts, 2.0 * flow.mean_trade_size - 1.0
    shape, need, ours = mean / scale, place.to_trade, place.contracts

    def beyond(volume: float) -> float:
        return float(gammaincc(shape, volume / scale))

    def expected_excess(volume: float) -> float:
        return mean * float(gammaincc(shape + 1.0, volume / scale)) - volume * beyond(volume)

    ratio = (expected_excess(need) - expected_excess(need + ours)) / ours
    return FillOdds(beyond(need), beyond(need + ours), _at_most_one(ratio))


def volume_pmf(flow: TradeFlow, size: int) -> list[float]:
    r"""Return P(V = 0), ..., P(V = size - 1) of the traded volume.

    Panjer 1981 with geometric sizes: :math:`p_n = \theta(1-\rho) B_n / n`, where
    :math:`B_n = \sum_j j \rho^{j-1} p_{n-j}` is itself a recursion of positive terms, so no
    digits cancel. Running terms are rescaled, because :math:`e^{-\theta}` underflows in a
    busy market.
    """
    theta = flow.mean_contracts / flow.mean_trade_size
    rho = 1.0 - 1.0 / flow.mean_trade_size
    terms, log_scale = [1.0], -theta
    geometric = weighted = 0.0
    for n in range(1, size):
        geometric = terms[-1] + rho * geometric
        weighted = geometric + rho * weighted
        terms.append(theta * (1.0 - rho) * weighted / n)
        if terms[-1] > _RESCALE_ABOVE:
            terms = [term / _RESCALE_ABOVE for term in terms]
            geometric, weighted = geometric / _RESCALE_ABOVE, weighted / _RESCALE_ABOVE
            log_scale += log(_RESCALE_ABOVE)
    return [exp(log(term) + log_scale) if term > 0.0 else 0.0 for term in terms[:size]]


def _at_most_one(chance: float) -> float:
    return min(1.0, max(0.0, chance))
