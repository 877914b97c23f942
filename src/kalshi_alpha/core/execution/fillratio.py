"""How much of what we post gets filled: a Beta posterior over orders, not contracts.

The contracts of one order fill together, so counting them as independent trials is far too
sure and lets one large order outvote the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite, log, sqrt

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Contracts

LOOKBACK_DAYS = 14.0
HALF_LIFE_DAYS = 7.0
STRATUM_N_EFF_MIN = 15.0
REALISM_GAP_MAX = 0.10
_PRIOR_TOTAL_MIN, _PRIOR_TOTAL_MAX = 4.0, 20.0
_PRIOR_MEAN_MIN = 0.01


class Placement(StrEnum):
    """Where an order was put: at the best price, above it, or behind it."""

    JOIN = "join"
    IMPROVE = "improve"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class PostedOrder:
    """One resting order that is over: what was posted, what was filled, and how long ago.

    Raises
    ------
    BadParameter
        If nothing was posted, more was filled than posted, or the age is negative.
    """

    posted: Contracts
    filled: Contracts
    age_days: float
    placement: Placement | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.filled.e2 <= self.posted.e2 or self.posted.e2 == 0:
            raise BadParameter(f"filled {self.filled} of {self.posted} posted contracts")
        if not 0.0 <= self.age_days < float("inf"):
            raise BadParameter(f"age of an order must be >= 0 days, was {self.age_days}")

    @property
    def ratio(self) -> float:
        """Filled over posted, in [0, 1]."""
        return self.filled.e2 / self.posted.e2


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """Beta(a, b) belief about the fill ratio before any order; a + b acts as orders seen."""

    a: float
    b: float

    def __post_init__(self) -> None:
        if not (0.0 < self.a < float("inf") and 0.0 < self.b < float("inf")):
            raise BadParameter(f"a Beta prior needs a, b > 0, was {self.a}, {self.b}")


COLD_START = BetaPrior(3.0, 3.0)


@dataclass(frozen=True, slots=True)
class FillAlpha:
    """Posterior mean of the fill ratio, its central 80 % interval, and what it rests on."""

    alpha: float
    lo10: float
    hi90: float
    n_orders: int
    n_eff: float
    a: float
    b: float
    lookback_days: float


COLD_START_ALPHA = FillAlpha(
    # The Beta(3, 3) quantiles at .1 and .9, written out so that a cold start needs no SciPy.
    alpha=0.5,
    lo10=0.24663645,
    hi90=0.75336355,
    n_orders=0,
    n_eff=0.0,
    a=COLD_START.a,
    b=COLD_START.b,
    lookback_days=LOOKBACK_DAYS,
)


def fill_alpha(
    orders: Iterable[PostedOrder],
    prior: BetaPrior = COLD_START,
    *,
    lookback_days: float = LOOKBACK_DAYS,
    half_life_days: float = HALF_LIFE_DAYS,
) -> FillAlpha:
    r"""Update the prior with every order inside the look-back, newer ones weighing more.

    With weights :math:`\omega = 2^{-age/half\ life}` and ratios y, the posterior is
    Beta(:math:`a_0 + \sum \omega y`, :math:`b_0 + \sum \omega (1 - y)`).

    Parameters
    ----------
    orders
        Orders that are over; those older than the look-back are ignored.
    prior
        Belief before the orders.
    lookback_days, half_life_days
        Age limit, and age at which an order weighs half, in days.

    Raises
    ------
    BadParameter
        If a duration is not positive.
    """
    from scipy.special import betaincinv

    recent = _recent(orders, lookback_days, half_life_days)
    a = prior.a + sum(weight * y for weight, y in recent)
    b = prior.b + sum(weight * (1.0 - y) for weight, y in recent)
    return FillAlpha(
        alpha=a / (a + b),
        lo10=float(betaincinv(a, b, 0.1)),
        hi90=float(betaincinv(a, b, 0.9)),
        n_orders=len(recent),
        n_eff=sum(weight for weight, _ in recent),
        a=a,
        b=b,
        lookback_days=lookback_days,
    )


def fill_alpha_by_placement(
    orders: Iterable[PostedOrder],
    prior: BetaPrior = COLD_START,
    *,
    lookback_days: float = LOOKBACK_DAYS,
    half_life_days: float = HALF_LIFE_DAYS,
) -> dict[Placement, FillAlpha]:
    """Return the posterior of each placement, or the pooled one where too few orders tell.

    Parameters are those of `fill_alpha`; a placement stands alone from 15 effective orders.
    """
    every = tuple(orders)

    def posterior(chosen: Iterable[PostedOrder]) -> FillAlpha:
        return fill_alpha(chosen, prior, lookback_days=lookback_days, half_life_days=half_life_days)

    pooled = posterior(every)
    own = {p: posterior(o for o in every if o.placement is p) for p in Placement}
    return {p: found if found.n_eff >= STRATUM_N_EFF_MIN else pooled for p, found in own.items()}


def empirical_bayes_prior(
    families: Iterable[Sequence[PostedOrder]],
    *,
    lookback_days: float = LOOKBACK_DAYS,
    half_life_days: float = HALF_LIFE_DAYS,
) -> BetaPrior:
    """Fit the prior to the other families' mean ratios by the method of moments.

    The spread between families, less what sampling alone explains, sets how much the prior
    weighs: a + b is kept in [4, 20] orders. Fewer than two families with recent orders leave
    the cold start.

    Parameters
    ----------
    families
        The orders of each other family.
    lookback_days, half_life_days
        As in `fill_alpha`.
    """
    recents = [_recent(orders, lookback_days, half_life_days) for orders in families]
    moments = [_mean_and_its_variance(recent) for recent in recents if recent]
    if len(moments) < 2:
        return COLD_START
    means = [mean for mean, _ in moments]
    centre = sum(means) / len(means)
    spread = sum((mean - centre) ** 2 for mean in means) / (len(means) - 1)
    between = spread - sum(variance for _, variance in moments) / len(moments)
    centre = min(max(centre, _PRIOR_MEAN_MIN), 1.0 - _PRIOR_MEAN_MIN)
    total = centre * (1.0 - centre) / between - 1.0 if between > 0.0 else _PRIOR_TOTAL_MAX
    total = min(max(total, _PRIOR_TOTAL_MIN), _PRIOR_TOTAL_MAX)
    return BetaPrior(centre * total, (1.0 - centre) * total)


def tune_alpha(series: str, lookback_days: float = LOOKBACK_DAYS) -> FillAlpha:
    """Tune a family's fill ratio on the ledger below the root, and store it.

    The operator's door: it reads ``ledger_all.parquet`` and writes ``fill_alpha.json`` below
    ``KALSHI_ALPHA_HOME``, else the current directory. The fit itself is `fill_alpha`.

    Parameters
    ----------
    series
        A family or a ticker of the venue.
    lookback_days
        Oldest age, in days, of an order that counts.

    Returns
    -------
    FillAlpha
        The prior itself, which a warning in the log says, if no order counts.

    Raises
    ------
    BadParameter
        If the look-back is not a positive, finite number of days.
    UsageError, ConfigError
        If the series is unknown, or there is no configuration to look it up in.
    MissingData, TornFile, NewerSchema, FutureData
        If there is no ledger, or it or the present state file cannot be trusted.
    """
    from kalshi_alpha.datastore import execution_state

    return execution_state.tune_alpha(series, lookback_days)


def alpha_at_imbalance(alpha: float, imbalance_ours: float, slope: float = 0.0) -> float:
    """Shift fill odds by the book: logit α' = logit α + slope (1/2 - I), I as our side sees it.

    A book that leans our way has fewer counterparties coming. The slope is fitted; zero leaves
    alpha as it is.

    Raises
    ------
    BadParameter
        If alpha is not in (0, 1), the imbalance not in [0, 1], or the slope not finite.
    """
    if not (0.0 < alpha < 1.0 and 0.0 <= imbalance_ours <= 1.0 and isfinite(slope)):
        raise BadParameter(f"alpha {alpha}, imbalance {imbalance_ours}, slope {slope}")
    return 1.0 / (1.0 + exp(-(log(alpha / (1.0 - alpha)) + slope * (0.5 - imbalance_ours))))


@dataclass(frozen=True, slots=True)
class RealismGap:
    """Simulated less realised fill ratio, its clustered 95 % interval, and whether it alarms."""

    gap: float
    lo: float
    hi: float
    n_orders: int
    n_clusters: int
    is_alert: bool


def fill_realism_gap(
    simulated: Sequence[float], realised: Sequence[float], risk_units: Sequence[Hashable]
) -> RealismGap:
    """Compare simulated and realised fill ratios of the same orders.

    The standard error is clustered by risk unit, se² = G/(G-1) Σ(Σ residuals)² / n², on G - 1
    degrees of freedom (Cameron, Gelbach and Miller 2008). The alert needs the whole interval
    beyond ±.10; a single cluster has an interval without bounds and never alarms.

    Parameters
    ----------
    simulated, realised
        Fill ratios in [0, 1] of paired orders.
    risk_units
        The risk unit of each order.

    Raises
    ------
    BadParameter
        If there are no pairs, the lengths differ, or a ratio is outside [0, 1].
    """
    if not len(simulated) == len(realised) == len(risk_units) or not simulated:
        raise BadParameter(f"{len(simulated)} simulated and {len(realised)} realised fill ratios")
    if not all(0.0 <= ratio <= 1.0 for ratio in (*simulated, *realised)):
        raise BadParameter("fill ratios must be in [0, 1]")
    gaps = [s - r for s, r in zip(simulated, realised, strict=True)]
    mean = sum(gaps) / len(gaps)
    by_unit: dict[Hashable, float] = defaultdict(float)
    for unit, gap in zip(risk_units, gaps, strict=True):
        by_unit[unit] += gap - mean
    reach = _half_width_95(list(by_unit.values()), len(gaps))
    lo, hi = mean - reach, mean + reach
    is_alert = lo > REALISM_GAP_MAX or hi < -REALISM_GAP_MAX
    return RealismGap(mean, lo, hi, len(gaps), len(by_unit), is_alert)


def _recent(
    orders: Iterable[PostedOrder], lookback_days: float, half_life_days: float
) -> list[tuple[float, float]]:
    if not (lookback_days > 0.0 and half_life_days > 0.0):
        raise BadParameter(f"look-back {lookback_days} and half-life {half_life_days} days")
    return [
        (0.5 ** (order.age_days / half_life_days), order.ratio)
        for order in orders
        if order.age_days <= lookback_days
    ]


def _mean_and_its_variance(recent: Sequence[tuple[float, float]]) -> tuple[float, float]:
    total = sum(weight for weight, _ in recent)
    mean = sum(weight * y for weight, y in recent) / total
    return mean, sum((weight * (y - mean)) ** 2 for weight, y in recent) / total**2


def _half_width_95(cluster_sums: Sequence[float], n: int) -> float:
    from scipy.special import stdtrit

    clusters = len(cluster_sums)
    if clusters < 2:
        return float("inf")
    variance = clusters / (clusters - 1) * sum(u * u for u in cluster_sums) / n**2
    return float(stdtrit(clusters - 1, 0.975)) * sqrt(variance)
