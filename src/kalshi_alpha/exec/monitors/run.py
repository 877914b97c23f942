"""One run of the monitors, from what was gathered to files, reports and messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kalshi_alpha.core.errors import ConfigError, DataError
from kalshi_alpha.core.gates import Alert, Memo, Reason, latched_panic, panic_until
from kalshi_alpha.core.gates.memos import memo_for
from kalshi_alpha.core.gates.panic import PANIC_SPAN, LatchedPanic
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.blocking import alarms, blocks
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.state import read_memos
from kalshi_alpha.exec.monitors import drawdown_state, guard_state
from kalshi_alpha.exec.monitors.alert_log import (
    AlertLine,
    append_alerts,
    append_lift,
    counted,
    read_alerts,
    restore_alerts,
)
from kalshi_alpha.exec.monitors.files import SCHEMA, SUMMARY, document, read_monitors
from kalshi_alpha.exec.monitors.gather import Desk, Gathered, gather
from kalshi_alpha.exec.monitors.notify import (
    CLEAR,
    notify,
    notify_path,
    senders,
    told_line,
    told_state,
)
from kalshi_alpha.exec.monitors.report_block import refresh_reports, summary_table

EXIT_CLEAR, EXIT_REFUSED = 0, 3
CONFIG_FILE = "configs/monitors.yaml"
"""Begins a line about a threshold that the file loosened, and no flag."""


@dataclass(frozen=True, slots=True)
class Panic:
    """Whether panic holds.

    Attributes
    ----------
    until
        The last second of it, or None.
    lifted
        The memo that lifts it, or None.
    problem
        Why it is not known; then it counts as holding.
    alerts
        What it was counted from.
    """

    until: datetime | None = None
    lifted: Memo | None = None
    problem: str = ""
    alerts: tuple[Alert, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing may be sent."""
        return bool(self.problem) or (self.until is not None and self.lifted is None)

    def to_text(self) -> str:
        """Return one line."""
        if self.problem:
            return f"panic backoff, for it is not known: {self.problem}"
        if self.until is None:
            return "no panic"
        until = f"{new_york(self.until):%Y-%m-%d %H:%M:%S} ET"
        if self.lifted is not None:
            return f"panic until {until}, lifted by {self.lifted.who}: {self.lifted.why}"
        return f"panic backoff until {until}"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run found and wrote.

    Attributes
    ----------
    desk, family
        Where it looked, and the family that was asked for alone, or None.
    found, documents, summary
        What the monitors said, and what the files hold.
    panic
        Whether panic holds.
    exit_code
        0 if nothing stops live trading of what was asked for, else 3.
    written
        Files.
    problems
        What went wrong beside the monitors, one line each.
    """

    desk: Desk
    family: str | None
    found: Gathered
    documents: Mapping[Monitor, Mapping[str, Any]]
    summary: Mapping[str, Any]
    panic: Panic
    exit_code: int
    written: tuple[Path, ...]
    problems: tuple[str, ...]

    def to_tree(self) -> dict[str, Any]:
        """Return the run for a machine."""
        return {
            "schema": SCHEMA,
            "series": self.family,
            "exit_code": self.exit_code,
            "summary": dict(self.summary),
            "monitors": {monitor.value: dict(each) for monitor, each in self.documents.items()},
        }

    def to_text(self) -> str:
        """Return one screen."""
        clock = self.desk.clock
        outcomes = self.found.outcomes
        lines = [
            summary_table(outcomes, clock.at, self.panic.to_text(), self.family).replace(
                " ET:", f" ET, clock {clock.source.value}:", 1
            )
        ]
        for monitor, outcome in outcomes.items():
            if outcome.alerts(self.family):
                lines.append(f"{monitor.value} ALERT: {outcome.effect}. Remedy: {outcome.remedy}")
        lines += [
            f"loosened{'' if line.startswith(CONFIG_FILE) else ' by a flag'}, so live orders are "
            f"refused: {line}"
            for line in self.summary["loosened"]
        ]
        stops = "something stops live trading" if self.exit_code else "nothing stops live trading"
        about = f" of {self.family}" if self.family else ""
        return "\n".join([*lines, f"{stops}{about}", f"wrote {self.desk.paths.monitors}"])


def run_monitors(
    desk: Desk, family: str | None, loosened: tuple[str, ...], environ: Mapping[str, str]
) -> Ran:
    """Run every monitor, and write what it found.

    The state comes first, then the monitors' files, and the summary last: whoever finds it finds
    all of what it sums up.

    Parameters
    ----------
    desk
        Where to look.
    family
        What the exit code and the screen are about; the files hold everything in any case.
    loosened
        Thresholds that a flag or the file made looser than agreed.
    environ
        The environment, for services that messages go to.
    """
    found = gather(desk)
    panic, problems = _panic(desk, found)
    falls = drawdown_state.drawdown_path(desk.paths)
    if anew := drawdown_state.begun_anew(falls, desk.clock.at, desk.clock.source):
        problems.append(anew)
    written = _write_state(desk, found)
    documents = _documents(desk, found)
    for monitor, each in documents.items():
        write_json(desk.paths.monitor(monitor), each)
        written.append(desk.paths.monitor(monitor))
    summary = _summary(desk, found, documents, panic, loosened)
    write_json(desk.paths.monitor(SUMMARY), summary)
    reports, unfit = refresh_reports(
        desk.paths, _folders(desk), found.outcomes, desk.clock.at, panic.to_text()
    )
    problems += [*unfit, *_tell(desk, found, documents, panic, environ)]
    return Ran(
        desk=desk,
        family=family,
        found=found,
        documents=documents,
        summary=summary,
        panic=panic,
        exit_code=_exit_code(found, documents, panic, family, loosened),
        written=(*written, desk.paths.monitor(SUMMARY), *reports),
        problems=tuple(problems),
    )


def _panic(desk: Desk, found: Gathered) -> tuple[Panic, list[str]]:
    """Write down what alerts, and say whether panic holds."""
    path, clock = desk.paths.alert_log, desk.clock
    alerting = {
        monitor: found.outcomes[monitor].cause
        for monitor in alarms(found.outcomes, desk.monitors.policy)
    }
    try:
        before = _with_panic_kept(desk, read_alerts(path))
        fresh = append_alerts(path, alerting, clock.at, clock.source, before)
    except DataError as error:
        problems = dict.fromkeys([str(error), *_written_all_the_same(desk, alerting)])
        # What was known of a panic stays known while the log is seen to.
        kept = _kept(desk)
        return Panic(panic_until(kept, clock.at), problem=str(error), alerts=kept), list(problems)
    alerts = counted((*before, *fresh), clock.source, clock.at)
    latched = latched_panic(alerts, clock.at)
    until = began_at = None
    if latched is not None:
        until, began_at = latched.until, latched.began_at
    lifted = memo_for(Reason.PANIC_BACKOFF, desk.memos, clock.at, began_at=began_at)
    if lifted is not None:
        append_lift(path, lifted, clock.at, clock.source)
    return Panic(until, lifted, alerts=_of_panic(alerts, latched)), _memo_problems(desk)


def _memo_problems(desk: Desk) -> list[str]:
    memos, unreadable = read_memos(desk.paths.memos)
    named = {memo.series for memo in memos} - {"", *desk.settings.series.families}
    strange = [f"memo of {series}: no such series; it lifts nothing" for series in sorted(named)]
    return [*(f"memo not read: {line}" for line in unreadable), *strange]


def _written_all_the_same(desk: Desk, alerting: dict[Monitor, str]) -> list[str]:
    """Write down what alerts behind a line that cannot be read; say it if that cannot be done."""
    try:
        append_alerts(desk.paths.alert_log, alerting, desk.clock.at, desk.clock.source, ())
    except DataError as error:
        return [str(error)]
    return []


def _of_panic(alerts: Iterable[Alert], latched: LatchedPanic | None) -> tuple[Alert, ...]:
    """Return the alerts that latched a panic last: without any other it holds as long."""
    if latched is None:
        return ()
    began_at = latched.began_at
    return tuple(each for each in alerts if began_at - PANIC_SPAN <= each.at <= began_at)


def _with_panic_kept(desk: Desk, lines: tuple[AlertLine, ...]) -> tuple[AlertLine, ...]:
    """Return the log's lines; the alerts of a panic that are gone from it are written again.

    The panic was counted from the log, and must not end with it.
    """
    source = desk.clock.source
    known = set(counted(lines, source, desk.clock.at))
    lost = [alert for alert in _kept(desk) if alert not in known]
    return (*lines, *restore_alerts(desk.paths.alert_log, lost, source))


def _kept(desk: Desk) -> tuple[Alert, ...]:
    """Return the alerts of the panic that the last run found under the same kind of clock."""
    files = read_monitors(desk.paths, desk.clock.at)
    if files.summary is None or files.summary.clock_source is not desk.clock.source:
        return ()
    return files.panic_alerts(desk.clock.at)


def _write_state(desk: Desk, found: Gathered) -> list[Path]:
    """Write the guards and the drawdown; a set clock never writes over the system's."""
    clock, written = desk.clock, list[Path]()
    path = guard_state.guard_path(desk.paths)
    if found.guards is not None and _may_write(guard_state.clock_of(path), clock.source):
        guard_state.write_guards(path, found.guards, clock.at, clock.source)
        written.append(path)
    path = drawdown_state.drawdown_path(desk.paths)
    if found.drawdown is not None and _may_write(drawdown_state.clock_of(path), clock.source):
        drawdown_state.write_drawdown(path, found.drawdown)
        written.append(path)
    return written


