r"""How much of our edge over the market to believe, bin by bin.

In each bin realised edge is regressed on expected edge through the origin,
:math:`Y_i - c_i = \beta (p_i - c_i) + e_i`. The slope is at once the calibration slope against
the market, the weight of the best linear pool and the best shrink.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.delta import contracts, series_delta, settled_fills
from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.ledger.standard_errors import cluster_se, clustered_mean
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

PRIOR_MEAN = 0.9
PRIOR_SD = 0.5
RISE_LIMIT = 0.1  # a weight may fall at once, and rises by at most this a day

PRICE_EDGES_E4 = (1000, 3000, 7000, 9000)
PRICE_NAMES = ("0-.1", ".1-.3", ".3-.7", ".7-.9", ".9-1")
LEAD_EDGES_HOURS = (2.0, 24.0, 168.0)
LEAD_NAMES = ("0-2h", "2-24h", "1-7d", ">7d")


class Badge(StrEnum):
    """How far a bin's numbers may be trusted."""

    PROVEN = "✓"
    PROMISING = "△"
    UNPROVEN = "✗"


@dataclass(frozen=True, slots=True, order=True)
class BinKey:
    """A bin: family, side, bucket of our cost, and bucket of hours to the close."""

    family: str
    side: Side
    price_bucket: str
    lead_bucket: str


@dataclass(frozen=True, slots=True)
class Slope:
    """Posterior of the slope beta: mean, standard deviation, and P(beta > 0)."""

    mean: float
    sd: float

    @property
    def prob_positive(self) -> float:
        """Probability that the edge is worth anything at all."""
        if self.sd == 0.0:
            return 1.0 if self.mean > 0.0 else 0.0
        return 0.5 * (1.0 + math.erf(self.mean / self.sd / math.sqrt(2.0)))


@dataclass(frozen=True, slots=True)
class HonestyBin:
    """A bin's record, and the weight and cap it recommends.

    ``weight`` multiplies the shrink; ``cap`` multiplies the family's cap; ``cap_lots``, where
    not None, limits an order to that many contracts besides. ``beta_hat`` and ``se`` are None
    where the bin has no slope, ``t_stat`` where it has no error.
    """

    key: BinKey
    n_fills: int
    n_units: int
    exp_bps: float
    real_bps: float
    beta_hat: float | None
    se: float | None
    t_stat: float | None
    weight: float
    cap: float
    cap_lots: int | None
    badge: Badge


def bin_key(family: str, side: Side, price_e4: int, lead_hours: float | None) -> BinKey:
    """Return the bin of an order; an upper edge belongs to the bucket below it.

    Raises
    ------
    BadParameter
        If the lead time is not a number.
    """
    if lead_hours is None:
        lead = "unknown"
    elif math.isnan(lead_hours):
        raise BadParameter("lead time is not a number")
    else:
        lead = LEAD_NAMES[bisect_left(LEAD_EDGES_HOURS, lead_hours)]
    return BinKey(family, side, PRICE_NAMES[bisect_left(PRICE_EDGES_E4, price_e4)], lead)


def slope_through_origin(
    expected: FloatArray, realised: FloatArray, weights: FloatArray, units: Sequence[str]
) -> tuple[float | None, float | None]:
    """Regress realised on expected edge without intercept, clustered by risk unit.

    Parameters
    ----------
    expected, realised : ndarray of shape (n_fills,)
        ``p - c`` and ``Y - c``, in dollars.
    weights : ndarray of shape (n_fills,)
        Contracts over ``c (1 - c)``: the inverse of the settlement noise.
    units : sequence of length n_fills

    Returns
    -------
    beta_hat
        None when no fill expected any edge.
    se
        Cluster-robust, with G/(G-1); None below two units or without a slope.
    """
    information = float(np.dot(weights, expected**2))
    if not information > 0.0:
        return None, None
    beta = float(np.dot(weights, expected * realised) / information)
    scores: dict[str, float] = defaultdict(float)
    for unit, score in zip(units, weights * expected * (realised - beta * expected), strict=True):
        scores[unit] += float(score)
    if len(scores) < 2:
        return beta, None
    return beta, cluster_se(np.array(list(scores.values())), information)


def posterior(
    beta_hat: float, se: float, *, prior_mean: float = PRIOR_MEAN, prior_sd: float = PRIOR_SD
) -> Slope:
    """Pool the estimate with the normal prior by precision.

    Raises
    ------
    BadParameter
        If the estimate is not finite, or a standard deviation is negative or not a number.
    """
    if not (math.isfinite(beta_hat) and se >= 0.0 and prior_sd > 0.0):
        raise BadParameter(f"no posterior from slope {beta_hat}, error {se}, prior sd {prior_sd}")
    if se == 0.0:
        return Slope(beta_hat, 0.0)
    variance = 1.0 / (1.0 / prior_sd**2 + 1.0 / se**2)
    return Slope(variance * (prior_mean / prior_sd**2 + beta_hat / se**2), math.sqrt(variance))


