"""From a family's replays to the figures that people and machines read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.core.scoring.report_card import ReportCard, report_card
from kalshi_alpha.strategies.replay import Replay

SKILLS = {
    "skill_vs_random_walk": "random walk",
    "skill_vs_rolling": "rolling",
    "skill_vs_climatology": "climatology",
    "skill_vs_guidance": "guidance",
    "skill_vs_market": "market",
}
REFERENCE = {
    "CPI": "random walk",
    "CLAIMS": "random walk",
    "TNEY": "rolling",
    "WEATHER": "guidance",
}
PARTS = {"WEATHER": "stations", "CLAIMS": "variants"}
_DIGITS = 6
_LEAST_IN_PERIOD = 3


@dataclass(frozen=True, slots=True)
class WorstPeriod:
    """The quarter with the largest mean CRPS, among quarters with at least three forecasts."""

    quarter: str
    n: int
    crps: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A replay with its card, its baselines' own cards, worst quarter and years."""

    replay: Replay
    card: ReportCard
    baselines: Mapping[str, ReportCard]
    worst: WorstPeriod | None
    by_year: Mapping[str, Mapping[str, float | int | None]]


def scored(replay: Replay) -> Scored:
    """Score one replay and each of its baselines; a baseline's point is the mean of its PMF."""
    positions = replay.outcomes - replay.lo
    step = float(replay.grid.step)
    errors = replay.outcomes * step - replay.means
    card = report_card(replay.pmfs, positions, step, errors, replay.baselines, replay.units)
    places = replay.lo + np.arange(replay.pmfs.shape[1])
    others = {
        name: report_card(
            pmfs, positions, step, step * (replay.outcomes - pmfs @ places), {}, replay.units
        )
        for name, pmfs in replay.baselines.items()
    }
    losses = crps_grid(replay.pmfs, positions, step)
    return Scored(replay, card, others, _worst(replay, losses), _by_year(replay, losses, errors))


def pooled(replays: Sequence[Replay], key: str) -> Replay:
    """Join replays of one grid into one, on common bins; baselines that all have are kept."""
    lo = min(each.lo for each in replays)
    hi = max(each.lo + each.pmfs.shape[1] for each in replays)
    shared = set.intersection(*(set(each.baselines) for each in replays))

    def widened(each: Replay, pmfs: FloatArray) -> FloatArray:
        wide = np.zeros((pmfs.shape[0], hi - lo))
        wide[:, each.lo - lo : each.lo - lo + pmfs.shape[1]] = pmfs
        return wide

    return Replay(
        key=key,
        days=tuple(day for each in replays for day in each.days),
        known_at=tuple(at for each in replays for at in each.known_at),
        grid=replays[0].grid,
        lo=lo,
        pmfs=np.concatenate([widened(each, each.pmfs) for each in replays]),
        means=np.concatenate([each.means for each in replays]),
        outcomes=np.concatenate([each.outcomes for each in replays]),
        baselines={
            name: np.concatenate([widened(each, each.baselines[name]) for each in replays])
            for name in sorted(shared)
        },
        units=tuple(unit for each in replays for unit in each.units),
    )


def family_document(family: str, replays: Sequence[Replay]) -> dict[str, Any]:
    """Return a family's figures: those of its first replay, or of its stations together.

    The stations counted together are those with the family's reference baseline, if any has it:
    a station that nobody forecasts but the almanac says nothing of the model's skill.

    The other replays stand below ``stations``, ``variants`` or ``quantities``; ``leads`` holds
    those whose key ends in a lead such as ``@7d``, stations of one lead together. ``stations``
    and ``leads`` are always there.
    """
    reference = REFERENCE.get(family, "random walk")
    whole = [each for each in replays if "@" not in each.key]
    parts = PARTS.get(family, "quantities")
    leads: dict[str, list[Replay]] = defaultdict(list)
    for each in replays:
        if "@" in each.key:
            leads[each.key.rsplit("@", maxsplit=1)[1]].append(each)
    compared = [each for each in whole if reference in each.baselines] or whole
    together = parts == "stations" and len(compared) > 1
    first = pooled(compared, family) if together else (compared or list(replays))[0]
    return {
        **figures(scored(first), reference),
        "stations": {},
        parts: {each.key: figures(scored(each), reference) for each in whole},
        "leads": {
            lead: figures(
                scored(found[0] if len(found) == 1 else pooled(found, f"{family}@{lead}")),
                reference,
            )
            for lead, found in leads.items()
        },
    }


def figures(found: Scored, reference: str) -> dict[str, Any]:
    """Return a card as plain figures; a skill that does not apply is null."""
    card, days = found.card, found.replay.days
    against = card.baselines.get(reference) or next(iter(card.baselines.values()), None)
    return {
        "n": card.n,
        "n_units": card.n_units,
        "first": str(min(days)),
        "last": str(max(days)),
        "unit": found.replay.grid.unit,
        **_scores(card),
        "baselines": {name: _round(each.crps) for name, each in card.baselines.items()},
        "baseline_scores": {name: _scores(each) for name, each in found.baselines.items()},
        "dm": {name: _round(each.dm_p) for name, each in card.baselines.items()},
        "dm_p": None if against is None else _round(against.dm_p),
        "by_year": found.by_year,
        "pool_weights": {
            str(day): _round(weight)
            for day, weight in zip(days, found.replay.weights, strict=False)
        },
        "worst_period": None
        if found.worst is None
        else {
            "quarter": found.worst.quarter,
            "n": found.worst.n,
            "crps": _round(found.worst.crps),
        },
        **_skills(card),
    }


def _scores(card: ReportCard) -> dict[str, Any]:
    return {
        "crps": _round(card.crps),
        "mae": _round(card.mae),
        "rmse": _round(card.rmse),
        "brier": _round(card.brier),
        "log_score": _round(card.log),
        "coverage90": _round(card.coverage90),
        "coverage90_band": [_round(each) for each in card.coverage90_band],
        "pit_mean": _round(card.pit_mean),
        "pit_sd": _round(card.pit_sd),
        "pit_sd_expected": _round(card.pit_sd_expected),
        "pit_sd_band": [_round(each) for each in card.pit_sd_band],
        "calibrated": card.calibrated,
    }


def _skills(card: ReportCard) -> Mapping[str, float | None]:
    return {
        name: _round(card.baselines[base].skill) if base in card.baselines else None
        for name, base in SKILLS.items()
    }


def _worst(replay: Replay, losses: FloatArray) -> WorstPeriod | None:
    by_quarter: dict[str, list[float]] = defaultdict(list)
    for day, loss in zip(replay.days, losses.tolist(), strict=True):
        by_quarter[f"{day.year} Q{(day.month + 2) // 3}"].append(loss)
    whole = {
        quarter: found for quarter, found in by_quarter.items() if len(found) >= _LEAST_IN_PERIOD
    }
    if not whole:
        return None
    quarter = max(whole, key=lambda each: float(np.mean(whole[each])))
    return WorstPeriod(quarter, len(whole[quarter]), float(np.mean(whole[quarter])))


def _by_year(
    replay: Replay, losses: FloatArray, errors: FloatArray
) -> dict[str, dict[str, float | int | None]]:
    years = np.array([day.year for day in replay.days])
    return {
        str(year): {
            "n": int((years == year).sum()),
            "crps": _round(float(losses[years == year].mean())),
            "rmse": _round(float(np.sqrt(np.square(errors[years == year]).mean()))),
        }
        for year in sorted(set(years.tolist()))
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
