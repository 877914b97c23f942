"""What an order that takes liquidity pays beyond the touch, as a function of its size.

Size is relative to the depth shown at the touch, slippage is in ticks. Served is always the
upper bound of a bootstrap: a sizing limit must not rest on a lucky sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.fillratio import LOOKBACK_DAYS
from kalshi_alpha.core.execution.power_law import PowerLaw, fit_power_law
from kalshi_alpha.core.ladder.isotonic import pool_non_increasing

POWER_N_OBS_MIN = 30
POWER_EXPONENT_MIN, POWER_EXPONENT_MAX = 0.3, 1.5
BOOTSTRAPS = 500
UPPER_QUANTILE = 0.95  # the upper end of a central 90 % interval
_POWER_KNOTS = 33


class CurveForm(StrEnum):
    """Which fit a curve comes from."""

    ISOTONIC = "isotonic"
    POWER = "power"


@dataclass(frozen=True, slots=True, eq=False)
class SlippageSample:
    """Observed slippage by relative size.

    Parameters
    ----------
    relative_size : ndarray of shape (n,)
        Order size over depth at the touch, positive and strictly ascending.
    ticks : ndarray of shape (n,)
        Mean slippage against the touch at each size.
    n_obs : ndarray of shape (n,)
        Orders behind each mean, positive.

    Raises
    ------
    BadParameter
        If the shapes differ or a number is out of range.
    """

    relative_size: FloatArray
    ticks: FloatArray
    n_obs: FloatArray

    def __post_init__(self) -> None:
        r, slip, n = self.relative_size, self.ticks, self.n_obs
        if not r.shape == slip.shape == n.shape or r.ndim != 1 or not r.size:
            raise BadParameter(f"shapes {r.shape}, {slip.shape}, {n.shape} of slippage differ")
        if not all(np.isfinite(values).all() for values in (r, slip, n)):
            raise BadParameter("slippage observations must be finite")
        if not (r[0] > 0.0 and (np.diff(r) > 0.0).all() and (n > 0.0).all()):
            raise BadParameter("relative sizes must ascend from above 0, counts be positive")

    @classmethod
    def from_orders(cls, relative_size: FloatArray, ticks: FloatArray) -> SlippageSample:
        """Build from single orders in any order, averaging those of equal relative size.

        Parameters
        ----------
        relative_size, ticks : ndarrays of shape (n_orders,)
            Size over depth, and slippage against the touch.
        """
        if relative_size.shape != ticks.shape:
            raise BadParameter(f"{relative_size.shape} sizes and {ticks.shape} slippages")
        sizes, inverse, counts = np.unique(relative_size, return_inverse=True, return_counts=True)
        sums = np.bincount(inverse, weights=ticks, minlength=sizes.size)
        return cls(sizes, sums / counts, counts.astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class SlippageCurve:
    """A fitted curve by its knots: relative sizes, fitted ticks, and their upper bounds.

    Between knots it is linear; below the first and beyond ``impact_cap`` it is flat.

    Raises
    ------
    BadParameter
        If the shapes differ, a number is not finite, sizes do not ascend, the bound is negative
        or falls, or the cap is not positive.
    """

    form: CurveForm
    relative_size: FloatArray
    fitted_ticks: FloatArray
    upper_ticks: FloatArray
    impact_cap: float
    power: PowerLaw | None = None

    def __post_init__(self) -> None:
        r, fitted, upper = self.relative_size, self.fitted_ticks, self.upper_ticks
        if not r.shape == fitted.shape == upper.shape or r.ndim != 1 or not r.size:
            raise BadParameter(f"shapes {r.shape}, {fitted.shape}, {upper.shape} of a curve differ")
        if not all(np.isfinite(values).all() for values in (r, fitted, upper)):
            raise BadParameter("a slippage curve must be finite")
        if not (r[0] >= 0.0 and (np.diff(r) > 0.0).all()):
            raise BadParameter("relative sizes of a curve must ascend from 0 or above")
        if not (upper[0] >= 0.0 and (np.diff(upper) >= 0.0).all()):
            raise BadParameter("the bound of a curve must be 0 or above and never fall with size")
        if not 0.0 < self.impact_cap < np.inf:
            raise BadParameter(f"impact cap must be above 0, was {self.impact_cap}")

    def capped_at(self, impact_cap: float) -> SlippageCurve:
        """Return the same curve, flat beyond another relative size.

        Beyond its last knot it stays flat, whatever the cap: nothing larger was fitted.

        Raises
        ------
        BadParameter
            If the cap is not positive and finite.
        """
        return replace(self, impact_cap=impact_cap)

    def ticks(self, relative_size: float) -> float:
        """Return the upper bound of the slippage in ticks for an order of this relative size.

        Raises
        ------
        BadParameter
            If the size is negative or not a number.
        """
        if not relative_size >= 0.0:
            raise BadParameter(f"relative size must be >= 0, was {relative_size}")
        if relative_size == 0.0:
            return 0.0
        capped = min(relative_size, self.impact_cap)
        return float(np.interp(capped, self.relative_size, self.upper_ticks))


def isotonic_ticks(sample: SlippageSample) -> FloatArray:
    """Return the non-decreasing ticks nearest to the sample, weighted by its counts."""
    increasing: FloatArray = -pool_non_increasing(-sample.ticks, sample.n_obs)
    return increasing


def slippage_curve(
    sample: SlippageSample,
    impact_cap: float,
    rng: np.random.Generator,
    bootstraps: int = BOOTSTRAPS,
) -> SlippageCurve:
    """Fit the sample, choose the form, and bound it from above.

    The power law serves if its exponent is in [.3, 1.5] and at least 30 orders were seen; else
    isotonic regression, which assumes nothing but that larger orders do not pay less.

    Parameters
    ----------
    sample
        Observations.
    impact_cap
        Relative size beyond which the curve is flat.
    rng
        Draws the resamples of the observations.
    bootstraps
        Number of resamples.

    Raises
    ------
    BadParameter
        If the cap is not positive and finite, or there are no resamples.
    """
    if not 0.0 < impact_cap < np.inf or bootstraps < 1:
        raise BadParameter(f"impact cap {impact_cap}, {bootstraps} bootstraps")
    power = fit_power_law(sample.relative_size, sample.ticks, sample.n_obs)
    if power is None or not _is_trusted(power, sample):
        knots = sample.relative_size
        fitted = isotonic_ticks(sample)
        upper = _upper(sample, rng, bootstraps, lambda s: _isotonic_at(s, knots), fitted)
        return SlippageCurve(CurveForm.ISOTONIC, knots, fitted, upper, impact_cap)
    start = min(float(sample.relative_size[0]), impact_cap)
    grid: FloatArray = (
        np.geomspace(start, impact_cap, _POWER_KNOTS)
        if start < impact_cap
        else (np.array([impact_cap]))
    )
    fitted = power.at(grid)
    upper = _upper(sample, rng, bootstraps, lambda s: _power_at(s, grid), fitted)
    return SlippageCurve(CurveForm.POWER, grid, fitted, upper, impact_cap, power)


def fit_slippage(series: str, lookback_days: float = LOOKBACK_DAYS) -> SlippageCurve:
    """Fit a family's depth curve on the ledger below the root, and store it.

    The operator's door: it reads ``ledger_all.parquet`` and writes ``slippage.json`` below
    ``KALSHI_ALPHA_HOME``, else the current directory. The fit itself is `slippage_curve`.

    Parameters
    ----------
    series
        A family or a ticker of the venue.
    lookback_days
        Oldest age, in days, of an order that counts.

    Returns
    -------
    SlippageCurve
        The cold start's, which a warning in the log says, if too few filled orders count.

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

    return execution_state.fit_slippage(series, lookback_days)


