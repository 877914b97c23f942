"""``docs/forecast-skill.md``: the figures as they came out, weak ones included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kalshi_alpha.exec.evaluation.scores import SKILLS
from kalshi_alpha.exec.evaluation.targets import judgements
from kalshi_alpha.exec.evaluation.text import PARTS, four, same_figures
from kalshi_alpha.exec.reports.markdown import table

_WORTH_NAMING = 0.0005  # a loss that would be written as 0.0 % is none
_COMMAND = (
    "python -m kalshi_alpha.exec.evaluate --family all --data DIR "
    "--write-page docs/forecast-skill.md"
)
_HEAD = (
    "what", "n", "span", "unit", "CRPS", "MAE", "RMSE", "90 % cover", "PIT sd (expected)",
    *(name.removeprefix("skill_vs_").replace("_", " ") for name in SKILLS), "DM p", "worst quarter",
)  # fmt: skip


def skill_page(
    documents: Mapping[str, Mapping[str, Any]],
    variants: Mapping[str, tuple[tuple[str, str], ...]],
) -> str:
    """Render the page; the same figures give the same bytes.

    Parameters
    ----------
    documents
        By family: its figures.
    variants
        By family: every model that was tried, with what it scored.
    """
    lines = [
        "# Forecast skill",
        "",
        f"Made by `{_COMMAND}`; not written by hand.",
        "Walk-forward: each forecast uses only what was known at its own clock, and nothing is",
        "fitted on what it is scored on. Skill is 1 - CRPS / CRPS of the baseline. The p-value is",
        "Diebold-Mariano's with the small-sample factor, over pieces of news. Coverage and PIT",
        "spread stand beside what chance alone gives.",
        "",
        "## What was to be reached",
        "",
    ]
    judged = list(judgements(documents))
    lines += table(
        ("family", "target", "reached", "holds"),
        [(j.family, j.target, j.reached, "yes" if j.holds else "**no**") for j in judged],
    )
    lines += ["", "## Weak spots", "", *_weak_spots(documents)]
    for family, document in documents.items():
        lines += ["", f"## {family}", "", *_figures(family, document)]
        lines += ["", *_baselines(family, document)]
        if variants.get(family):
            lines += ["", f"Models tried ({len(variants[family])}):", ""]
            lines += table(("model", "score"), variants[family])
    return "\n".join(lines) + "\n"


def _parts(family: str, document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield family, document
    for part in PARTS:
        for key, found in document.get(part, {}).items():
            if not same_figures(found, document):
                yield key, found


def _figures(family: str, document: Mapping[str, Any]) -> Iterator[str]:
    yield from table(_HEAD, [_row(name, found) for name, found in _parts(family, document)])


def _baselines(family: str, document: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for name, found in _parts(family, document):
        for base, scores in {"model": found, **found["baseline_scores"]}.items():
            p = None if base == "model" else found["dm"][base]
            rows.append(
                (
                    name,
                    base,
                    *(four(scores[key]) for key in ("crps", "mae", "rmse")),
                    f"{scores['brier']:.4f}",
                    f"{scores['log_score']:.4f}",
                    f"{scores['coverage90']:.3f}",
                    "-" if p is None else f"{p:.3g}",
                )
            )
    yield from table(
        ("what", "forecaster", "CRPS", "MAE", "RMSE", "Brier", "log", "90 % cover", "DM p"), rows
    )


def _weak_spots(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Name what loses to a baseline, what is off its band, and each family's worst quarter."""
    found = 0
    for family, document in documents.items():
        for name, figures in _parts(family, document):
            lost = [
                f"{base} ({_skill(1.0 - figures['crps'] / theirs['crps'])})"
                for base, theirs in figures["baseline_scores"].items()
                if figures["crps"] > theirs["crps"] * (1.0 + _WORTH_NAMING)
            ]
            if lost:
                yield f"- {family} {name}: worse than {', '.join(lost)}."
            if not figures["calibrated"]:
                yield f"- {family} {name}: coverage or PIT spread outside the band of chance."
            found += bool(lost) + (not figures["calibrated"])
        worst = document["worst_period"]
        if worst is not None:
            ratio = worst["crps"] / document["crps"]
            yield (
                f"- {family}: worst quarter {worst['quarter']}, CRPS {four(worst['crps'])}, "
                f"{ratio:.1f} times the mean."
            )
    if not found:
        yield "- Nothing loses to a baseline, and nothing is off its band."


def _row(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    worst = figures["worst_period"]
    low, high = figures["coverage90_band"]
    return (
        name,
        str(figures["n"]),
        f"{figures['first']} to {figures['last']}",
        figures["unit"],
        four(figures["crps"]),
        four(figures["mae"]),
        four(figures["rmse"]),
        f"{figures['coverage90']:.3f} [{low:.3f}, {high:.3f}]",
        f"{figures['pit_sd']:.3f} ({figures['pit_sd_expected']:.3f})",
        *(_skill(figures[name]) for name in SKILLS),
        "-" if figures["dm_p"] is None else f"{figures['dm_p']:.3g}",
        "-" if worst is None else f"{worst['quarter']}: {four(worst['crps'])}",
    )


def _skill(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.1f} %"
