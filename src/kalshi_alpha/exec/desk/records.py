"""The small files that a desk stands on: monitors, alert log, kill switch, heartbeat."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.gates import Fault, fault_of
from kalshi_alpha.core.gates.heartbeat import HEARTBEAT_MAX_AGE
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import read_heartbeat, read_kill_switch
from kalshi_alpha.exec.desk.desk import AlertSeen, BeatSeen, KillSeen, MonitorSeen
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.seen import Looking
from kalshi_alpha.exec.monitors.alert_log import AlertLine, read_alerts
from kalshi_alpha.exec.monitors.files import MAX_AGE, SUMMARY, MonitorFiles

ALERTS_SHOWN = 50


def monitors_seen(looking: Looking, paths: Paths, found: MonitorFiles) -> tuple[MonitorSeen, ...]:
    """Return every monitor by its name, also those whose file says nothing."""
    at, oldest = looking.at, found.oldest_at
    fault, said = None, f"{len(found.documents)} monitors"
    if found.problems:
        name = sorted(found.problems)[0]
        fault, said = found.problems[name][0], looking.short(found.problems[name][1])
    elif found.missing:
        fault, said = Fault.MISSING, f"{', '.join(found.missing)}: run make monitors"
    elif oldest is not None and at - oldest > MAX_AGE:
        fault = Fault.EXPIRED
    looking.note("monitors", paths.monitor(SUMMARY).parent, fault, said, oldest)
    return tuple(_monitor(looking, each, found) for each in Monitor)


def _monitor(looking: Looking, monitor: Monitor, found: MonitorFiles) -> MonitorSeen:
    document = found.documents.get(monitor)
    if document is None:
        problem = found.problems.get(monitor)
        fault, cause = problem or (Fault.MISSING, "no file of it")
        return MonitorSeen(
            monitor=monitor.value,
            status=fault.value,
            figure=None,
            threshold=None,
            unit=TEXTS[monitor].unit,
            cause=looking.short(cause),
            remedy="run make monitors",
            blocks=True,
            at=None,
            age_s=None,
        )
    return MonitorSeen(
        monitor=monitor.value,
        status=document.status.value,
        figure=document.figure,
        threshold=document.threshold,
        unit=document.unit,
        cause=document.cause,
        remedy=document.remedy,
        blocks=document.blocks,
        at=document.generated_at,
        age_s=(looking.at - document.generated_at).total_seconds(),
    )


def alerts_seen(looking: Looking, paths: Paths, kept: Kept) -> tuple[AlertSeen, ...]:
    """Return the newest lines of the alert log, the newest first."""
    path = paths.alert_log
    if not path.exists():
        looking.note("alert log", path, Fault.MISSING, "no monitor ever ran here")
        return ()
    lines = looking.read(
        "alert log",
        path,
        lambda: kept.of_files("alerts", (path,), lambda: read_alerts(path)),
        said=lambda found: f"{len(found)} lines",
    )
    by_time = sorted(lines or (), key=lambda line: line.at, reverse=True)
    return tuple(map(_alert, by_time[:ALERTS_SHOWN]))


def _alert(line: AlertLine) -> AlertSeen:
    cause = line.why if line.lifted_by else line.cause
    return AlertSeen(line.at, line.monitor, cause, line.clock_source.value, line.lifted_by)


def kill_switch_seen(paths: Paths) -> KillSeen:
    """Return the kill switch; nobody being able to tell counts as on."""
    found = read_kill_switch(paths.kill_switch)
    return KillSeen(found.on, found.readable, str(found.path), found.detail)


def heartbeat_seen(looking: Looking, paths: Paths, at: datetime) -> BeatSeen:
    """Return the heartbeat; its time is told by the desk's clock.

    Parameters
    ----------
    looking, paths
        The look, and the root.
    at
        The clock that beats are dated by: the system's, also where the desk's is a practised day's.
    """
    path = paths.heartbeat
    try:
        beat = read_heartbeat(path, at)
    except DataError as error:
        fault, said = fault_of(error), looking.short(str(error))
        looking.note("heartbeat", path, fault, said)
        return BeatSeen(fault.value, "", None, None, None, said)
    if beat is None:
        looking.note("heartbeat", path, Fault.MISSING, "no session ever beat here")
        return BeatSeen(Fault.MISSING.value, "", None, None, None, "no session ever beat here")
    age = at - beat.generated_at
    stale = beat.running and age > HEARTBEAT_MAX_AGE
    state = "stale" if stale else "running" if beat.running else "ended"
    said = f"session {beat.session} {state}"
    beat_at = looking.at - age
    looking.note("heartbeat", path, Fault.EXPIRED if stale else None, said, beat_at)
    return BeatSeen(state, beat.session, beat.pid, beat_at, age.total_seconds(), said)
