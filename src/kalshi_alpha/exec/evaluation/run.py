"""The evaluation's use case: replay the families, score them, show what came out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.datastore.atomic import encode_json, write_atomic
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.artifacts import plain
from kalshi_alpha.exec.evaluation.lookahead import LookaheadCheck, lookahead_check
from kalshi_alpha.exec.evaluation.pictures import pit_picture, reliability_picture
from kalshi_alpha.exec.evaluation.scores import SKILLS, family_document
from kalshi_alpha.exec.evaluation.settlement_replay import SettlementReplay, settlement_replay
from kalshi_alpha.exec.evaluation.skill_page import skill_page
from kalshi_alpha.exec.forecasting import installed_strategy
from kalshi_alpha.strategies.replay import Replay

SCHEMA = 1
_SHOWN_MISMATCHES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRequest:
    """What the command line asked for."""

    families: tuple[str, ...]
    folders: tuple[Path, ...]
    first: date | None
    last: date | None
    market: Path | None
    as_json: bool
    plots: bool
    check_lookahead: bool
    page: Path | None


@dataclass(frozen=True, slots=True)
class FamilyResult:
    """One family's figures, its models tried, pictures by name, and its look-ahead check."""

    family: str
    document: dict[str, Any]
    variants: tuple[tuple[str, str], ...]
    pictures: Mapping[str, str]
    lookahead: LookaheadCheck | None


def evaluate(request: EvaluationRequest) -> int:
    """Run the request and return the exit code."""
    if request.first and request.last and request.first > request.last:
        raise UsageError(f"--from {request.first} is later than --to {request.last}")
    History(request.folders)
    results = _results(request)
    settled = None if request.market is None else settlement_replay(request.market)
    _write(request, results)
    if request.as_json:
        click.echo(encode_json(_document(request, results, settled)), nl=False)
    else:
        for result in results:
            click.echo("\n".join(_text(result)))
        if settled is not None:
            click.echo("\n".join(_settlement_text(settled)))
    leaked = any(r.lookahead is not None and not r.lookahead.clean for r in results)
    return 1 if leaked or (settled is not None and settled.mismatches) else 0


def evaluate_family(request: EvaluationRequest, family: str) -> FamilyResult:
    """Replay and score one family.

    Raises
    ------
    NotBuilt
        If no such family is installed.
    UsageError
        If it has no replay, or nothing in the span.
    """
    strategy = installed_strategy(family)
    if strategy.replay is None:
        raise UsageError(f"{family} has no replay to evaluate")
    replays = strategy.replay(History(request.folders), request.first, request.last)
    if not replays or not any(replay.days for replay in replays):
        raise UsageError(f"{family}: the history holds no forecast between the days asked for")
    check = None
    if request.check_lookahead:
        check = lookahead_check(strategy, request.folders, request.first, request.last)
    return FamilyResult(
        family=family,
        document=family_document(family, replays),
        variants=strategy.variants,
        pictures=_pictures(family, replays) if request.plots else {},
        lookahead=check,
    )


def _results(request: EvaluationRequest) -> list[FamilyResult]:
    if len(request.families) == 1:
        return [evaluate_family(request, request.families[0])]
    from rich.console import Console
    from rich.progress import track

    done: dict[str, FamilyResult] = {}
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        waiting = {pool.submit(evaluate_family, request, family) for family in request.families}
        console = Console(stderr=True)
        for future in track(
            as_completed(waiting),
            "replaying history",
            total=len(waiting),
            console=console,
            disable=not console.is_terminal,
        ):
            result = future.result()
            done[result.family] = result
    return [done[family] for family in request.families]


def _pictures(family: str, replays: tuple[Replay, ...]) -> dict[str, str]:
    drawn: dict[str, str] = {}
    for replay in replays:
        stem = f"{family}-{replay.key}".replace("@", "-").replace("+", "-")
        drawn[f"{stem}-reliability.svg"] = reliability_picture(replay)
        drawn[f"{stem}-pit.svg"] = pit_picture(replay)
    return drawn


def _write(request: EvaluationRequest, results: list[FamilyResult]) -> None:
    folder = Paths.from_environ(os.environ).reports / "evaluation"
    for result in results:
        for name, drawn in result.pictures.items():
            write_atomic(folder / name, drawn.encode())
    if request.page is not None:
        page = skill_page(
            {r.family: r.document for r in results},
            {r.family: r.variants for r in results},
            "python -m kalshi_alpha.exec.evaluate --family all --data DIR --write-page FILE",
        )
        write_atomic(request.page, page.encode())


def _document(
    request: EvaluationRequest, results: list[FamilyResult], settled: SettlementReplay | None
) -> dict[str, Any]:
    families = {result.family: _family(result) for result in results}
    body = families if len(results) > 1 else next(iter(families.values()))
    document: dict[str, Any] = {"schema": SCHEMA, **body}
    if len(results) == 1:
        document["family"] = request.families[0]
    if settled is not None:
        document["settlement_replay"] = {**plain(settled), "agreement": settled.agreement}
    return document


def _family(result: FamilyResult) -> dict[str, Any]:
    found = dict(result.document)
    if result.lookahead is not None:
        found["lookahead"] = {**plain(result.lookahead), "clean": result.lookahead.clean}
    return found


def _text(result: FamilyResult) -> Iterator[str]:
    yield from _figures_text(result.family, result.document)
    for part in ("quantities", "variants", "stations", "leads"):
        for key, figures in result.document.get(part, {}).items():
            yield from _figures_text(f"  {key}", figures)
    if result.lookahead is not None:
        state = "clean" if result.lookahead.clean else "LOOK-AHEAD FOUND"
        yield f"  look-ahead: {state}, {result.lookahead.compared} forecasts compared"
        for leak in result.lookahead.leaks[:_SHOWN_MISMATCHES]:
            yield f"    {leak.key} {leak.day} changed with its future"


def _figures_text(name: str, figures: Mapping[str, Any]) -> Iterator[str]:
    low, high = figures["coverage90_band"]
    skills = ", ".join(
        f"{base} {100 * figures[key]:+.1f} %"
        for key, base in SKILLS.items()
        if figures[key] is not None
    )
    yield (
        f"{name}: n {figures['n']}, {figures['first']} to {figures['last']}, CRPS "
        f"{figures['crps']:.4g} {figures['unit']}, MAE {figures['mae']:.4g}, RMSE "
        f"{figures['rmse']:.4g}, Brier {figures['brier']:.4f}, log {figures['log_score']:.3f}"
    )
    yield (
        f"    90 % cover {figures['coverage90']:.3f} [{low:.3f}, {high:.3f}], PIT sd "
        f"{figures['pit_sd']:.3f} (expected {figures['pit_sd_expected']:.3f}); skill vs {skills}; "
        f"DM p {figures['dm_p']}"
    )
    worst = figures["worst_period"]
    if worst is not None:
        yield f"    worst quarter {worst['quarter']}: CRPS {worst['crps']:.4g} over {worst['n']}"


def _settlement_text(settled: SettlementReplay) -> Iterator[str]:
    share = "-" if settled.agreement is None else f"{100 * settled.agreement:.2f} %"
    yield f"settlement replay: {settled.compared} markets, {share} agree"
    for why, count in settled.left_out.items():
        yield f"  left out {count}: {why}"
    for each in settled.mismatches[:_SHOWN_MISMATCHES]:
        yield f"  {each.ticker}: {each.rule} at {each.value}: {each.recorded}, ours {each.ours}"
