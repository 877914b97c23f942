"""The backtest's use case: read, replay every variant, sum up, show."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.replay.figures import DIMENSIONS
from kalshi_alpha.core.replay.report import Report, report_of
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text
from kalshi_alpha.exec.backtest.document import grid_document, lookahead_document, report_document
from kalshi_alpha.exec.backtest.executors import executor_of
from kalshi_alpha.exec.backtest.explain import event_story
from kalshi_alpha.exec.backtest.gating import gated_days
from kalshi_alpha.exec.backtest.grid import GridCell, GridResult, grid_result
from kalshi_alpha.exec.backtest.lookahead import ChainLookahead, chain_lookahead
from kalshi_alpha.exec.backtest.materials import Materials, history_of, materials
from kalshi_alpha.exec.backtest.notes import notes_of
from kalshi_alpha.exec.backtest.pictures import backtest_pictures
from kalshi_alpha.exec.backtest.plan import LeftOutEvent
from kalshi_alpha.exec.backtest.progress import Step, day_bar
from kalshi_alpha.exec.backtest.request import BacktestRequest
from kalshi_alpha.exec.backtest.study import CASES, StudyCase, study_page
from kalshi_alpha.exec.backtest.text import grid_text, lookahead_text, report_text
from kalshi_alpha.exec.backtest.variant import Variant, grid_of, with_values


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """One variant, replayed and summed up."""

    variant: Variant
    report: Report
    left_out: tuple[LeftOutEvent, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """Everything that a request asked for."""

    own: Backtest
    grid: GridResult | None
    lookahead: ChainLookahead | None
    cases: tuple[StudyCase, ...]


def backtest(request: BacktestRequest) -> int:
    """Run a request and return the exit code: 1 if a look-ahead was found.

    Raises
    ------
    UsageError, NotBuilt
        If the request cannot be understood.
    DataError
        If something is missing or cannot be read.
    """
    variant = with_values(Variant(), request.settings)
    cells = grid_of(variant, request.grid) if request.grid else []
    with (
        TemporaryDirectory() as folder,
        executor_of(request.executor, request.workers) as executor,
    ):
        read = materials(request, Path(folder), executor)
        if request.explain is not None:
            with day_bar(len(read.days)) as step:
                story = event_story(read, variant, request.explain, executor, step)
            echo_text("\n".join(story), Mode.OFFLINE)
            return 0
        done = _done(request, read, variant, cells, executor)
    _write(request, read, done)
    _show(request, read, done)
    return 0 if done.lookahead is None or done.lookahead.clean else 1


def run_variant(
    read: Materials,
    variant: Variant,
    executor: Executor | None,
    step: Step,
    dimensions: Sequence[str] = DIMENSIONS,
) -> Backtest:
    """Replay a variant over all days and sum it up.

    Raises
    ------
    MissingData
        If no event can be judged.
    """
    plan = read.plan(variant)
    days = gated_days(read, plan, variant, executor, step).days
    outcomes = [each.outcome for each in days if each.outcome is not None]
    left_out = (*read.left_out, *(event for each in days for event in each.left_out))
    if not outcomes:
        why = left_out[0].why if left_out else "nothing is recorded"
        raise MissingData(f"no event can be judged: {why}")
    return Backtest(variant, report_of(outcomes, plan.chain, dimensions), left_out)


def _done(
    request: BacktestRequest,
    read: Materials,
    variant: Variant,
    cells: Sequence[tuple[str, Variant]],
    executor: Executor | None,
) -> _Done:
    # Every plan is made first, so that a setting out of range stops the run before it begins.
    cases = CASES if request.study is not None else ()
    variants = [with_values(variant, case.settings) for case in cases]
    for each in (variant, *variants, *(cell for _, cell in cells)):
        read.plan(each)
    runs = 1 + len(cells) + len(cases)
    with day_bar(runs * len(read.days)) as step:
        own = run_variant(read, variant, executor, step)
        tried = [_cell(name, run_variant(read, cell, executor, step, ())) for name, cell in cells]
        told = tuple(
            StudyCase(case, run_variant(read, each, executor, step, ("city",)).report)
            for case, each in zip(cases, variants, strict=True)
        )
    grid = grid_result(tried, _cell("", own), own.report.bootstrap) if tried else None
    return _Done(own, grid, _lookahead(request, read, variant), told)


def _cell(name: str, done: Backtest) -> GridCell:
    report = done.report
    return GridCell(name, done.variant, report.whole, report.table.profit_by_day())


def _lookahead(
    request: BacktestRequest, read: Materials, variant: Variant
) -> ChainLookahead | None:
    if not request.check_lookahead:
        return None
    events = [each for day in read.days for each in day]
    return chain_lookahead(
        read,
        variant,
        request.folders,
        lambda history: history_of(read.family, history, read.settings, events),
    )


def _write(request: BacktestRequest, read: Materials, done: _Done) -> None:
    if request.plots:
        folder = Paths.from_environ(os.environ).reports / "backtest"
        for name, drawn in backtest_pictures(read.family, done.own.report).items():
            write_atomic(folder / name, drawn.encode())
    if request.study is not None:
        notes = notes_of(read, done.own.variant, done.own.report)
        page = study_page(read.family, done.own.report, done.cases, done.own.left_out, notes)
        write_atomic(request.study, page.encode())


def document_of(read: Materials, done: Backtest) -> dict[str, Any]:
    """Return a variant as plain data."""
    notes = notes_of(read, done.variant, done.report)
    return report_document(read.family, done.variant, done.report, done.left_out, notes)


def _show(request: BacktestRequest, read: Materials, done: _Done) -> None:
    if request.as_json:
        document = document_of(read, done.own)
        if done.grid is not None:
            document["grid"] = grid_document(done.grid)
        if done.lookahead is not None:
            document["lookahead"] = lookahead_document(done.lookahead)
        echo_json(document, Mode.OFFLINE)
        return
    own = done.own
    notes = notes_of(read, own.variant, own.report)
    lines = report_text(read.family, own.report, own.left_out, notes)
    if done.grid is not None:
        lines += grid_text(done.grid)
    if done.lookahead is not None:
        lines += lookahead_text(done.lookahead)
    if request.plots:
        lines.append(f"pictures are in {Paths.from_environ(os.environ).reports / 'backtest'}")
    if request.study is not None:
        lines.append(f"study is {request.study}")
    echo_text("\n".join(lines), Mode.OFFLINE)
