"""Where days are replayed: in this process, in several, or on a cluster; results are the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

from kalshi_alpha.exec.backtest.plan import DayDone, DayTask, Plan, run_days
from kalshi_alpha.exec.backtest.progress import Step
from kalshi_alpha.exec.backtest.threads import one_thread_each

KINDS = ("local", "processes", "dask")
_DAYS_PER_TASK = 12


@contextmanager
def executor_of(kind: str, workers: int) -> Iterator[Executor | None]:
    """Yield the executor of a name; None is this very process."""
    if kind == "local":
        yield None
        return
    if kind == "dask":
        from kalshi_alpha.exec.backtest.dask_pool import dask_pool

        with dask_pool(workers) as cluster:
            yield cluster
        return
    # A forked child would inherit locks of threads that do not exist in it.
    count = min(workers, os.cpu_count() or 1)
    with (
        one_thread_each(os.environ),
        ProcessPoolExecutor(
            count, mp_context=get_context("spawn"), initializer=end_with_parent
        ) as pool,
    ):
        ended_well = False
        try:
            yield pool
            ended_well = True
        finally:
            if not ended_well:
                pool.shutdown(wait=False, cancel_futures=True)


def end_with_parent() -> None:
    """Watch, in a worker, for the end of the process that started it: nothing works for nobody."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def replayed(
    executor: Executor | None, plan: Plan, tasks: Sequence[DayTask], step: Step
) -> list[DayDone]:
    """Replay days and return them in their order, whoever replayed them, and whenever.

    Parameters
    ----------
    executor
        Anything that keeps to `concurrent.futures`; None replays here.
    plan, tasks
        What to replay.
    step
        Told how many days are done each time some are.
    """
    chunks = [tasks[n : n + _DAYS_PER_TASK] for n in range(0, len(tasks), _DAYS_PER_TASK)]
    if executor is None:
        done = []
        for chunk in chunks:
            done += run_days(plan, chunk)
            step(len(chunk))
        return done
    waiting: dict[Future[list[DayDone]], int] = {
        executor.submit(run_days, plan, chunk): n for n, chunk in enumerate(chunks)
    }
    found: dict[int, list[DayDone]] = {}
    for future in as_completed(waiting):
        found[waiting[future]] = future.result()
        step(len(chunks[waiting[future]]))
    return [each for n in range(len(chunks)) for each in found[n]]
