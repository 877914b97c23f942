"""The page about replays on many workers, from measured figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

_HOUR_S, _MIB, _GIB = 3600.0, 1 << 20, 1 << 30
WORKERS = 200
"""Of the plan."""


class Measured(NamedTuple):
    """What one case took.

    Attributes
    ----------
    tape, executor, workers
        What was replayed, where, and by how many.
    days, events, rows
        Dates, exchange events, and recorded prints, quotes and book changes.
    read_bytes, gathered_bytes
        Of the Parquet files read, and of everything that workers handed back.
    orders, net_e6
        Orders that rested and what they earned: the results to agree on.
    wall_s, cpu_s
        Of the replay; processor time of all processes together.
    rss_mib, worker_rss_mib
        Largest resident memory of the process that asks, and of a worker.
    load
        Processes that wanted a processor when it began, others' too.
    walls
        Of every round, where there were several; the quickest is the one told.
    """

    tape: str
    executor: str
    workers: int
    days: int
    events: int
    rows: int
    read_bytes: int
    gathered_bytes: int
    orders: int
    net_e6: int
    wall_s: float
    cpu_s: float
    rss_mib: float
    worker_rss_mib: float
    load: float
    walls: tuple[float, ...] = ()

    @property
    def per_million(self) -> float:
        """Seconds of one processor for a million rows."""
        return self.cpu_s / self.rows * 1e6


class Whole(NamedTuple):
    """What one run of the whole command took, import and report included, and came to.

    ``cpu_s`` is of all its processes, ``rss_mib`` the largest resident memory of one of them.
    ``orders`` and ``net_usd`` are those after stops.
    """

    wall_s: float
    cpu_s: float
    rss_mib: float
    orders: int
    net_usd: float


_HEAD = """\
# Replay on many machines

Written by `python -m scripts.write_scaling --data DIR`, not by hand. Measured {when}.

A backtest is cut into dates: the events of one date are decided together, as a scan decides them.
What passes from one date to another are the results that were known by then: they may stop a later
date (drawdown, EV gap, guard, panic), and dates that are stopped so are replayed once more after
all the others, until nothing changes. `--executor` says where dates are replayed: in this process
(`local`), in several (`processes`), or on a Dask cluster (`dask`, extra `[scale]`). Without more,
`dask` starts `--workers` processes on this machine; with `DASK_SCHEDULER_ADDRESS` set it uses the
cluster there. Workers read their own Parquet, from a folder or any fsspec URL (`file://`, `s3://`,
...), which they must be able to reach: recordings that are imported for one run lie in a temporary
folder of the machine that asked, so import them first.

- Results are put in the order of the dates, whoever was done first, and summed up once: they are
  the same for any number of workers (below: orders and net profit agree in every row).
- Days of a worker that dies run again on another. `make test-more` kills one of two with SIGKILL
  in the middle and compares what comes back byte by byte. Four deaths over the same days end the
  run with one line.
- A date is reduced where it was read: from it come a row for each of our orders, sums of the marks
  of each that filled, sums of squared errors by event, and sums of the baselines; no print, quote,
  level, mid or probability travels.
- Dates that limits on losses would have stopped are replayed again, until nothing changes; which
  they are is worked out in the process that asks, from rows of orders alone.
