"""Figures as a terminal shows them: one block a forecast, one line a forecaster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kalshi_alpha.datastore.history import LeftOut
from kalshi_alpha.exec.evaluation.lookahead import LookaheadCheck
from kalshi_alpha.exec.evaluation.scores import SKILLS
from kalshi_alpha.exec.evaluation.settlement_replay import SettlementReplay

SHOWN = 20
PARTS = ("quantities", "variants", "stations", "leads")


def family_text(
    family: str, document: Mapping[str, Any], check: LookaheadCheck | None
) -> Iterator[str]:
    """Yield a family's lines: its own figures, then those of its parts and leads."""
    yield from figures_text(family, document)
    for part in PARTS:
        for key, found in document.get(part, {}).items():
            if not same_figures(found, document):
                yield from figures_text(f"{family} {key}", found)
    if check is not None:
        yield from _lookahead_text(check)


def figures_text(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield one block: what was forecast, the model and each baseline, and what it comes to."""
    yield f"{name}: {found['n']} forecasts, {found['first']} to {found['last']}, {found['unit']}"
    yield (
        f"  {'':<14}{'CRPS':>9}{'MAE':>9}{'RMSE':>9}{'Brier':>8}{'log':>8}"
        f"{'cover':>7}{'PIT sd':>8}{'skill':>9}{'DM p':>8}"
    )
    yield _line("model", found, "", None)
    for base, theirs in found["baseline_scores"].items():
        skill = f"{100 * (1.0 - found['crps'] / theirs['crps']):+.1f} %" if theirs["crps"] else "-"
        yield _line(base, theirs, skill, found["dm"][base])
    low, high = found["coverage90_band"]
    narrow, wide = found["pit_sd_band"]
    yield (
        f"  90 % cover by chance {low:.3f} to {high:.3f}; PIT sd {found['pit_sd_expected']:.3f} "
        f"expected, {narrow:.3f} to {wide:.3f}" + ("" if found["calibrated"] else "  OUTSIDE")
    )
    worst = found["worst_period"]
    if worst is not None:
        yield f"  worst quarter {worst['quarter']}: CRPS {four(worst['crps'])} over {worst['n']}"
    if found["pool_weights"]:
        path = list(found["pool_weights"].values())
        yield f"  our weight in the pool: {path[0]:.3f} at first, {path[-1]:.3f} at last"
    absent = [base for key, base in SKILLS.items() if found[key] is None]
    if absent:
        yield f"  no baseline: {', '.join(absent)}"


def left_out_text(left_out: Sequence[LeftOut]) -> Iterator[str]:
    """Yield which values of the history were left out, each by its file and row."""
    if left_out:
        yield f"  values left out since they cannot be believed: {len(left_out)}"
    for each in left_out[:SHOWN]:
        yield f"    {each.file} {each.row}: {each.column} {each.value:g}"
    if len(left_out) > SHOWN:
        yield f"    and {len(left_out) - SHOWN} more; --json lists all"


def settlement_text(settled: SettlementReplay) -> Iterator[str]:
    """Yield what the settlement replay found, mismatches first by name."""
    share = "-" if settled.agreement is None else f"{100 * settled.agreement:.2f} %"
    yield f"settlement replay: {settled.compared} {settled.what}, {share} agree"
    for why, count in settled.left_out.items():
        yield f"  left out {count}: {why}"
    for each in settled.mismatches[:SHOWN]:
        yield f"  {each.ticker}: {each.rule} at {each.value}: {each.recorded}, ours {each.ours}"
    if len(settled.mismatches) > SHOWN:
        yield f"  and {len(settled.mismatches) - SHOWN} more; --json lists all"


def _lookahead_text(check: LookaheadCheck) -> Iterator[str]:
    state = "clean" if check.clean else "LOOK-AHEAD FOUND" if check.leaks else "INCOMPLETE"
    yield f"  look-ahead: {state}, {check.compared} forecasts compared at {len(check.cuts)} cuts"
    for leak in check.leaks[:SHOWN]:
        yield f"    {leak.key} {leak.day}, known at {leak.known_at}, changed with its future"
    for cut, why in check.refused.items():
        yield f"    could not be replayed with poison after {cut}: {why}"


def _line(name: str, found: Mapping[str, Any], skill: str, dm_p: float | None) -> str:
    p = "" if dm_p is None else f"{dm_p:.3g}"
    return (
        f"  {name:<14}{four(found['crps']):>9}{four(found['mae']):>9}{four(found['rmse']):>9}"
        f"{found['brier']:>8.4f}{found['log_score']:>8.3f}{found['coverage90']:>7.3f}"
        f"{found['pit_sd']:>8.3f}{skill:>9}{p:>8}"
    ).rstrip()


def four(value: float) -> str:
    """Return a figure to four digits, a large one in full rather than as a power of ten."""
    return f"{value:.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def same_figures(part: Mapping[str, Any], whole: Mapping[str, Any]) -> bool:
    """Say whether a part only repeats its family: the first part where nothing is pooled."""
    keys = ("n", "first", "last", "crps", "baselines")
    return all(part[key] == whole[key] for key in keys)
