"""The evaluation's use case: replay the families, score them, show what came out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.errors import DataError, KalshiAlphaError, MissingData, UsageError
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.history import History, LeftOut
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.plug_ins import STRATEGIES, plug_ins
from kalshi_alpha.datastore.printing import echo_json, echo_text
from kalshi_alpha.exec.artifacts import plain
from kalshi_alpha.exec.evaluation.lookahead import LookaheadCheck, lookahead_check
from kalshi_alpha.exec.evaluation.pictures import replay_pictures
from kalshi_alpha.exec.evaluation.progress import replay_bar
from kalshi_alpha.exec.evaluation.scores import family_document
from kalshi_alpha.exec.evaluation.settlement_replay import SettlementReplay, settlement_replay
from kalshi_alpha.exec.evaluation.skill_page import skill_page
from kalshi_alpha.exec.evaluation.text import family_text, left_out_text, settlement_text
from kalshi_alpha.exec.forecasting import installed_strategy

SCHEMA = 1
WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRequest:
    """What the command line asked for."""

    families: tuple[str, ...]
    folders: tuple[Path, ...]
    first: date | None = None
    last: date | None = None
    market: Path | None = None
    as_json: bool = False
    plots: bool = False
    check_lookahead: bool = False
    page: Path | None = None


@dataclass(frozen=True, slots=True)
class FamilyResult:
    """One family's figures, its models tried, pictures by name, and its look-ahead check.

    ``left_out`` are the values of its history that cannot be believed.
    """

    family: str
    document: dict[str, Any]
    variants: tuple[tuple[str, str], ...]
    pictures: Mapping[str, str]
    lookahead: LookaheadCheck | None
    left_out: tuple[LeftOut, ...] = ()


def evaluate(request: EvaluationRequest) -> int:
    """Run the request and return the exit code.

    Raises
    ------
    UsageError
        If a family is unknown or has no replay, the days asked for are the wrong way round, or
        the file of markets has none of the families.
    DataError
        If a family's history is missing or unreadable; the others are shown before.
    """
    if request.first and request.last and request.first > request.last:
        raise UsageError(f"--from {request.first} is later than --to {request.last}")
    _check_families(request.families)
    History(request.folders)
    settled = None
    if request.market is not None:
        settled = settlement_replay(request.market, request.folders, request.families)
    results, failures = _results(request)
    _write(request, results)
    if request.as_json:
        echo_json(_document(request, results, settled, failures), Mode.OFFLINE)
    else:
        _show(request, results, settled)
    if failures:
        raise DataError("; ".join(f"{family}: {why}" for family, why in failures.items()))
    leaked = any(r.lookahead is not None and not r.lookahead.clean for r in results)
    return 1 if leaked or (settled is not None and settled.mismatches) else 0


def evaluate_family(request: EvaluationRequest, family: str) -> FamilyResult:
    """Replay and score one family.

    Raises
    ------
    UsageError
        If it has no replay.
    DataError
        If its history is missing, cannot be read, or holds nothing in the span.
    """
    strategy = installed_strategy(family)
    if strategy.replay is None:
        raise UsageError(f"{family} has no replay to evaluate")
    history = History(request.folders)
    replays = strategy.replay(history, request.first, request.last)
    replays = tuple(each for each in replays if each.days)
    if not replays:
        raise MissingData(f"{family}: the history holds no forecast between the days asked for")
    check = None
    if request.check_lookahead:
        check = lookahead_check(strategy, request.folders, request.first, request.last)
    return FamilyResult(
        family=family,
        document=family_document(family, replays),
        variants=strategy.variants,
        pictures=replay_pictures(family, replays) if request.plots else {},
        lookahead=check,
        left_out=history.left_out,
    )


def _check_families(families: tuple[str, ...]) -> None:
    known = list(plug_ins(STRATEGIES))
    unknown = [family for family in families if family.lower() not in known]
    if unknown:
        raise UsageError(
            f"unknown family {', '.join(unknown)}; there are {', '.join(map(str.upper, known))}"
        )


def _results(request: EvaluationRequest) -> tuple[list[FamilyResult], dict[str, str]]:
    """Evaluate the families side by side; a failure of one leaves the others."""
    if len(request.families) == 1:
        with replay_bar(1):
            return [evaluate_family(request, request.families[0])], {}
    done: dict[str, FamilyResult] = {}
    failures: dict[str, str] = {}
    workers = min(WORKERS, os.cpu_count() or 1)
    # A forked child would inherit locks of threads that do not exist in it.
    with (
        ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
        replay_bar(len(request.families)) as step,
    ):
        # The longest replays come last in the list, and start first.
        waiting: dict[Future[FamilyResult], str] = {
            pool.submit(evaluate_family, request, family): family
            for family in reversed(request.families)
        }
        for future in as_completed(waiting):
            try:
                done[waiting[future]] = future.result()
            except (DataError, UsageError) as error:
                failures[waiting[future]] = str(error)
            except KalshiAlphaError:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            step(waiting[future])
    return [done[each] for each in request.families if each in done], failures


def _pictures_folder() -> Path:
    return Paths.from_environ(os.environ).reports / "evaluation"


def _write(request: EvaluationRequest, results: list[FamilyResult]) -> None:
    for result in results:
        for name, drawn in result.pictures.items():
            write_atomic(_pictures_folder() / name, drawn.encode())
    if request.page is not None:
        page = skill_page(
            {r.family: r.document for r in results}, {r.family: r.variants for r in results}
        )
        write_atomic(request.page, page.encode())


def _show(
    request: EvaluationRequest, results: list[FamilyResult], settled: SettlementReplay | None
) -> None:
    lines: list[str] = []
    for result in results:
        lines += family_text(result.family, result.document, result.lookahead)
        lines += left_out_text(result.left_out)
    if settled is not None:
        lines += settlement_text(settled)
    if any(result.pictures for result in results):
        lines.append(f"pictures are in {_pictures_folder()}")
    if request.page is not None:
        lines.append(f"page is {request.page}")
    echo_text("\n".join(lines), Mode.OFFLINE)


def _document(
    request: EvaluationRequest,
    results: list[FamilyResult],
    settled: SettlementReplay | None,
    failures: Mapping[str, str],
) -> dict[str, Any]:
    families = {result.family: _family(result) for result in results}
    single = len(request.families) == 1
    document: dict[str, Any] = {"schema": SCHEMA}
    if single:
        document |= {"family": request.families[0], **families[request.families[0]]}
    else:
        document |= families
    if failures:
        document["failed"] = dict(failures)
    if settled is not None:
        document["settlement_replay"] = {**plain(settled), "agreement": settled.agreement}
    return document


def _family(result: FamilyResult) -> dict[str, Any]:
    found = {**result.document, "left_out": plain(result.left_out)}
    if result.lookahead is not None:
        found["lookahead"] = {**plain(result.lookahead), "clean": result.lookahead.clean}
    return found
