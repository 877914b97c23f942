"""Is the session alive: the rules for the heartbeat file."""

from __future__ import annotations

from datetime import datetime, timedelta

from kalshi_alpha.core.gates.readings import Fault, Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason

HEARTBEAT_MAX_AGE = timedelta(minutes=5)


def heartbeat_reading(
    beat_at: datetime | None,
    clock: datetime,
    *,
    session_running: bool,
    must_be_fresh: bool,
    fault: Fault | None = None,
    sha256: str | None = None,
    detail: str = "",
) -> Reading:
    """Return the reading of the heartbeat file.

    No file is a first run. A file that is torn, future-dated or of a newer schema stops the
    run, which must not overwrite it. A beat older than five minutes stops it too while the file
    says that a session is running, since that session died without saying so, or if a fresh
    beat is asked for, as before an order is sent.

    Parameters
    ----------
    beat_at
        Time of the last beat, or None if there is no file or it could not be read.
    clock
        The decision's clock.
    session_running
        Whether the file says that a session is running.
    must_be_fresh
        Whether an old beat of an ended session is refused as well.
    fault
        Why the file could not be read, if so.
    sha256, detail
        Carried into the reading.
    """
    if fault is None and beat_at is None:
        fault = Fault.MISSING
    if fault is not None or beat_at is None:
        return Reading(ReadingName.HEARTBEAT, fault=fault, detail=detail, sha256=sha256)
    findings: tuple[Finding, ...] = ()
    age = clock - beat_at
    if age > HEARTBEAT_MAX_AGE and (session_running or must_be_fresh):
        session = "a session claims to run" if session_running else "no session is running"
        said = f"heartbeat: last beat {age.total_seconds():.0f} s ago, {session}"
        findings = (Finding(Reason.HEARTBEAT_STALE, said),)
    return Reading(ReadingName.HEARTBEAT, findings, detail=detail, at=beat_at, sha256=sha256)
