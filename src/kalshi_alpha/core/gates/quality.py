"""Quality gates: zero tolerances, minimum forecast advantages and model drift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kalshi_alpha.core.gates.readings import Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason


@dataclass(frozen=True, slots=True)
class Skill:
    """A family's advantage over its baseline forecast, 1 - score / baseline score.

    Dimensionless; positive means better than the baseline, None means not measured.
    """

    family: str
    crps: float | None
    brier: float | None


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Minimum advantages of a family, and how often each fault is tolerated."""

    min_crps_advantage: float
    min_brier_advantage: float
    max_non_monotone_ladders: int = 0
    max_negative_ev_after_fees: int = 0
    max_tz_not_et: int = 0


@dataclass(frozen=True, slots=True)
class QualityFigures:
    """What a scan of one family found.

    Attributes
    ----------
    skill
        The advantage stored with the family's calibration.
    non_monotone_ladders
        Number of model survival curves that rise somewhere.
    negative_ev_after_fees
        Number of proposals without positive expected value after fees.
    tz_not_et
        Whether the process's clock is not New York's.
    model_drift
        Whether recent scores worsened against the baseline beyond the limit.
    inconsistent_markets
        Events whose own quotes admit a riskless profit after fees.
    """

    skill: Skill
    non_monotone_ladders: int
    negative_ev_after_fees: int
    tz_not_et: bool
    model_drift: bool
    inconsistent_markets: tuple[str, ...] = ()


def quality_reading(figures: QualityFigures, limits: QualityLimits) -> Reading:
    """Return the reading of the quality gates for one family."""
    findings = (*_counts(figures, limits), *_model(figures, limits))
    return Reading(ReadingName.QUALITY, findings, detail=f"{figures.skill.family} quality gates")


def _counts(figures: QualityFigures, limits: QualityLimits) -> Iterator[Finding]:
    for reason, found, limit in (
        (Reason.TZ_NOT_ET, int(figures.tz_not_et), limits.max_tz_not_et),
        (
            Reason.NON_MONOTONE_LADDERS,
            figures.non_monotone_ladders,
            limits.max_non_monotone_ladders,
        ),
        (
            Reason.NEGATIVE_EV_AFTER_FEES,
            figures.negative_ev_after_fees,
            limits.max_negative_ev_after_fees,
        ),
    ):
        if not found <= limit:
            yield Finding(reason, f"{reason}: {found}, tolerated are {limit}")
    for event in figures.inconsistent_markets:
        yield Finding(Reason.MARKET_INCONSISTENT, f"{event}: its quotes admit a riskless profit")


def _model(figures: QualityFigures, limits: QualityLimits) -> Iterator[Finding]:
    skill = figures.skill
    for reason, found, minimum in (
        (Reason.LOW_CRPS_ADVANTAGE, skill.crps, limits.min_crps_advantage),
        (Reason.LOW_BRIER_ADVANTAGE, skill.brier, limits.min_brier_advantage),
    ):
        # Stated as what must hold, so that a NaN fails too.
        if found is None or not found >= minimum:
            shown = "not measured" if found is None else f"{found:.4f}"
            yield Finding(reason, f"{skill.family}: {shown}, minimum {minimum:.4f}")
    if figures.model_drift:
        yield Finding(Reason.MODEL_DRIFT, f"{skill.family}: recent scores worsened")
