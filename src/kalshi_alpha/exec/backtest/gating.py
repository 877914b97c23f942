"""Days replayed with what monitors would have left standing, round after round."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace

from kalshi_alpha.exec.backtest.executors import replayed
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.plan import DayDone, DayTask, Plan
from kalshi_alpha.exec.backtest.progress import Step
from kalshi_alpha.exec.backtest.standing import standing_stops
from kalshi_alpha.exec.backtest.variant import Variant


@dataclass(frozen=True, slots=True, eq=False)
class GatedDays:
    """The days of a span and what became of each; a task knows what stood against decisions."""

    tasks: list[DayTask]
    days: list[DayDone]


def gated_days(
    read: Materials, plan: Plan, variant: Variant, executor: Executor | None, step: Step
) -> GatedDays:
    """Replay days, and those again at which monitors would have stopped a decision.

    A decision that is stopped changes what later ones of its day hold, and what monitors see on
    later days: each round settles at least the next decision in time, so the rounds end.
    """
    tasks = read.tasks(variant)
    days, watch = replayed(executor, plan, tasks, step), read.watch(plan)
    while variant.action is not None:
        wanted = standing_stops([each.outcome for each in days], watch)
        changed = [n for n, stops in enumerate(wanted) if stops.keys() != tasks[n].standing.keys()]
        if not changed:
            break
        for n in changed:
            tasks[n] = replace(tasks[n], standing=wanted[n])
        again = replayed(executor, plan, [tasks[n] for n in changed], lambda _: None)
        for n, done in zip(changed, again, strict=True):
            days[n] = done
    return GatedDays(tasks, days)
