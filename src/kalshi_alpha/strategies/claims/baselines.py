"""What a forecast of claims costs without a model: last week, the last half year, their mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast import Distribution, Normal, StudentT
from kalshi_alpha.strategies.claims.errors_seen import DOF, SCALE_FLOOR, ErrorsSeen
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.walk import Step
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK, is_ordinary

RANDOM_WALK, ROLLING, CLIMATOLOGY = "random walk", "rolling", "climatology"
ROLLING_WEEKS = 26
_PAIRS_LEAST = 10


def baselines(
    steps: Sequence[Step], prints: Sequence[FirstPrint]
) -> Mapping[str, tuple[Distribution, ...]]:
    """Forecast the same weeks from the same prints, and nothing known later.

    Returns
    -------
    mapping
        By name, one distribution a step, in persons. ``random walk``: the last first print, a t
        of six degrees of freedom whose scale trails its own errors as the model's does.
        ``rolling``: a normal with the mean and spread of the last 26 prints. ``climatology``: a
        normal first-order autoregression around the mean of all prints.
    """
    ordered = sorted((each for each in prints if is_ordinary(each.week)), key=lambda p: p.week)
    known = [
        [each for each in ordered if each.released_on < step.printed.released_on] for step in steps
    ]
    return {
        RANDOM_WALK: tuple(_random_walk(steps, known)),
        ROLLING: tuple(map(_rolling, known)),
        CLIMATOLOGY: tuple(map(_climatology, known)),
    }


def _random_walk(
    steps: Sequence[Step], known: Sequence[Sequence[FirstPrint]]
) -> list[Distribution]:
    found: list[Distribution] = []
    # By release day, because prints of one day teach nothing about each other.
    seen = before = ErrorsSeen(SCALE_FLOOR)
    day = None
    for step, prints in zip(steps, known, strict=True):
        if step.printed.released_on != day:
            day, before = step.printed.released_on, seen
        last = prints[-1]
        width = math.sqrt((step.printed.week - last.week) / ONE_WEEK)
        found.append(StudentT(last.persons, before.scale(width) * last.persons, DOF))
        seen = seen.learned(math.log(step.printed.persons / last.persons), width)
    return found


def _rolling(prints: Sequence[FirstPrint]) -> Distribution:
    recent = np.array([each.persons for each in prints[-ROLLING_WEEKS:]], dtype=np.float64)
    mean = float(recent.mean())
    return Normal(mean, max(float(recent.std(ddof=1)), SCALE_FLOOR * mean))


def _climatology(prints: Sequence[FirstPrint]) -> Distribution:
    logs = np.log([each.persons for each in prints])
    follows = np.array([b.week - a.week == ONE_WEEK for a, b in pairwise(prints)])
    before, after = logs[:-1][follows], logs[1:][follows]
    if before.size < _PAIRS_LEAST:
        return _rolling(prints)
    mean = float(logs.mean())
    pull, errors = _first_order(before - mean, after - mean)
    level = math.exp(mean + pull * (float(logs[-1]) - mean))
    return Normal(level, level * max(float(errors.std(ddof=1)), SCALE_FLOOR))


def _first_order(before: FloatArray, after: FloatArray) -> tuple[float, FloatArray]:
    pull = float(before @ after / max(float(before @ before), 1e-12))
    return pull, after - pull * before
