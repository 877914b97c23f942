"""Model drift: a rolling loss that worsened by more than a tenth, and by more than noise.

A rolling mean of a calibrated model's own CRPS passes 110 % of its true mean by luck alone in
about 3 of 10 windows of twelve months. The loss is therefore divided by a fixed reference
model's on the same days, which takes out how hard the days were, and the alert also needs a
paired test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring.crps import crps_normal
from kalshi_alpha.core.scoring.diebold_mariano import diebold_mariano, dm_statistics
from kalshi_alpha.core.scoring.skill import loss_ratio


class DriftState(StrEnum):
    """What the monitor says."""

    STEADY = "steady"
    WATCH = "watch"  # worse by more than allowed, but not beyond noise
    ALERT = "alert"
    TOO_SHORT = "too_short"  # fewer days than one window: nothing can be said


@dataclass(frozen=True, slots=True)
class DriftRule:
    """Days in the rolling window, allowed worsening, and the p-value an alert must stay below.

    Raises
    ------
    BadParameter
        If the window is shorter than two days or a threshold is not positive.
    """

    window: int
    worsening_max: float = 0.10
    p_max: float = 0.10

    def __post_init__(self) -> None:
        if not (self.window >= 2 and self.worsening_max > 0.0 and 0.0 < self.p_max <= 1.0):
            raise BadParameter(f"impossible drift rule {self}")


# Months, weeks, days, and days averaged over stations.
DRIFT_RULES: Mapping[str, DriftRule] = MappingProxyType(
    {
        "cpi": DriftRule(24),
        "claims": DriftRule(52),
        "teny": DriftRule(120),
        "weather": DriftRule(30),
    }
)


@dataclass(frozen=True, slots=True)
class DriftReading:
    """One reading of the monitor; the figures are None while the history is too short."""

    state: DriftState
    ratio: float | None = None
    worsening: float | None = None
    p_value: float | None = None


def read_drift(
    scores: FloatArray, reference_scores: FloatArray, baseline_ratio: float, rule: DriftRule
) -> DriftReading:
    """Compare the last window's loss ratio with the ratio at calibration.

    Parameters
    ----------
    scores, reference_scores : ndarray of shape (n_days,)
        Losses (CRPS or Brier) of the model and of the fixed reference model on the same days,
        oldest first, one value per risk unit.
    baseline_ratio : float
        The model's mean loss over the reference's, measured when the model was calibrated.
    rule : DriftRule
        Window and thresholds.

    Returns
    -------
    DriftReading
        ALERT only if the ratio worsened by more than allowed and the paired test of
        ``scores`` against ``baseline_ratio * reference_scores`` is significant, two-sided.

    Raises
    ------
    BadParameter
        If the lengths differ, a loss in the window is not finite, the reference's mean loss is
        not positive, or the baseline ratio is not.
    """
    if scores.shape != reference_scores.shape or not 0.0 < baseline_ratio < np.inf:
        raise BadParameter(
            f"{scores.shape} scores, {reference_scores.shape} references, ratio {baseline_ratio}"
        )
    if scores.size < rule.window:
        return DriftReading(DriftState.TOO_SHORT)
    recent, reference = scores[-rule.window :], reference_scores[-rule.window :]
    ratio = loss_ratio(recent, reference)
    worsening = ratio / baseline_ratio - 1.0
    p_value = diebold_mariano(recent, baseline_ratio * reference).p_value
    return DriftReading(_state(worsening, p_value, rule), ratio, worsening, p_value)


def _state(worsening: float, p_value: float, rule: DriftRule) -> DriftState:
    if not worsening > rule.worsening_max:
        return DriftState.STEADY
    return DriftState.ALERT if p_value < rule.p_max else DriftState.WATCH


def rolling_mean_false_alarm_odds(
    window: int, simulations: int, rng: np.random.Generator, worsening_max: float = 0.10
) -> float:
    """Return how often a calibrated normal's mean CRPS over a window exceeds its true mean.

    This is the rule without reference and test, on the assumption of no change at all.

    Parameters
    ----------
    window : int
        Independent days averaged.
    simulations : int
        Windows drawn.
    rng : Generator
        Source of the outcomes.
    worsening_max : float
        Excess over the true mean that raises the alarm, as a fraction.

    Raises
    ------
    BadParameter
        If the window or the number of simulations is not positive.
    """
    _require_positive(window, simulations)
    losses = crps_normal(0.0, 1.0, rng.standard_normal((simulations, window)))
    true_mean = 1.0 / np.sqrt(np.pi)
    return float((losses.mean(axis=1) > (1.0 + worsening_max) * true_mean).mean())


def false_alarm_odds(
    rule: DriftRule, simulations: int, rng: np.random.Generator, reference_noise: float = 0.5
) -> float:
    """Return how often the whole rule alerts on one window when nothing changed.

    Model and reference are both calibrated normals for the same outcome; the reference has an
    extra error of ``reference_noise`` model standard deviations, so that the true loss ratio is
    ``1 / sqrt(1 + reference_noise**2)``.

    Raises
    ------
    BadParameter
        If the number of simulations is not positive, or the noise is not.
    """
    _require_positive(rule.window, simulations)
    if not 0.0 < reference_noise < np.inf:
        raise BadParameter(f"reference noise must be positive, was {reference_noise}")
    shape = (simulations, rule.window)
    outcome = rng.standard_normal(shape)
    reference_sd = float(np.hypot(1.0, reference_noise))
    losses = crps_normal(0.0, 1.0, outcome)
    reference = crps_normal(reference_noise * rng.standard_normal(shape), reference_sd, outcome)
    expected = reference / reference_sd
    worsening = losses.mean(axis=1) / expected.mean(axis=1) - 1.0
    _, p_values = dm_statistics(losses - expected)
    return float(((worsening > rule.worsening_max) & (p_values < rule.p_max)).mean())


def _require_positive(window: int, simulations: int) -> None:
    if not (window >= 1 and simulations >= 1):
        raise BadParameter(f"window {window} with {simulations} simulations")
