"""What the command does: examine, then print."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from kalshi_alpha.config.environment import AS_OF, parse_instant
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, table
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.doctor.desk import DoctorsDesk
from kalshi_alpha.exec.doctor.examination import examine
from kalshi_alpha.exec.doctor.finding import Status
from kalshi_alpha.exec.doctor.shown import brief, document, lines

EXIT_FAILED = 1


def diagnose(fixtures: Path, as_of: str | None, *, as_json: bool, quiet: bool) -> int:
    """Examine the desk of the environment, print what was found, and return the exit code.

    Raises
    ------
    UsageError
        If ``as_of`` is no instant.
    """
    now = datetime.now(UTC)
    desk = DoctorsDesk(
        paths=Paths.from_environ(os.environ),
        process=dict(os.environ),
        clock=_clock(as_of, now),
        now=now,
        fixtures=fixtures,
    )
    findings = examine(desk)
    failed = [each for each in findings if each.status is Status.FAIL]
    if as_json:
        echo_json(document(findings, desk.paths.root, now))
    elif not quiet:
        echo_text("\n".join(lines(findings, desk.paths.root, table)))
    for each in failed if quiet else ():
        click.echo(f"doctor: {brief(each)}", err=True)
    return EXIT_FAILED if failed else 0


def _clock(as_of: str | None, now: datetime) -> RunClock:
    """Return the clock by which data are judged; a set one that is none is a check's finding."""
    if as_of is not None:
        return RunClock(parse_instant(as_of), ClockSource.SET)
    try:
        at = parse_instant(os.environ[AS_OF])
    except (KeyError, UsageError):
        return RunClock(now, ClockSource.SYSTEM)
    return RunClock(at, ClockSource.SET)
