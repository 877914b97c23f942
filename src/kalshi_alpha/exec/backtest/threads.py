"""One thread for each process of a replay: its arrays are small, and its processes are many.

A matrix product of a few hundred numbers that is cut into a thread for each core waits for the
slowest of them: on two busy cores that doubled the processor time of a replay, and two processes
were no faster than one. How a sum is cut also decides its last bits.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
"""What the libraries read when they are first imported."""


@contextmanager
def one_thread_each(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Let libraries that are imported meanwhile, here or in a process begun meanwhile, use one.

    A number that somebody set stands.

    Parameters
    ----------
    environ
        The process's environment; as it was before when the block ends.
    """
    before = {name: environ.get(name) for name in THREADS}
    for name in THREADS:
        environ.setdefault(name, "1")
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del environ[name]
