"""What the forecasts are meant to reach on history, and whether they do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CALM_FROM = 2023
POOL_LOSS_MAX = 0.01


@dataclass(frozen=True, slots=True)
class Judgement:
    """One target: what was asked, what was reached, and whether that holds."""

    family: str
    target: str
    reached: str
    holds: bool


@dataclass(frozen=True, slots=True)
class _Skill:
    """A least skill against a baseline, of a part of the family or of the family itself."""

    family: str
    key: str
    least: float
    part: str | None = None
    p_max: float | None = None


_SKILLS = (
    _Skill("CPI", "skill_vs_random_walk", 0.25),
    _Skill("CPI", "skill_vs_rolling", 0.10),
    _Skill("CLAIMS", "skill_vs_random_walk", 0.035),
    _Skill("TNEY", "skill_vs_rolling", 0.005, p_max=0.05),
    _Skill("WEATHER", "skill_vs_climatology", 0.35, "KNYC"),
    _Skill("WEATHER", "skill_vs_climatology", 0.35, "KMIA"),
    _Skill("WEATHER", "skill_vs_climatology", 0.35, "KMDW"),
    _Skill("WEATHER", "skill_vs_guidance", 0.04, "KNYC"),
    _Skill("WEATHER", "skill_vs_guidance", 0.0, "KMIA"),
    _Skill("WEATHER", "skill_vs_guidance", 0.0, "KMDW"),
)


def judgements(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[Judgement]:
    """Judge every target whose figures are at hand, in the order of the families given."""
    for family, document in documents.items():
        for each in _SKILLS:
            if each.family == family:
                yield from _skill(each, document)
        if family == "CLAIMS":
            yield from _with_consensus(document)
        if family == "CPI":
            yield from _calm(document)
            yield from _pooled(document)
        yield _calibration(family, document)


def _skill(target: _Skill, document: Mapping[str, Any]) -> Iterator[Judgement]:
    found = document if target.part is None else document["stations"].get(target.part)
    if found is None or found[target.key] is None:
        return
    base = target.key.removeprefix("skill_vs_").replace("_", " ")
    where = "" if target.part is None else f"{target.part}: "
    wanted, reached = (
        f"{where}skill vs {base} >= {_percent(target.least)}",
        _percent(found[target.key]),
    )
    holds = found[target.key] >= target.least
    if target.p_max is not None:
        p = found["dm"][base]
        wanted += f", p < {target.p_max:g}"
        reached += f", p {p:.3g}" if p is not None else ", no p"
        holds = holds and p is not None and p < target.p_max
    yield Judgement(target.family, wanted, reached, holds)


def _with_consensus(document: Mapping[str, Any]) -> Iterator[Judgement]:
    for key, found in document.get("variants", {}).items():
        skill, p = found["skill_vs_random_walk"], found["dm"].get("random walk")
        if "consensus" in key and skill is not None and p is not None:
            yield Judgement(
                "CLAIMS",
                "with consensus: skill vs random walk >= 7 %, p < 0.05",
                f"{_percent(skill)}, p {p:.3g}",
                skill >= 0.07 and p < 0.05,
            )


def _calm(document: Mapping[str, Any]) -> Iterator[Judgement]:
    calm = [each for year, each in document["by_year"].items() if int(year) >= CALM_FROM]
    n = sum(each["n"] for each in calm)
    if n:
        rmse = math.sqrt(sum(each["n"] * each["rmse"] ** 2 for each in calm) / n)
        yield Judgement("CPI", f"RMSE from {CALM_FROM} <= 0.12 pp", f"{rmse:.4f}", rmse <= 0.12)


def _pooled(document: Mapping[str, Any]) -> Iterator[Judgement]:
    for lead, found in document["leads"].items():
        scores = found["baseline_scores"]
        if {"market", "pooled"} <= scores.keys():
            ours, market = found["log_score"], scores["market"]["log_score"]
            pooled, better = scores["pooled"]["log_score"], min(ours, market)
            yield Judgement(
                "CPI",
                f"{lead} ahead: log score of the pool at most 1 % worse than the better alone",
                f"pool {pooled:.4f}, model {ours:.4f}, market {market:.4f}",
                pooled <= better * (1.0 + POOL_LOSS_MAX),
            )


def _calibration(family: str, document: Mapping[str, Any]) -> Judgement:
    parts = document["stations"] or {family: document}
    off = sorted(name for name, found in parts.items() if not found["calibrated"])
    return Judgement(
        family,
        "90 % cover and PIT spread inside the bands of chance",
        "inside" if not off else f"outside: {', '.join(off)}",
        not off,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
