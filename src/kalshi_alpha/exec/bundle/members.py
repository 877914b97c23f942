"""The files of a pilot bundle: which they are, read without following a link, and without secrets.

A file that should be there and is not is named with the reason. A secret in any of them refuses
the whole bundle: what leaves the machine must not need a second look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.core.redaction import SecretInPayload, ensure_safe_payload
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.plain_files import NotPlain, plain_names, read_plain, read_tail

FILE_BYTES_MAX = 8 * 2**20
TELEMETRY_BYTES_MAX = 8 * 2**20
TELEMETRY_FILES_MAX = 3
MONITOR_FILES_MAX = 64
SCOREBOARD_WINDOWS = (7, 30)
NOT_THERE = "is not there"
TELEMETRY_PLACE = "data/raw/kalshi/YYYY/MM/DD/exec.jsonl"

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_SCOREBOARD = re.compile(r"scoreboard_[1-9]\d{0,3}d\.md")
_MONITOR = re.compile(r"[a-z][a-z0-9_]{0,60}\.json")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_HEAD_CHARS = 2000


class SecretInBundle(KalshiAlphaError):
    """A file that belongs into a bundle holds a secret: nothing is written."""

    exit_code = 3

    def __init__(self, name: str, where: str, kind: str) -> None:
        super().__init__(
            f"{name}, {where}: {kind}; nothing was written: redact the file, rotate the secret, "
            "and bundle again"
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the bundle: its path below the root, its bytes, and what its content says."""

    name: str
    data: bytes
    content_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A file that should be in the bundle and is not, and why."""

    name: str
    why: str


@dataclass(slots=True)
class Parts:
    """Everything that was read, and everything that was not there.

    ``events`` counts the lines of the telemetry by their type.
    """

    found: dict[str, Part] = field(default_factory=dict)
    absent: list[Absent] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)

    def data(self, path: Path, root: Path) -> bytes | None:
        """Return the bytes that were read of a file, or None."""
        part = self.found.get(path.relative_to(root).as_posix())
        return None if part is None else part.data


def gather(paths: Paths, at: datetime, reports: Iterable[str], monitors: Iterable[str]) -> Parts:
    """Read every file of the bundle, each once.

    Parameters
    ----------
    paths
        The root.
    at
        The clock; reports and telemetry of later days are not taken.
    reports
        Folders of ladder reports, such as ``CPI``.
    monitors
        Names of monitors that should have a file.

    Raises
    ------
    SecretInBundle
        If a file holds a secret.
    OSError
        If a file that is there cannot be read.
    """
    parts = Parts()
    for name in _wanted(paths, at, reports, monitors):
        _take(parts, name, lambda each: _plain_part(paths.root, each))
    _take_telemetry(parts, paths.root, at)
    return parts


def is_unchanged(root: Path, parts: Parts) -> bool:
    """Say whether the reports and artifacts that were read still are what lies on the disk."""
    for name, part in parts.found.items():
        try:
            if name.startswith("reports/") and read_plain(root, name, FILE_BYTES_MAX) != part.data:
                return False
        except (FileNotFoundError, NotPlain):
            return False
    return True


def refuse_secrets(name: str, data: bytes) -> None:
    """Return unless a text holds a secret, in a line or over several.

    Raises
    ------
    SecretInBundle
        If it does.
    """
    _refuse_secrets(name, _lines(data))
    _refuse_secrets(name, [("the whole text", data.decode("utf-8", "replace"))])


def refuse_own_secrets(name: str, data: bytes, own: Mapping[str, str]) -> None:
    """Return unless a file holds the value of one of the desk's own secrets.

    A key id looks like any other id, so it is known by its value and not by its shape.

    Parameters
    ----------
    name, data
        The file.
    own
        Values by the names of their variables.

    Raises
    ------
    SecretInBundle
        If it does; the message names the variable.
    """
    text = data.lower()
    for variable, value in own.items():
        at = text.find(value.lower().encode())
        if at >= 0:
            line = text.count(b"\n", 0, at) + 1
            raise SecretInBundle(name, f"line {line}", f"value of {variable}")


def _wanted(
    paths: Paths, at: datetime, reports: Iterable[str], monitors: Iterable[str]
) -> Sequence[str]:
    fixed = (paths.pilot_ready, paths.pilot_readiness, paths.pilot_session, paths.go_no_go)
    names = [path.relative_to(paths.root).as_posix() for path in fixed]
    boards = {f"scoreboard_{days}d.md" for days in SCOREBOARD_WINDOWS}
    boards |= {n for n in plain_names(paths.root, "reports") if _SCOREBOARD.fullmatch(n)}
    names += [f"reports/{board}" for board in sorted(boards)]
    folder = paths.monitors.relative_to(paths.root).as_posix()
    there = [n for n in plain_names(paths.root, folder) if _MONITOR.fullmatch(n)]
    known = {f"{name}.json" for name in monitors}
    names += [f"{folder}/{name}" for name in sorted(known | set(there[:MONITOR_FILES_MAX]))]
    names += [_latest_report(paths.root, series, at) for series in sorted(set(reports))]
    return names


def _latest_report(root: Path, series: str, at: datetime) -> str:
    """Return a series' newest report up to the clock's day; its place, if there is none."""
    today = new_york(at).date().isoformat()
    days = [name for name in plain_names(root, f"reports/{series}") if _DAY.fullmatch(name)]
    for day in sorted((day for day in days if day <= today), reverse=True):
        if "REPORT.md" in plain_names(root, f"reports/{series}/{day}"):
            return f"reports/{series}/{day}/REPORT.md"
    return f"reports/{series}/YYYY-MM-DD/REPORT.md"


def _take(parts: Parts, name: str, read: Callable[[str], Part]) -> None:
    try:
        parts.found[name] = read(name)
    except FileNotFoundError:
        parts.absent.append(Absent(name, NOT_THERE))
    except NotPlain as error:
        parts.absent.append(Absent(name, str(error)))


def _plain_part(root: Path, name: str) -> Part:
    data = read_plain(root, name, FILE_BYTES_MAX)
    part = _json_part(name, data) if name.endswith(".json") else _page_part(name, data)
    return replace(part, data=data)


def _json_part(name: str, data: bytes) -> Part:
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        refuse_secrets(name, data)
        return Part(name, data, note="torn: it is no whole JSON")
    _refuse_secrets(name, [("", document)])
    stated = document.get("generated_at") if isinstance(document, dict) else None
    return Part(name, data, _instant(stated))


def _page_part(name: str, data: bytes) -> Part:
    refuse_secrets(name, data)
    said = _INSTANT.search(data[:_HEAD_CHARS].decode("utf-8", "replace"))
    return Part(name, data, _instant(None if said is None else said[0]))


def _instant(stated: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(stated) if isinstance(stated, str) else None
    except ValueError:
        return None
    return None if at is None or at.tzinfo is None else at.astimezone(UTC)


def _lines(data: bytes) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        yield f"line {number}", line


def _refuse_secrets(name: str, payloads: Iterable[tuple[str, Any]]) -> None:
    for where, payload in payloads:
        try:
            ensure_safe_payload(payload)
        except SecretInPayload as error:
            place = ", ".join(each for each in (where, error.where) if each)
            raise SecretInBundle(name, place, error.kind) from error


def _take_telemetry(parts: Parts, root: Path, at: datetime) -> None:
    taken = 0
    for name in _telemetry_files(root, at.astimezone(UTC).date()):
        _take(parts, name, lambda each: _telemetry_part(parts, root, each))
        taken += name in parts.found
        if taken == TELEMETRY_FILES_MAX:
            return
    if not taken:
        parts.absent.append(Absent(TELEMETRY_PLACE, "there is no telemetry up to this day"))


def _telemetry_files(root: Path, today: date) -> Iterator[str]:
    """Yield telemetry files up to a day, the newest first."""
    top = "data/raw/kalshi"
    for year in _numbers(root, top, 4):
        for month in _numbers(root, f"{top}/{year}", 2):
            for day in _numbers(root, f"{top}/{year}/{month}", 2):
                folder = f"{top}/{year}/{month}/{day}"
                if f"{year}-{month}-{day}" <= today.isoformat() and "exec.jsonl" in plain_names(
                    root, folder
                ):
                    yield f"{folder}/exec.jsonl"


def _numbers(root: Path, folder: str, digits: int) -> Iterator[str]:
    for name in reversed(plain_names(root, folder)):
        if len(name) == digits and name.isdecimal() and name.isascii():
            yield name


def _telemetry_part(parts: Parts, root: Path, name: str) -> Part:
    """Read the whole lines of a file that may be growing; a line that a crash tore is left out."""
    from kalshi_alpha.exec.telemetry.events import decode_lines

    tail = read_tail(root, name, TELEMETRY_BYTES_MAX)
    kept: list[bytes] = []
    torn, newest = 0, None
    lines = tail.data.splitlines(keepends=True)
    first = 1 if tail.skipped else 0
    for line in lines[first:]:
        decoded = next(iter(decode_lines([line])), None)
        if decoded is None or not line.endswith(b"\n"):
            torn += bool(line.strip())
            continue
        _refuse_secrets(name, [(f"line {len(kept) + torn + 1}", msgspec.json.decode(line))])
        kept.append(line)
        newest = max(newest or decoded.timestamp, decoded.timestamp)
        parts.events[decoded.event] = parts.events.get(decoded.event, 0) + 1
    cut = tail.skipped + sum(map(len, lines[:first]))
    notes = [f"the first {cut} bytes are left out"] if cut else []
    notes += [f"{torn} torn lines are left out"] if torn else []
    return Part(name, b"".join(kept), newest, "; ".join(notes))
