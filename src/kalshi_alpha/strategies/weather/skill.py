"""How skilful the model was on its own history, day by day, against what costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.scoring.batch import score_pmfs
from kalshi_alpha.core.scoring.diebold_mariano import average_by_unit
from kalshi_alpha.core.scoring.drift import DRIFT_RULES, DriftState, read_drift
from kalshi_alpha.core.scoring.pit import check_pit
from kalshi_alpha.core.scoring.skill import loss_ratio
from kalshi_alpha.strategies.replay import Replay

MODEL = "model"
REFERENCE = "guidance"
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class SkillRow:
    """Mean losses of one model at one station over ``n`` days, ``first`` to ``last``.

    ``crps`` and ``mae`` in degrees Fahrenheit, ``brier`` over the rungs from the coldest to the
    warmest day; ``mae`` and ``pit_sd_ratio`` (spread of the PIT over the expected one) are of
    the model only and zero for baselines.
    """

    station: str
    model: str
    n: int
    first: date
    last: date
    crps: float
    brier: float
    mae: float = 0.0
    pit_sd_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class Skill:
    """One row a station and model, and whether recent scores have worsened."""

    rows: tuple[SkillRow, ...]
    drift: DriftState


def walk_forward_skill(replays: Sequence[Replay]) -> Skill:
    """Score replays against their baselines, and read the drift monitor over all stations."""
    return Skill(tuple(row for each in replays for row in _rows(each)), _drift(replays))


def _rows(replay: Replay) -> Iterable[SkillRow]:
    positions = replay.outcomes - replay.lo
    strikes = range(int(positions.min()), int(positions.max()) + 1)
    for name, pmfs in {MODEL: replay.pmfs, **replay.baselines}.items():
        scores = score_pmfs(pmfs, positions, strikes)
        own = name == MODEL
        yield SkillRow(
            station=replay.key,
            model=name,
            n=len(replay.days),
            first=replay.days[0],
            last=replay.days[-1],
            crps=_mean(scores.rps),
            brier=_mean(scores.brier),
            mae=_mean(np.abs(replay.outcomes - replay.means)) if own else 0.0,
            pit_sd_ratio=round(check_pit(pmfs, positions).sd_ratio, _DIGITS) if own else 0.0,
        )


def _drift(replays: Sequence[Replay]) -> DriftState:
    """Compare the last window with the days before it, of which there must be as many."""
    guided = [each for each in replays if REFERENCE in each.baselines]
    if not guided:
        return DriftState.TOO_SHORT
    units = [unit for each in guided for unit in each.units]
    own = average_by_unit(np.concatenate([_rps(each, each.pmfs) for each in guided]), units)
    theirs = [_rps(each, each.baselines[REFERENCE]) for each in guided]
    reference = average_by_unit(np.concatenate(theirs), units)
    rule = DRIFT_RULES["weather"]
    if own.size < 2 * rule.window:
        return DriftState.TOO_SHORT
    before = loss_ratio(own[: -rule.window], reference[: -rule.window])
    return read_drift(own, reference, before, rule).state


def _rps(replay: Replay, pmfs: FloatArray) -> FloatArray:
    return score_pmfs(pmfs, replay.outcomes - replay.lo).rps


def _mean(losses: FloatArray) -> float:
    return round(float(losses.mean()), _DIGITS)


def by_model(rows: Iterable[SkillRow]) -> Mapping[str, tuple[float, float, int]]:
    """Return each model's mean CRPS and Brier score over all days of all stations, and n.

    A model that is not scored at every station is left out: it would be compared on other days.
    """
    kept = list(rows)
    stations = {row.station for row in kept}
    found: dict[str, tuple[float, float, int]] = {}
    for model in dict.fromkeys(row.model for row in kept):
        own = [row for row in kept if row.model == model]
        if {row.station for row in own} != stations:
            continue
        n = sum(row.n for row in own)
        crps = sum(row.n * row.crps for row in own) / n
        found[model] = crps, sum(row.n * row.brier for row in own) / n, n
    return found