def weight_and_cap(slope: Slope, shrink: float) -> tuple[float, float]:
    """Return the bin's weight ``clip(beta/s, 0, 1)`` and cap ``clip(2 P(beta>0) - 1, 0, 1)``.

    Raises
    ------
    BadParameter
        If the shrink is not in (0, 1].
    """
    if not 0.0 < shrink <= 1.0:
        raise BadParameter(f"shrink must lie in (0, 1], was {shrink}")
    weight = min(max(slope.mean / shrink, 0.0), 1.0)
    return weight, min(max(2.0 * slope.prob_positive - 1.0, 0.0), 1.0)


def badge(n_units: int, t_stat: float | None) -> Badge:
    """Return the badge for a number of units and a t statistic clustered by unit."""
    if t_stat is None or not t_stat > 0.0:
        return Badge.UNPROVEN
    if n_units >= 30 and t_stat >= 2.0:
        return Badge.PROVEN
    return Badge.PROMISING if n_units >= 10 else Badge.UNPROVEN


def honesty_bins(entries: Iterable[LedgerEntry], shrink: float) -> dict[BinKey, HonestyBin]:
    """Return the record of every bin that has a settled fill, by bin.

    Parameters
    ----------
    entries
        Evidence rows; those not settled or without contracts are passed over.
    shrink
        The run's honest shrink s, which the weight multiplies.

    Raises
    ------
    BadParameter
        If the shrink is not in (0, 1].
    """
    groups: dict[BinKey, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        if entry.is_settled and entry.count_e2:
            key = bin_key(entry.family, entry.side, entry.price_e4, entry.lead_hours)
            groups[key].append(entry)
    return {key: _record(key, groups[key], shrink) for key in sorted(groups)}


def empty_bin(key: BinKey) -> HonestyBin:
    """Return the record of a bin without evidence: full weight, and one lot at a time."""
    return HonestyBin(key, 0, 0, 0.0, 0.0, None, None, None, 1.0, 1.0, 1, Badge.UNPROVEN)


def _record(key: BinKey, entries: Sequence[LedgerEntry], shrink: float) -> HonestyBin:
    fills = settled_fills(entries)
    units = [fill.risk_unit for fill in fills]
    edges = series_delta(fills)
    deltas = np.array([fill.delta_bps for fill in fills])
    test = clustered_mean(deltas, contracts(fills), units)
    beta_hat, se = slope_through_origin(*_regressors(entries), [e.risk_unit for e in entries])
    known = beta_hat is not None and se is not None
    slope = posterior(beta_hat or 0.0, se or 0.0) if known else Slope(PRIOR_MEAN, PRIOR_SD)
    weight, cap = weight_and_cap(slope, shrink)
    # An error of zero comes from units that all went the same way. It may lower the weight,
    # but is no reason to trade more than one lot.
    proven = known and bool(se)
    return HonestyBin(
        key=key,
        n_fills=edges.n_fills,
        n_units=edges.n_units,
        exp_bps=edges.edge_expected_bps,
        real_bps=edges.edge_realised_bps,
        beta_hat=beta_hat,
        se=se,
        t_stat=test.t_stat,
        weight=weight if known else 1.0,
        cap=cap if known else 1.0,
        cap_lots=None if proven else 1,
        badge=badge(edges.n_units, test.t_stat),
    )


def _regressors(entries: Sequence[LedgerEntry]) -> tuple[FloatArray, FloatArray, FloatArray]:
    price = np.array([entry.price_e4 / E4_PER_DOLLAR for entry in entries])
    count = np.array([float(entry.count_e2) for entry in entries])
    paid = np.array([float(entry.payout_e6 or 0) for entry in entries])
    prob = np.array([entry.p for entry in entries])
    return prob - price, paid / (count * PAYOUT_E6_PER_E2) - price, count / (price * (1.0 - price))


def limit_rises(
    bins: Mapping[BinKey, HonestyBin],
    previous: Mapping[BinKey, HonestyBin],
    limit: float = RISE_LIMIT,
) -> dict[BinKey, HonestyBin]:
    """Return the bins with weights that rise by at most ``limit`` over the previous refresh.

    Weights fall at once. A bin that is new keeps what it computed. A bin whose evidence has
    left the window stays as an empty one, and its weight climbs back by ``limit`` as well:
    forgetting is no reason to trust at once.
    """
    limited = dict(bins)
    for key, before in previous.items():
        now = bins.get(key, empty_bin(key))
        limited[key] = replace(now, weight=min(now.weight, before.weight + limit))
    return limited