def _may_write(stored: ClockSource | None, own: ClockSource) -> bool:
    return own is ClockSource.SYSTEM or stored is not ClockSource.SYSTEM


def _documents(desk: Desk, found: Gathered) -> dict[Monitor, dict[str, Any]]:
    documents: dict[Monitor, dict[str, Any]] = {}
    for monitor, outcome in found.outcomes.items():
        if monitor is Monitor.FRESHNESS and found.freshness is not None:
            documents[monitor] = found.freshness.document()
            continue
        documents[monitor] = document(
            monitor,
            outcome,
            at=desk.clock.at,
            source=desk.clock.source,
            blocking=blocks(monitor, outcome, desk.monitors.policy),
            inputs={
                **found.inputs.get(monitor, {}),
                **({"follows": outcome.follows} if outcome.follows else {}),
            },
        )
    return documents


def _summary(
    desk: Desk,
    found: Gathered,
    documents: Mapping[Monitor, Mapping[str, Any]],
    panic: Panic,
    loosened: tuple[str, ...],
) -> dict[str, Any]:
    alert = MonitorStatus.ALERT
    return {
        "schema": SCHEMA,
        "generated_at": desk.clock.at,
        "clock_source": desk.clock.source,
        "panic_backoff": panic.holds,
        "panic_until": panic.until,
        "panic_alerts": [{"at": each.at, "monitor": each.monitor} for each in panic.alerts],
        "statuses": {monitor.value: each.status for monitor, each in found.outcomes.items()},
        "alerts": [m.value for m, each in found.outcomes.items() if each.status is alert],
        "blocks": [m.value for m, each in documents.items() if each["blocks"]],
        "exit_code": _exit_code(found, documents, panic, None, loosened),
        "lifted": [] if panic.lifted is None else [_lifted(panic.lifted)],
        "loosened": list(loosened),
    }


