"""The backtest's use case: read, replay every variant, sum up, show."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.replay.figures import DIMENSIONS
from kalshi_alpha.core.replay.report import Report, report_of
from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.exec.backtest.document import report_document
from kalshi_alpha.exec.backtest.executors import executor_of, replayed
from kalshi_alpha.exec.backtest.materials import Materials, materials
from kalshi_alpha.exec.backtest.notes import notes_of
from kalshi_alpha.exec.backtest.plan import LeftOutEvent
from kalshi_alpha.exec.backtest.progress import Step, day_bar
from kalshi_alpha.exec.backtest.request import BacktestRequest
from kalshi_alpha.exec.backtest.text import report_text
from kalshi_alpha.exec.backtest.variant import Variant, with_values


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """One variant, replayed and summed up."""

    variant: Variant
    report: Report
    left_out: tuple[LeftOutEvent, ...]


def backtest(request: BacktestRequest) -> int:
    """Run a request and return the exit code.

    Raises
    ------
    UsageError, NotBuilt
        If the request cannot be understood.
    DataError
        If something is missing or cannot be read.
    """
    variant = with_values(Variant(), request.settings)
    with TemporaryDirectory() as folder:
        read = materials(request, Path(folder))
        with (
            executor_of(request.executor, request.workers) as executor,
            day_bar(len(read.days)) as step,
        ):
            done = run_variant(read, variant, executor, step)
    _show(request, read, done)
    return 0


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
    days = replayed(executor, plan, read.tasks(variant), step)
    outcomes = [each.outcome for each in days if each.outcome is not None]
    left_out = tuple(event for each in days for event in each.left_out)
    if not outcomes:
        why = left_out[0].why if left_out else "nothing is recorded"
        raise MissingData(f"no event can be judged: {why}")
    return Backtest(variant, report_of(outcomes, plan.chain, dimensions), left_out)


def document_of(read: Materials, done: Backtest) -> dict[str, Any]:
    """Return a variant as plain data."""
    notes = notes_of(read, done.variant, done.report)
    return report_document(read.family, done.variant, done.report, done.left_out, notes)


def _show(request: BacktestRequest, read: Materials, done: Backtest) -> None:
    if request.as_json:
        click.echo(encode_json(document_of(read, done)), nl=False)
        return
    notes = notes_of(read, done.variant, done.report)
    click.echo("\n".join(report_text(read.family, done.report, done.left_out, notes)))
