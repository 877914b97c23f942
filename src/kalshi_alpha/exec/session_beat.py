"""A run's own sign of life."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from kalshi_alpha.core.gates import Fault, Reading, ReadingName
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import (
    Heartbeat,
    heartbeat_state,
    read_heartbeat,
    renew_heartbeat,
    write_heartbeat,
)
from kalshi_alpha.exec.wiring import Run


@contextmanager
def beating(run: Run, session: str, readings: Iterable[Reading]) -> Iterator[bool]:
    """Beat when a run begins and when it ends, however it ends; yields whether it beats.

    Only a run under the system's clock beats: a set clock says nothing about who is alive. The
    old heartbeat must have been read, and one that the gate does not trust is left as it is, and
    so is that of another session that is running.

    Parameters
    ----------
    run
        The run.
    session
        Its name.
    readings
        What the gate read, the old heartbeat included.

    Raises
    ------
    DataError
        If the heartbeat became unreadable after it was read.
    """
    beats = run.clock.source is ClockSource.SYSTEM and _may_beat(run, readings)
    name = f"{session}-{os.getpid()}"
    if beats:
        renew_heartbeat(run.paths.heartbeat, _beat(name, run.clock.at, running=True))
    try:
        yield beats
    finally:
        now = datetime.now(UTC)
        # Another session may have begun meanwhile; its beat says more than ours.
        if beats and _is_ours(run, name, now):
            write_heartbeat(run.paths.heartbeat, _beat(name, now, running=False))


def heartbeat_now(paths: Paths, clock: Clock, *, must_be_fresh: bool) -> Reading:
    """Return the heartbeat as the gate of a run at a venue reads it, dated by the run's own clock.

    Beats are dated by the system's clock, and a local exchange may practise another day.
    """
    now = datetime.now(UTC)
    reading = heartbeat_state(paths.heartbeat, now, must_be_fresh=must_be_fresh)
    if reading.at is None:
        return reading
    return replace(reading, at=clock.now() - (now - reading.at))


def _may_beat(run: Run, readings: Iterable[Reading]) -> bool:
    at = run.clock.at
    for reading in readings:
        if reading.name is ReadingName.HEARTBEAT:
            if reading.fault_at(at) is Fault.MISSING:
                return True
            if not reading.ok(at):
                return False
            old = read_heartbeat(run.paths.heartbeat, at)
            return old is None or not old.running
    return False


def _is_ours(run: Run, session: str, now: datetime) -> bool:
    found = read_heartbeat(run.paths.heartbeat, now)
    return found is not None and found.session == session


def _beat(session: str, at: datetime, *, running: bool) -> Heartbeat:
    return Heartbeat(generated_at=at, session=session, running=running, pid=os.getpid())