def _lifted(memo: Memo) -> dict[str, Any]:
    return {"reason": memo.reason, "who": memo.who, "why": memo.why, "until": memo.until}


def _exit_code(
    found: Gathered,
    documents: Mapping[Monitor, Mapping[str, Any]],
    panic: Panic,
    family: str | None,
    loosened: tuple[str, ...],
) -> int:
    weakened = any(line.startswith(CONFIG_FILE) for line in loosened)
    stops = (panic.holds or weakened) or any(
        outcome.alerts(family)
        if _is_apart(found, monitor, family)
        else documents[monitor]["blocks"]
        for monitor, outcome in found.outcomes.items()
    )
    return EXIT_REFUSED if stops else EXIT_CLEAR


def _is_apart(found: Gathered, monitor: Monitor, family: str | None) -> bool:
    """Say whether a family is judged by itself, and the monitor's status is an alert."""
    outcome = found.outcomes[monitor]
    return family is not None and bool(outcome.series) and outcome.status is MonitorStatus.ALERT


def _folders(desk: Desk) -> list[tuple[str, str]]:
    families = desk.settings.series.families
    return [(name, each.report) for name, each in families.items()]


def _tell(
    desk: Desk,
    found: Gathered,
    documents: Mapping[Monitor, Mapping[str, Any]],
    panic: Panic,
    environ: Mapping[str, str],
) -> tuple[str, ...]:
    try:
        send_by = senders(environ)
    except ConfigError as error:
        return (str(error),)
    outcomes = found.outcomes
    states = {
        monitor.value: told_state(each, blocks=documents[monitor]["blocks"])
        for monitor, each in outcomes.items()
    }
    lines = {
        monitor.value: told_line(monitor, each, blocks=documents[monitor]["blocks"])
        for monitor, each in outcomes.items()
    }
    name = Reason.PANIC_BACKOFF.value
    states[name] = MonitorStatus.ALERT.value if panic.holds else CLEAR
    status = MonitorStatus.ALERT if panic.holds else MonitorStatus.OK
    lines[name] = f"kalshi-alpha {status} {name}: {panic.to_text()}"
    repeat_after = timedelta(minutes=desk.monitors.notify.repeat_minutes)
    path = notify_path(desk.paths)
    return notify(path, states, lines, desk.clock.at, repeat_after, send_by)
