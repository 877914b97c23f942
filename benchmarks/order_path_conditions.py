"""Under which conditions the order path is measured: cores, scheduling, and how busy it was."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def kept_apart() -> tuple[set[int], set[int]]:
    """Return the client's cores, and the one that the server has for itself; none if one is all.

    The venue is another machine. On the client's core the server would run as soon as the first
    byte wakes it, before the client's own write has returned.
    """
    return (set(CORES[:-1]), {CORES[-1]}) if len(CORES) > 1 else (set(), set())


def keep_to(cores: set[int]) -> None:
    """Let the calling thread, and what it starts from now on, run on some cores only."""
    if cores:
        os.sched_setaffinity(0, cores)


def keep_to_none() -> None:
    """Let the calling thread run on every core."""
    keep_to(set(CORES))


def go_first() -> None:
    """Let this process, and what it starts, run before all ordinary ones where that is allowed.

    On a machine that others use an ordinary process is set aside in the middle of a write, for
    milliseconds. All contestants and the server go first alike.
    """
    if hasattr(os, "sched_setscheduler"):
        # Whether it was allowed is read back, and told with the figures.
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))


def load() -> float:
    """Return how many tasks wanted a core in the last minute."""
    return os.getloadavg()[0]


def told(loads: Sequence[float], turn: int, turns: int, judge: str) -> str:
    """Say in one line what the figures hold for.

    Parameters
    ----------
    loads
        Before every turn, and after the last.
    turn, turns
        Which turn is shown, from 1, and of how many.
    judge
        Whose 99th percentile chose it.
    """
    client, server = kept_apart()
    cores = (
        f"server alone on core {min(server)} of {len(CORES)}, signing thread on any"
        if client
        else "all on the same cores"
    )
    wanted = " ".join(f"{each:.1f}" for each in loads)
    return (
        f"{cores}; {_scheduling()}; garbage collected by the clock only; load {wanted}; "
        f"turn {turn} of {turns}, the quietest by p99 of {judge}"
    )


def _scheduling() -> str:
    names = {"SCHED_OTHER": "ordinary", "SCHED_FIFO": "first in first out", "SCHED_RR": "in turns"}
    policy = os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else None
    known = {getattr(os, name, -1): word for name, word in names.items()}
    return f"{known.get(policy, 'other')} scheduling, nice {os.getpriority(os.PRIO_PROCESS, 0)}"
