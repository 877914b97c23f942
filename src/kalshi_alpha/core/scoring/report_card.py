"""One page about a set of forecasts: scores, calibration, and skill against every baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring.batch import PmfScores, score_pmfs
from kalshi_alpha.core.scoring.diebold_mariano import average_by_unit, diebold_mariano
from kalshi_alpha.core.scoring.pit import check_pit
from kalshi_alpha.core.scoring.skill import skill

COVERAGE = 0.90
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Versus:
    """A baseline's mean CRPS, our skill against it, and the Diebold-Mariano p-value."""

    crps: float
    skill: float
    dm_p: float | None


@dataclass(frozen=True, slots=True)
class ReportCard:
    """Scores of one replay.

    Parameters
    ----------
    n, n_units
        Forecasts, and pieces of news they settled on.
    crps, mae, rmse
        In the grid's unit; the errors are of the latent mean.
    brier
        Mean Brier score over the rungs at every grid point in the outcomes' range.
    log
        Mean floored log score, in nats.
    coverage90, coverage90_band
        Share of outcomes inside the central 90 % interval, an outcome on its edge counting by
        the part of its probability that lies inside; and the 95 % binomial band of .90 at n.
    pit_mean, pit_sd, pit_sd_expected, pit_sd_band
        Of mid-PITs; the expected spread is that of calibrated forecasts on this grid, with the
        band in which 95 % of such samples fall.
    baselines
        By name.
    """

    n: int
    n_units: int
    crps: float
    mae: float
    rmse: float
    brier: float
    log: float
    coverage90: float
    coverage90_band: tuple[float, float]
    pit_mean: float
    pit_sd: float
    pit_sd_expected: float
    pit_sd_band: tuple[float, float]
    baselines: Mapping[str, Versus]

    @property
    def calibrated(self) -> bool:
        """Whether coverage and PIT spread both lie inside their bands."""
        low, high = self.coverage90_band
        narrow, wide = self.pit_sd_band
        return low <= self.coverage90 <= high and narrow <= self.pit_sd <= wide


def report_card(
    pmfs: FloatArray,
    outcomes: IntArray,
    step: float,
    errors: FloatArray,
    baselines: Mapping[str, FloatArray],
    units: Sequence[str],
) -> ReportCard:
    """Score forecasts and their baselines on the same outcomes.

    Parameters
    ----------
    pmfs : ndarray of shape (n, n_bins)
        Forecasts over common bins.
    outcomes : ndarray of int, shape (n,)
        Position among the bins of what was printed.
    step
        Width of a bin, in the grid's unit.
    errors : ndarray of shape (n,)
        Outcome less latent mean, in the grid's unit.
    baselines
        By name: PMFs over the same bins.
    units : sequence of str, length n
        Risk unit of each row; tests count units, not rows.

    Raises
    ------
    InvalidPmf
        If a row is no PMF.
    BadParameter
        If lengths differ or there is no row.
    """
    n = outcomes.size
    if n == 0 or pmfs.shape[0] != n or errors.size != n or len(units) != n:
        raise BadParameter(f"{pmfs.shape[0]} forecasts, {n} outcomes, {errors.size} errors")
    strikes = range(max(0, int(outcomes.min()) - 1), int(outcomes.max()) + 1)
    ours = score_pmfs(pmfs, outcomes, strikes)
    pit = check_pit(pmfs, outcomes)
    return ReportCard(
        n=n,
        n_units=len(set(units)),
        crps=step * float(ours.rps.mean()),
        mae=float(np.abs(errors).mean()),
        rmse=math.sqrt(float(np.square(errors).mean())),
        brier=float(ours.brier.mean()),
        log=float(ours.log.mean()),
        coverage90=central_coverage(pmfs, outcomes, COVERAGE),
        coverage90_band=binomial_band(COVERAGE, n),
        pit_mean=pit.mean,
        pit_sd=pit.sd,
        pit_sd_expected=pit.sd_expected,
        pit_sd_band=spread_band(pit.sd_expected, n),
        baselines={
            name: _versus(ours, score_pmfs(other, outcomes), step, units)
            for name, other in baselines.items()
        },
    )


def central_coverage(pmfs: FloatArray, outcomes: IntArray, level: float) -> float:
    """Return the mean share of each outcome's PIT interval that lies in the central part.

    It equals the expected coverage under the randomised PIT, without drawing any number, so a
    coarse grid neither flatters nor blames.
    """
    rows = np.arange(outcomes.size)
    upper = np.cumsum(pmfs, axis=1)[rows, outcomes]
    at = pmfs[rows, outcomes]
    lower = upper - at
    tail = (1.0 - level) / 2.0
    inside = np.clip(np.minimum(upper, 1.0 - tail) - np.maximum(lower, tail), 0.0, None)
    certain = at <= 0.0
    share = np.where(certain, 0.0, inside / np.where(certain, 1.0, at))
    return float(share.mean())


def binomial_band(level: float, n: int) -> tuple[float, float]:
    """Return the band in which 95 % of the coverages of n calibrated forecasts fall (normal)."""
    half = _Z95 * math.sqrt(level * (1.0 - level) / n)
    return level - half, min(1.0, level + half)


def spread_band(expected_sd: float, n: int) -> tuple[float, float]:
    """Return the 95 % band of the mid-PIT spread around one half, for n calibrated forecasts.

    The variance of a squared distance from one half is taken as a uniform's, 1/180, which is at
    least that of a coarser transform.
    """
    half = _Z95 * math.sqrt(1.0 / 180.0 / n)
    low, high = expected_sd**2 - half, expected_sd**2 + half
    return math.sqrt(max(0.0, low)), math.sqrt(high)


def _versus(ours: PmfScores, theirs: PmfScores, step: float, units: Sequence[str]) -> Versus:
    mine, other = average_by_unit(ours.rps, units), average_by_unit(theirs.rps, units)
    return Versus(
        crps=step * float(theirs.rps.mean()),
        skill=skill(ours.rps, theirs.rps),
        dm_p=diebold_mariano(mine, other).p_value if mine.size > 1 else None,
    )