def _is_trusted(power: PowerLaw, sample: SlippageSample) -> bool:
    plausible = POWER_EXPONENT_MIN <= power.exponent <= POWER_EXPONENT_MAX and power.scale >= 0.0
    return plausible and float(sample.n_obs.sum()) >= POWER_N_OBS_MIN


def _isotonic_at(sample: SlippageSample, knots: FloatArray) -> FloatArray:
    curve: FloatArray = np.interp(knots, sample.relative_size, isotonic_ticks(sample))
    return curve


def _power_at(sample: SlippageSample, knots: FloatArray) -> FloatArray | None:
    power = fit_power_law(sample.relative_size, sample.ticks, sample.n_obs)
    return None if power is None else power.at(knots)


def _upper(
    sample: SlippageSample,
    rng: np.random.Generator,
    bootstraps: int,
    curve: Callable[[SlippageSample], FloatArray | None],
    fitted: FloatArray,
) -> FloatArray:
    """Return the pointwise upper bound of refitted curves, nowhere below the fit or zero."""
    rows = sample.relative_size.size
    refits = []
    for times in rng.multinomial(rows, np.full(rows, 1.0 / rows), size=bootstraps):
        drawn = times > 0
        refit = curve(
            SlippageSample(
                sample.relative_size[drawn],
                sample.ticks[drawn],
                sample.n_obs[drawn] * times[drawn],
            )
        )
        if refit is not None:
            refits.append(refit)
    bound = np.quantile(np.stack(refits), UPPER_QUANTILE, axis=0) if refits else fitted
    # Refits may cross; a bound that falls with size would favour larger orders.
    upper: FloatArray = np.maximum.accumulate(np.maximum(np.maximum(bound, fitted), 0.0))
    return upper
