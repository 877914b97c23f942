"""Skill: how much of a baseline's loss a model saves."""

from __future__ import annotations

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring.support import require_finite


def skill(scores: FloatArray, baseline_scores: FloatArray) -> float:
    """Return ``1 - mean(scores) / mean(baseline_scores)``, 1 for perfection, 0 for no gain.

    Parameters
    ----------
    scores, baseline_scores : ndarray of shape (n,)
        Losses of both on the same days.

    Raises
    ------
    BadParameter
        If the days differ in number, a loss is not finite, or the baseline's mean loss is not
        positive: nothing can be measured against perfection.
    """
    return 1.0 - loss_ratio(scores, baseline_scores)


def loss_ratio(scores: FloatArray, reference_scores: FloatArray) -> float:
    """Return ``mean(scores) / mean(reference_scores)``; errors are those of ``skill``."""
    if scores.shape != reference_scores.shape:
        raise BadParameter(f"{scores.shape} scores against {reference_scores.shape}")
    require_finite("scores", scores)
    require_finite("reference scores", reference_scores)
    reference = float(reference_scores.mean())
    if not reference > 0.0:
        raise BadParameter(f"the reference's mean loss must be positive, was {reference}")
    return float(scores.mean()) / reference
