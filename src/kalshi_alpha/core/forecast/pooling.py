"""The market is a forecaster too: pooling its probabilities with ours, and learning how much.

Edge exists only against the price, and the price already knows most of what we know. Pooled is
in log-odds, where the pool of two calibrated forecasts stays sharp (Satopää et al. 2014), with a
weight for our side that starts from a prior and moves with the log score of settled units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter

WEIGHT_MAX = 0.8
PRIOR_UNITS = 20.0
GAP_MAX = 0.15  # how far the pool may stray from the market without an observation behind it
PROB_FLOOR = 1e-4  # keeps log-odds finite; a quoted price is never nearer to 0 or 1
_CPI_PRIORS = ((2.0, 0.02), (7.0, 0.2), (14.0, 0.3))
_FAMILY_PRIORS = {"TNEY": 0.3, "CLAIMS": 0.4, "WEATHER": 0.4}
_DEFAULT_PRIOR = 0.4
_GRID = np.linspace(0.0, WEIGHT_MAX, 161)
_BLOCK = 512  # atoms taken together: with the grid they stay in the processor's cache


def pool_log_odds(model: npt.ArrayLike, market: npt.ArrayLike, weight: npt.ArrayLike) -> FloatArray:
    """Return ``logit⁻¹(w logit p + (1 - w) logit m)``; arguments broadcast.

    Parameters
    ----------
    model, market : array_like
        Probabilities of the same statement, ours and the market's, in [0, 1].
    weight : array_like
        Weight w of ours, in [0, 1].

    Raises
    ------
    BadParameter
        If a number lies outside [0, 1], NaN included.
    """
    p, m, w = (np.asarray(each, dtype=np.float64) for each in (model, market, weight))
    for name, values in (("model", p), ("market", m), ("weight", w)):
        if not ((values >= 0.0) & (values <= 1.0)).all():
            raise BadParameter(f"{name} probabilities and weights must lie in [0, 1]")
    odds = w * _logit(p) + (1.0 - w) * _logit(m)
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def pool_pmfs(model: FloatArray, market: FloatArray, weight: float) -> FloatArray:
    """Pool PMFs over the same atoms: ``p ∝ p_model^w p_market^(1-w)``, renormalised.

    Parameters
    ----------
    model, market : ndarrays of shape (..., n_atoms)
        Probabilities; zeros are lifted to 1e-4 before the powers, so that neither forecaster
        has a veto.

    Raises
    ------
    BadParameter
        If the shapes differ or the weight lies outside [0, 1].
    """
    if model.shape != market.shape or not 0.0 <= weight <= 1.0:
        raise BadParameter(f"shapes {model.shape} and {market.shape}, weight {weight}")
    raised = np.maximum(model, PROB_FLOOR) ** weight
    raised *= np.maximum(market, PROB_FLOOR) ** (1.0 - weight)
    pooled: FloatArray = raised / raised.sum(axis=-1, keepdims=True)
    return pooled


def near_market(pooled: FloatArray, market: FloatArray, gap: float = GAP_MAX) -> FloatArray:
    """Return the pool held within a gap of the market, for what is no observation."""
    return np.clip(pooled, market - gap, market + gap)


def market_reading(bid_e4: IntArray, ask_e4: IntArray, ours: FloatArray, wide: float) -> FloatArray:
    """Return the market's probability: its mid, or where it is wide the end nearer to ours.

    The mid of a wide book is not information; any price inside it is as good.

    Parameters
    ----------
    bid_e4, ask_e4, ours : ndarrays of one shape
        Best quotes of a statement in 1e-4 dollars, and our probability of it.
    wide
        Spread in dollars above which the quotes only bound the market's opinion.
    """
    # Compared as integers: as floats a spread of just the limit reads as above it in some places.
    is_wide = ask_e4 - bid_e4 > round(1e4 * wide)
    within = np.clip(ours, bid_e4 / 1e4, ask_e4 / 1e4)
    return np.where(is_wide, within, (bid_e4 + ask_e4) / 2e4)


def gls_weight(sd_model: float, sd_market: float, rho: float) -> tuple[float, float]:
    """Return the least-squares weight of the model's mean, and the sd of the pooled mean.

    Parameters
    ----------
    sd_model, sd_market
        Standard deviations of the two errors.
    rho
        Their correlation.

    Raises
    ------
    BadParameter
        If a deviation is not positive, or the correlation lies outside (-1, 1).
    """
    if not (sd_model > 0.0 and sd_market > 0.0 and -1.0 < rho < 1.0):
        raise BadParameter(f"deviations {sd_model}, {sd_market}, correlation {rho}")
    shared = rho * sd_model * sd_market
    spread = sd_model**2 + sd_market**2 - 2.0 * shared
    weight = (sd_market**2 - shared) / spread
    variance = (
        weight**2 * sd_model**2
        + (1 - weight) ** 2 * sd_market**2
        + 2 * weight * (1 - weight) * shared
    )
    return weight, float(np.sqrt(variance))


@dataclass(frozen=True, slots=True)
class PoolWeight:
    """The weight of our probabilities, and what it rests on.

    Parameters
    ----------
    weight
        In [0, 0.8].
    prior
        What it would be without settled units.
    n_units
        Settled units it has learned from.
    """

    weight: float
    prior: float
    n_units: int


def prior_weight(family: str, lead_days: float) -> float:
    """Return the weight our forecast deserves before any unit has settled.

    On the last day before a CPI release the nowcast added nothing to the price; a week or two
    earlier it explained a fifth to a third of what the price was to learn (regressions of first
    prints on nowcast and Kalshi's implied mean, 44 releases 2021-2025). Families without such a
    measurement start at .4, the ten-year with a live quote at .3.
    """
    if family == "CPI":
        return next((w for days, w in _CPI_PRIORS if lead_days <= days), _CPI_PRIORS[-1][1])
    return _FAMILY_PRIORS.get(family, _DEFAULT_PRIOR)


def learn_weight(
    model: Sequence[FloatArray],
    market: Sequence[FloatArray],
    outcomes: Sequence[int],
    prior: float,
    shares: Sequence[float] | None = None,
) -> PoolWeight:
    """Learn the weight from settled units by their log score, against a prior of 20 units.

    Parameters
    ----------
    model, market : sequences of ndarray
        For each row, PMFs over its atoms.
    outcomes : sequence of int
        Which atom came true.
    prior
        Prior mean of the weight.
    shares : sequence of float, optional
        How much of a unit each row is, where several rows settled on one piece of news; by
        default every row is a unit.

    Returns
    -------
    PoolWeight
        The maximum of log likelihood plus the log density of a Beta with that mean and the
        strength of 20 units, over a grid of steps of 0.005.

    Raises
    ------
    BadParameter
        If lengths differ, or the prior lies outside (0, 0.8].
    """
    shares = [1.0] * len(outcomes) if shares is None else shares
    if not len(model) == len(market) == len(outcomes) == len(shares):
        raise BadParameter("every row needs both PMFs, an outcome and its share")
    if not 0.0 < prior <= WEIGHT_MAX:
        raise BadParameter(f"prior weight must lie in (0, {WEIGHT_MAX}], was {prior}")
    total = _log_prior(prior)
    for share, score in zip(shares, _log_pools(model, market, outcomes), strict=True):
        total += share * score
    return PoolWeight(float(_GRID[int(np.argmax(total))]), prior, round(sum(shares)))


def _log_prior(mean: float) -> FloatArray:
    # Mode at the mean: a Beta(1 + n·mean, 1 + n·(1 - mean)) on [0, 1].
    with np.errstate(divide="ignore"):
        ours, theirs = np.log(_GRID), np.log1p(-_GRID)
    density: FloatArray = PRIOR_UNITS * (mean * ours + (1.0 - mean) * theirs)
    return density


def _log_pools(
    model: Sequence[FloatArray], market: Sequence[FloatArray], outcomes: Sequence[int]
) -> Iterator[FloatArray]:
    """Yield, row after row, the log of what each weight's pool gave the outcome."""
    start = 0
    while start < len(outcomes):
        size, stop = model[start].size, start + 1
        # Rows of as many atoms go together, as far as memory is not felt.
        most = start + max(1, _BLOCK // max(size, 1))
        while stop < min(len(outcomes), most) and model[stop].size == size:
            stop += 1
        yield from _log_pool_block(model[start:stop], market[start:stop], outcomes[start:stop])
        start = stop


def _log_pool_block(
    model: Sequence[FloatArray], market: Sequence[FloatArray], outcomes: Sequence[int]
) -> FloatArray:
    ours = np.log(np.maximum(np.stack(model), PROB_FLOOR))[:, np.newaxis]
    theirs = np.log(np.maximum(np.stack(market), PROB_FLOOR))[:, np.newaxis]
    grid = _GRID[:, np.newaxis]
    powers = grid * ours + (1.0 - grid) * theirs
    top = powers.max(axis=2)
    normaliser = top + np.log(np.exp(powers - top[:, :, np.newaxis]).sum(axis=2))
    scores: FloatArray = powers[np.arange(len(outcomes)), :, list(outcomes)] - normaliser
    return scores


def _logit(p: FloatArray) -> FloatArray:
    inside = np.clip(p, PROB_FLOOR, 1.0 - PROB_FLOOR)
    odds: FloatArray = np.log(inside) - np.log1p(-inside)
    return odds
