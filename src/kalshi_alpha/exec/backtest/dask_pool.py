"""Days replayed by a Dask cluster: two processes of this machine, or machines elsewhere.

The cluster is an executor like any other: it is given dates, hands back what became of them, and
runs those of a worker that died again on another. Tapes are read where they are replayed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from kalshi_alpha.core.errors import KalshiAlphaError, NotBuilt

NEEDS_EXTRA = "--executor dask needs the extra: pip install 'kalshi-alpha[scale]'"
SCHEDULER = "DASK_SCHEDULER_ADDRESS"
"""Dask's own name for the address of a cluster that runs already."""
CONNECT_S = 10.0
"""How long a cluster elsewhere may take to answer."""


class WorkersLost(KalshiAlphaError):
    """Workers died again and again over the same days, or nobody answers."""


@contextmanager
def dask_pool(workers: int) -> Iterator[Executor]:
    """Yield a cluster as an executor: that of `SCHEDULER`, or one of our own that ends with it.

    Parameters
    ----------
    workers
        Processes of a cluster of our own, one thread each, and two or as many as there are cores
        at most; a cluster elsewhere has its own.

    Raises
    ------
    NotBuilt
        If the extra is not installed.
    WorkersLost
        If the cluster cannot be reached, or every worker that is given some days dies of them.
    """
    try:
        distributed: Any = import_module("distributed")
        config: Any = import_module("dask.config")
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error
    address = config.get("scheduler-address", None)
    try:
        if address is not None:
            with _elsewhere(distributed, address) as client:
                yield client.get_executor(pure=False)
            return
        # What a nanny says of a worker it replaces is no news: its days run again.
        with (
            distributed.LocalCluster(
                n_workers=min(workers, max(2, os.cpu_count() or 1)),
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client.get_executor(pure=False)
    except distributed.KilledWorker as error:
        raise WorkersLost(
            f"workers died {error.allowed_failures + 1} times over the same days: give them more "
            "memory, or look at their logs"
        ) from error


def _elsewhere(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=CONNECT_S)
    except OSError as error:
        raise WorkersLost(
            f"no Dask scheduler answers at {address}: start one, or unset {SCHEDULER}"
        ) from error
