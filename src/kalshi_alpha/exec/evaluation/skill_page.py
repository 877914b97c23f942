"""``docs/forecast-skill.md``: the figures as they came out, weak ones included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kalshi_alpha.exec.evaluation.scores import SKILLS
from kalshi_alpha.exec.reports.markdown import table

_HEAD = (
    "what", "n", "span", "unit", "CRPS", "MAE", "RMSE", "90 % cover", "PIT sd (expected)",
    *(name.removeprefix("skill_vs_").replace("_", " ") for name in SKILLS), "DM p", "worst quarter",
)  # fmt: skip


def skill_page(
    documents: Mapping[str, Mapping[str, Any]],
    variants: Mapping[str, tuple[tuple[str, str], ...]],
    command: str,
) -> str:
    """Render the page; the same figures give the same bytes.

    Parameters
    ----------
    documents
        By family: its figures.
    variants
        By family: every model that was tried, with what it scored.
    command
        The command line that makes this page.
    """
    lines = [
        "# Forecast skill",
        "",
        f"Made by `{command}`; not written by hand. Walk-forward: each forecast uses only what was",
        "known at its own clock, and nothing is fitted on what it is scored on. Skill is",
        "1 - CRPS / CRPS of the baseline. The p-value is Diebold-Mariano's with the small-sample",
        "factor, over pieces of news, against the family's own reference.",
    ]
    for family, document in documents.items():
        lines += ["", f"## {family}", "", *_figures(family, document)]
        lines += list(_judgement(document))
        if variants.get(family):
            lines += ["", f"Models tried ({len(variants[family])}):", ""]
            lines += list(table(("model", "score"), variants[family]))
    return "\n".join(lines) + "\n"


def _figures(family: str, document: Mapping[str, Any]) -> Iterator[str]:
    rows = [_row(family, document)]
    for part in ("quantities", "variants", "stations", "leads"):
        for key, figures in document.get(part, {}).items():
            if figures["n"] != document["n"] or figures["crps"] != document["crps"]:
                rows.append(_row(key, figures))
    yield from table(_HEAD, rows)


def _row(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    worst = figures["worst_period"]
    low, high = figures["coverage90_band"]
    return (
        name,
        str(figures["n"]),
        f"{figures['first']} to {figures['last']}",
        figures["unit"],
        f"{figures['crps']:.4g}",
        f"{figures['mae']:.4g}",
        f"{figures['rmse']:.4g}",
        f"{figures['coverage90']:.3f} [{low:.3f}, {high:.3f}]",
        f"{figures['pit_sd']:.3f} ({figures['pit_sd_expected']:.3f})",
        *(_skill(figures[name]) for name in SKILLS),
        "-" if figures["dm_p"] is None else f"{figures['dm_p']:.3g}",
        "-" if worst is None else f"{worst['quarter']}: {worst['crps']:.4g}",
    )


def _skill(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.1f} %"


def _judgement(document: Mapping[str, Any]) -> Iterator[str]:
    if not document["calibrated"]:
        yield ""
        yield "Calibration lies outside its band: read the intervals with care."