- Each process computes with one thread: its matrices are small, and processes are many.
"""


def scaling_page(
    results: Sequence[Measured], runs: Sequence[Whole], when: str, history_rows: int
) -> str:
    """Return the page.

    Parameters
    ----------
    results
        Every case.
    runs
        Rounds of the whole command.
    when, history_rows
        When and where it was measured, and the rows that are planned for.

    Raises
    ------
    ValueError
        If cases of one tape do not agree on their results.
    """
    _require_agreement(results)
    lines = [
        _HEAD.format(when=when),
        "## Measured",
        "",
        _COLUMNS,
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        *map(_row, results),
        "",
        *_reading(results),
        "",
        *_rounds(results, runs),
        "",
        "## The exchange's whole history",
        "",
        *_plan(results, history_rows),
        "",
    ]
    return "\n".join(lines)


_COLUMNS = (
    "| recorded | where | rows | dates | wall s | processor s | s per million rows | "
    "rows/s | memory here MiB | of a worker MiB | orders | net $ |"
)


def _paragraph(*said: str) -> str:
    return textwrap.fill(" ".join(said), 100, break_long_words=False, break_on_hyphens=False)


def _require_agreement(results: Sequence[Measured]) -> None:
    for tape in {each.tape for each in results}:
        found = {(e.rows, e.orders, e.net_e6) for e in results if e.tape == tape}
        if len(found) != 1:
            raise ValueError(f"results of {tape} depend on who replays it: {found}")


_TAPES = {
    "tape": "weather tape: prints and quotes",
    "half": "its first half",
    "depth": "generated: full depth",
}


def _row(each: Measured) -> str:
    where = "this process" if each.executor == "local" else f"{each.workers} by {each.executor}"
    worker = f"{each.worker_rss_mib:,.0f}" if each.worker_rss_mib else "-"
    return (
        f"| {_TAPES[each.tape]} | {where} | {each.rows:,} | {each.days} | {each.wall_s:.1f} | "
        f"{each.cpu_s:.1f} | {each.per_million:.1f} | {each.rows / each.wall_s:,.0f} | "
        f"{each.rss_mib:,.0f} | {worker} | {each.orders:,} | {each.net_e6 / 1e6:,.2f} |"
    )


def _case(results: Sequence[Measured], tape: str, executor: str, workers: int) -> Measured:
    return next(e for e in results if e[:3] == (tape, executor, workers))


def _reading(results: Sequence[Measured]) -> list[str]:
    half, tape = _case(results, "half", "local", 1), _case(results, "tape", "local", 1)
    one, two = _case(results, "tape", "dask", 1), _case(results, "tape", "dask", 2)
    depth = _case(results, "depth", "local", 1)
    return [
        _paragraph(
            "Rows are prints and changes of quotes or books. Wall time leaves out the start of",
            f"workers; processor time has it in. Between {min(e.load for e in results):.0f} and",
            f"{max(e.load for e in results):.0f} processes wanted a processor when cases began:",
            "where they are more than there are cores, wall times compare nothing, and processor",
            f"time is what to plan with. Two Dask workers took {two.wall_s:.1f} s, one",
            f"{one.wall_s:.1f} s, and {two.cpu_s / one.cpu_s:.2f} times its processor time.",
        ),
        "",
        _paragraph(
            f"Gathered: {tape.gathered_bytes / tape.events:,.0f} bytes for an exchange event of",
            f"{tape.rows / tape.events:,.0f} rows,",
            f"{tape.gathered_bytes / tape.read_bytes:.1%} of what was read; with depth",
            f"{depth.gathered_bytes / depth.read_bytes:.2%}. The process that asks took",
            f"{tape.rss_mib:,.0f} MiB for {tape.days} dates and",
            f"{half.rss_mib:,.0f} for {half.days}:",
            "tapes are let go date by date, and what stays is forecasts and results. A date that",
            "was recorded in full depth has its kernel loaded first, once for some 90 MiB; the",
            "first half has no such date.",
        ),
    ]


def _rounds(results: Sequence[Measured], runs: Sequence[Whole]) -> list[str]:
    """Compare one process with two by their quickest rounds, and tell the whole command."""
    one, two = (_case(results, "tape", "processes", n) for n in (1, 2))
    best = min(runs, key=lambda each: each.wall_s)
    return [
        _paragraph(
            f"Two processes against one, the quickest of {len(one.walls)} rounds taken in turn:",
            f"{two.wall_s:.1f} s and {one.wall_s:.1f} s, {one.wall_s / two.wall_s:.2f} times as",
            f"fast. Rounds took {_span(one.walls)} s with one and {_span(two.walls)} s with two.",
        ),
        "",
        _paragraph(
            "The whole command on the recordings as they come, import, forecasts, gate and report",
            f"included, on two processes: {best.wall_s:.1f} s at best of {len(runs)}",
            f"({_span([each.wall_s for each in runs])} s), {best.cpu_s:.1f} s of processors,",
            f"{max(each.rss_mib for each in runs):,.0f} MiB in the largest process.",
        ),
        "",
        _paragraph(
            "The table times the first replay of every date, before anything is known of losses:",
            "replays of the dates that stops change are left out of it, and its orders and net",
            f"profit are those without stops ({one.orders:,} orders, {one.net_e6 / 1e6:,.2f}). The",
            "whole command replays those dates again, and comes to",
            f"{best.orders:,} orders and {best.net_usd:,.2f}; what that takes is in its figures,",
            "and not in the plan below.",
        ),
    ]


def _span(walls: Sequence[float]) -> str:
    return f"{min(walls):.1f} to {max(walls):.1f}"


def _plan(results: Sequence[Measured], rows: int) -> list[str]:
    tape, depth = _case(results, "tape", "dask", 2), _case(results, "depth", "dask", 2)
    lines = [
        _paragraph(
            f"The venue's history is taken to be {rows:,} rows (an assumption; nobody outside",
            "knows). Nearly all of it is book changes, so the second column is the one to plan",
            "with; the first is what it would cost if events were as small as the tape's.",
            f"{WORKERS} Dask workers of one core are assumed, each as quick as one of the two",
            "above: processor time is that of the rows `2 by dask`, with scheduler and transfers.",
        ),
        "",
        "| | if all were like the tape | if all were depth |",
        "|---|--:|--:|",
    ]
    pairs = [(each, rows / each.rows) for each in (tape, depth)]
    table = {
        "processor hours": [f"{e.cpu_s * n / _HOUR_S:,.0f}" for e, n in pairs],
        f"hours on {WORKERS} workers": [
            f"{e.cpu_s * n / _HOUR_S / WORKERS:,.1f}" for e, n in pairs
        ],
        "Parquet, GiB": [f"{e.read_bytes * n / _GIB:,.0f}" for e, n in pairs],
        "bytes a row": [f"{e.read_bytes / e.rows:.1f}" for e, _ in pairs],
        "gathered, GiB": [f"{e.gathered_bytes * n / _GIB:,.1f}" for e, n in pairs],
        "read by all workers, MiB/s": [
            f"{e.read_bytes / e.cpu_s * WORKERS / _MIB:,.0f}" for e, _ in pairs
        ],
    }
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in table.items()]
    worker_gib = max(each.worker_rss_mib for each in results) * 2 / 1024
    lines += [
        "",
        _paragraph(
            "How: record or import into an object store, a partition for each series and date;",
            "start a scheduler and workers beside it (`dask scheduler`, `dask worker`, one thread",
            f"each), with {worker_gib:.1f} GiB a worker, twice the most that one took here; set",
            "`DASK_SCHEDULER_ADDRESS` and run `exec.backtest --executor dask --data URL`. Run one",
            "family and one quarter at a time: what is gathered is summed up in one process, and a",
            "quarter's is a small part of the figure above. A quarter begins without the losses",
            "of the one before, so its first stops may be missing. A quarter that was cut short is",
            "run again; dates that a dead worker had are run again by Dask.",
        ),
        "",
        _paragraph(
            "What these figures do not show: a network between workers and the data, more than two",
            "workers, a date larger than memory (an event's tables are read whole), and families",
            "other than the weather's. The first thing to measure on a real cluster is one quarter",
            "on 1, 10 and 100 workers. Generated depth is of a few price levels, and of markets",
            "that are looked at as often as the tape's; more levels and more looks cost more.",
        ),
    ]
    return lines
