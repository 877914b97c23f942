"""What sessions left behind: telemetry, the order journal, and the latest pilot's summary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kalshi_alpha.brokers.journal import read_journal
from kalshi_alpha.core.errors import DataError, MissingData, TornFile
from kalshi_alpha.core.monitors.clock_skew import SkewSeen
from kalshi_alpha.core.monitors.reconciliation import Compared
from kalshi_alpha.core.monitors.signs import SessionSigns
from kalshi_alpha.core.orders.events import Reconciled
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, read_heartbeat
from kalshi_alpha.exec.telemetry.events import TelemetryEvent, TelemetryLine, read_telemetry

_SESSION_SCHEMA = 1
_SKEW = re.compile(r"skew ([+-][0-9]+\.[0-9]+) s")
_CALLS = frozenset({TelemetryEvent.REQUEST, TelemetryEvent.AUTH_ERROR, TelemetryEvent.RATE_LIMITED})
# A daily pipeline beats too while it runs, and writes no telemetry: it has no orders.
_WITHOUT_TELEMETRY = re.compile(r"(pre_cpi|pre_claims|teny_close|weather_cycle|full)-[0-9]+")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PilotSession:
    """The latest pilot's summary: the document, when it began and when it ended."""

    tree: Mapping[str, Any]
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Lines up to the clock, synthetic ones left out, oldest first; and how many are torn."""

    lines: tuple[TelemetryLine, ...]
    torn: int
    files: tuple[Path, ...]

    @property
    def lost_at(self) -> tuple[datetime, ...]:
        """When the stream was lost."""
        return tuple(
            line.timestamp for line in self.lines if line.event == TelemetryEvent.WS_DISCONNECT
        )

    @property
    def calls(self) -> tuple[tuple[datetime, int | None], ...]:
        """When each call was made and the status it got, oldest first."""
        return tuple(
            (line.timestamp, _status(line.payload.get("status")))
            for line in self.lines
            # What a session says about a streak is no call of its own.
            if line.event in _CALLS and "alert" not in line.payload
        )

    def doubts(self, since: datetime) -> tuple[str, ...]:
        """Return what was said when a clock was doubted."""
        return tuple(
            str(line.payload.get("detail") or "our clock was doubted in the session")
            for line in self.lines
            if line.event == TelemetryEvent.CLOCK_SKEW and line.timestamp >= since
        )


def _status(said: object) -> int | None:
    return said if isinstance(said, int) else None


def read_lines(paths: Paths, at: datetime) -> Telemetry:
    """Read the telemetry of the clock's UTC day and of the day before.

    Raises
    ------
    TornFile
        If a file cannot be read.
    """
    lines: list[TelemetryLine] = []
    files, torn = [], 0
    for day in (at.astimezone(UTC).date() - _ONE_DAY, at.astimezone(UTC).date()):
        path = paths.telemetry(day)
        if not path.exists():
            continue
        try:
            found = read_telemetry(path)
        except OSError as error:
            raise TornFile(f"{path}: {error.strerror}; make it readable") from error
        files.append(path)
        # A line without its zone is as good as torn: nobody knows when it was.
        dated = [line for line in found.lines if line.timestamp.tzinfo is not None]
        torn += len(found.torn) + len(found.lines) - len(dated)
        lines += [
            line
            for line in dated
            if line.timestamp <= at and line.payload.get("synthetic") is not True
        ]
    lines.sort(key=lambda line: line.timestamp)
    return Telemetry(tuple(lines), torn, tuple(files))


def read_session(paths: Paths, at: datetime) -> PilotSession | None:
    """Return the latest pilot's summary; None if there is none, or it is of later than the clock.

    Raises
    ------
    TornFile, NewerSchema
        If it cannot be read, or a later version wrote it.
    """
    path = paths.pilot_session
    try:
        tree = read_json(path, _SESSION_SCHEMA, END_OF_TIME)
    except MissingData:
        return None
    began_at = datetime.fromisoformat(str(tree["generated_at"]))
    try:
        ended_at = datetime.fromisoformat(str(tree.get("ended_at") or tree["generated_at"]))
        ended_at = ended_at.astimezone(UTC)
        later = began_at > at
    except (ValueError, TypeError) as error:
        raise TornFile(f"{path}: {error}; hold the session again") from error
    return None if later else PilotSession(tree, began_at, ended_at)


def running_session(paths: Paths, at: datetime) -> Heartbeat | None:
    """Return the heartbeat of a session that is said to run; None if none is.

    One that cannot be read is the heartbeat's own alert.
    """
    try:
        beat = read_heartbeat(paths.heartbeat, at)
    except DataError:
        return None
    if beat is None or not beat.running or _WITHOUT_TELEMETRY.fullmatch(beat.session):
        return None
    return beat


def session_signs(
    telemetry: Telemetry, session: PilotSession | None, beat: Heartbeat | None, at: datetime
) -> SessionSigns:
    """Say whether telemetry has to be there, and until when there is any."""
    newest = telemetry.lines[-1].timestamp if telemetry.lines else None
    if beat is not None:
        expected = f"the heartbeat says that session {beat.session} is running"
        return SessionSigns(expected, running=True, newest_at=newest)
    today = new_york(at).date()
    if session is not None and new_york(session.began_at).date() == today:
        began = f"{session.began_at:%H:%M:%SZ}"
        expected = f"a pilot session of today began at {began}"
        inside = [each for each in telemetry.lines if each.timestamp >= session.began_at]
        return SessionSigns(expected, running=False, newest_at=newest if inside else None)
    return SessionSigns("", running=False, newest_at=newest)


def skew_seen(telemetry: Telemetry, session: PilotSession | None) -> SkewSeen | None:
    """Return what the latest session says of its clock; None if it neither measured nor doubted.

    Telemetry without a doubt is no measurement, whoever wrote it.
    """
    doubts = telemetry.doubts(session.began_at if session else datetime.min.replace(tzinfo=UTC))
    said = _clock_reading(session)
    if session is None or said is None:
        if not doubts:
            return None
        return SkewSeen(telemetry.lines[-1].timestamp, None, sound=False, doubts=doubts)
    match = _SKEW.search(str(said.get("detail", "")))
    skew_s = None if match is None else float(match[1])
    return SkewSeen(session.ended_at, skew_s, sound=said.get("ok") is True, doubts=doubts)


def _clock_reading(session: PilotSession | None) -> Mapping[str, Any] | None:
    verdict = session.tree.get("verdict") if session is not None else None
    readings = verdict.get("readings") if isinstance(verdict, dict) else None
    for reading in readings if isinstance(readings, list) else ():
        if isinstance(reading, dict) and reading.get("name") == "clock_skew":
            return reading
    return None


def latest_comparison(paths: Paths, session: PilotSession | None, at: datetime) -> Compared | None:
    """Return the latest comparison with the exchange, of the journal or of the latest session.

    Raises
    ------
    TornFile, NewerSchema
        If the journal cannot be read.
    """
    found = [_of_session(session)] if session is not None else []
    try:
        events = read_journal(paths.order_journal)
    except MissingData:
        events = ()
    found += [
        Compared(event.at, event.breaks)
        for event in events
        if isinstance(event, Reconciled) and event.at <= at
    ]
    known = [each for each in found if each is not None]
    # Of two that are equally old, the one with breaks counts.
    return max(known, key=lambda each: (each.at, each.breaks), default=None)


def _of_session(session: PilotSession | None) -> Compared | None:
    said = session.tree.get("reconciliation") if session is not None else None
    if not isinstance(said, dict):
        return None
    try:
        breaks = list(said["breaks"])
        first = breaks[0] if breaks else {}
        about = " ".join(str(first.get(key, "")) for key in ("kind", "subject")).strip()
        return Compared(datetime.fromisoformat(said["at"]), len(breaks), about)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TornFile(f"pilot_session.json: reconciliation: {error}") from error
